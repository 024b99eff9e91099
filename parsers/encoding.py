"""Detect the encoding of a text by its byte order mark or by the position of its zero bytes.

References:
    The Unicode Standard, section 23.8 (byte order marks); RFC 4627, section 3 (UTF-16 and UTF-32 by zero bytes). That
    Windows PowerShell 5.1 writes UTF-16 with ``>`` is in Microsoft's documentation (about_Character_Encoding).
"""

from __future__ import annotations

from functools import lru_cache

_MARKS = (
    (b"\xff\xfe\0\0", "utf-32le"),
    (b"\0\0\xfe\xff", "utf-32be"),
    (b"\xff\xfe", "utf-16le"),
    (b"\xfe\xff", "utf-16be"),
)
_BYTE_ORDER = tuple(mark for mark, _ in _MARKS)
#: The position of an ASCII letter in each group of bytes, the others being zero: (width, position, encoding).
_LAYOUTS = ((4, 0, "utf-32le"), (4, 3, "utf-32be"), (2, 0, "utf-16le"), (2, 1, "utf-16be"))
_SAMPLE = 512
#: How many characters are enough to detect an encoding without a mark.
_LEAST = 4
_PRINTED = bytes((*b"\t\r\n", *range(0x20, 0x7F)))


def wide_encoding(head: bytes) -> str:
    """Detect an encoding with characters wider than a byte; empty if there is none.

    Without a byte order mark, at least seven of ten characters must be ASCII, as in JSON and program logs.

    Returns:
        ``utf-16le``, ``utf-16be``, ``utf-32le``, ``utf-32be``, as :func:`parsers.coding.decode` takes them, or empty.
    """
    if head.count(0, 0, _SAMPLE) * 3 < min(len(head), _SAMPLE) and not head.startswith(_BYTE_ORDER):
        return ""
    return _wide_encoding(head[:_SAMPLE])


@lru_cache(maxsize=16)
def _wide_encoding(sample: bytes) -> str:
    """Detect the encoding of a sample, cached because each parser that is offered a file asks for it."""
    for mark, name in _MARKS:
        if sample.startswith(mark):
            return name
    # In each layout, seven of ten bytes at odd places are zeros, or at even ones. The last bytes may be no whole group.
    if max(sample[::2].count(0), sample[1::2].count(0)) * 10 < len(sample) // 4 * 14:
        return ""
    for width, place, name in _LAYOUTS:
        count = len(sample) // width
        whole = count * width
        if any(sample[at:whole:width].count(0) * 10 < count * 7 for at in range(width) if at != place):
            continue
        letters = sample[place:whole:width]
        if count >= _LEAST and (count - len(letters.translate(None, _PRINTED))) * 10 >= count * 7:
            return name
    return ""


def as_utf8(head: bytes) -> bytes:
    """Convert the head of a file to UTF-8, without a byte order mark. Other bytes are returned unchanged."""
    name = wide_encoding(head)
    if not name:
        return head.removeprefix(b"\xef\xbb\xbf")
    text = head.decode(name, "replace")
    return text.removeprefix("\ufeff").encode("utf-8", "replace")
