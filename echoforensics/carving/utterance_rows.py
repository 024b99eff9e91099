"""Recognises many utterance ids of one layout at once, as rows of an array.

Ids of one device and firmware differ only in their digits and letters: digits, letters and punctuation keep their
positions. The first id that is recognised in a block gives the layout for all the others.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

_ALPHANUMERIC, _DIGIT, _HEX, _WORD, _SLASH, _COLON, _POINT, _DASH = (1 << bit for bit in range(8))
_SIGNS = {ord("/"): _SLASH, ord(":"): _COLON, ord("."): _POINT, ord("-"): _DASH}


def _classes() -> NDArray[np.uint8]:
    table = np.zeros(256, dtype=np.uint8)
    for byte in range(128):
        sign = chr(byte)
        table[byte] = (
            _ALPHANUMERIC * sign.isalnum()
            | _DIGIT * sign.isdigit()
            | _HEX * (sign in "0123456789abcdef")
            | _WORD * (sign.isalnum() or sign == "_")
            | _SIGNS.get(byte, 0)
        )
    return table


_CLASSES = _classes()
_TABLE = _CLASSES.tobytes()
#: Ids that make up one part in this many of a block count as many.
_SHARE = 3
#: How many bytes year, month, day and hour take between the serial and the character before the minutes.
_DATE = len("/2024/03/08/20/")


def _wanted(text: bytes, at: int) -> NDArray[np.uint8]:
    """Return, for each byte of an id with its minutes at ``at``, the character classes it may belong to."""
    source = text.index(b":")
    version = text.index(b"/")
    serial = version + _DATE
    tag = at + len("/31:47::")
    stream = text.index(b".", tag) + 1
    region = stream + 36
    segment = text.find(b"/", region)
    wanted = [_SIGNS.get(byte, _DIGIT) for byte in text]
    for begin, end, kind in (
        (0, source, _ALPHANUMERIC),
        (serial, at, _WORD),
        (tag, stream - 1, _WORD),
        (stream, region, _HEX),
        (region, segment if segment >= 0 else len(text), _ALPHANUMERIC),
    ):
        wanted[begin:end] = [kind] * (end - begin)
    for place in range(stream, region):
        if text[place] in b"-":
            wanted[place] = _DASH
    return np.array(wanted, dtype=np.uint8)


def alike(block: bytes, places: NDArray[np.intp], text: bytes, at: int) -> NDArray[np.bool_]:
    """Return which places are the minutes of ids of one layout whose start and end leave no doubt.

    Args:
        block: the bytes to search.
        places: offsets in the block of the character before the minutes. For each, the id, one byte before it and two
            bytes after it lie inside the block.
        text: an id with that layout.
        at: the offset in it at which its minutes begin.
    """
    rows = _rows(block, places - at - 1, len(text) + 3)
    # If ids make up much of the block, classifying all its bytes is faster than classifying only theirs.
    many = len(places) * len(text) > len(block) // _SHARE
    of = _rows(block.translate(_TABLE), places - at - 1, len(text) + 3) if many else _CLASSES[rows]
    first, behind, last = rows[:, 0], of[:, -2], of[:, -1]
    good: NDArray[np.bool_] = ((of[:, 1:-2] & _wanted(text, at)) != 0).all(axis=1)
    # Nothing before the id could belong to it or to another.
    good &= (of[:, 0] & (_ALPHANUMERIC | _SLASH | _DASH)) == 0
    good &= first != ord("%")
    # Nor does it continue, with its region or a segment number.
    has_segment = text.rfind(b"/") > at
    good &= (behind & (_DIGIT if has_segment else _ALPHANUMERIC)) == 0
    if not has_segment:
        good &= ~(((behind & _SLASH) != 0) & ((last & _DIGIT) != 0))
    good &= _is_day(rows[:, 1:], text.index(b"/") + 1)
    return good


def _rows(block: bytes, places: NDArray[np.intp], size: int) -> NDArray[np.uint8]:
    """Return rows of ``size`` bytes, one from each place on."""
    rows: NDArray[np.uint8] = np.lib.stride_tricks.sliding_window_view(np.frombuffer(block, dtype=np.uint8), size)[
        places
    ]
    return rows


def _is_day(rows: NDArray[np.uint8], at: int) -> NDArray[np.bool_]:
    """Whether year, month, day and hour at an offset form a day that every month has."""
    digits = rows[:, at : at + _DATE].astype(np.int32) - ord("0")
    month, day, hour = (10 * digits[:, place] + digits[:, place + 1] for place in (5, 8, 11))
    is_year = digits[:, :4].any(axis=1)
    found: NDArray[np.bool_] = is_year & (month >= 1) & (month <= 12) & (day >= 1) & (day <= 28) & (hour <= 23)
    return found
