"""Compute the checksums of many FLAC frames at once, with pieces of all frames as rows of an array.

The checksum is linear with initial value 0. So zeros before a frame change nothing, and the checksum of a frame is
the sum of those of its pieces, each shifted by the length of what follows.

References:
    RFC 9639, section 9.3: polynomial 0x8005, initial value 0, most significant bit first.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

_POLYNOMIAL = 0x18005
#: Length of a piece in bytes.
_PIECE = 256


def _moved(bits: int) -> NDArray[np.uint16]:
    """For each checksum, its value after a number of zero bits."""
    basis = []
    for number in range(16):
        value = 1 << number
        for _ in range(bits):
            value <<= 1
            value ^= _POLYNOMIAL if value & 0x10000 else 0
        basis.append(value)
    table = np.zeros(1 << 16, dtype=np.uint16)
    for number, value in enumerate(basis):
        # The table for the next bit is the table without it, plus that bit's own value.
        table[1 << number : 2 << number] = table[: 1 << number] ^ np.uint16(value)
    return table


@cache
def _tables() -> tuple[NDArray[np.uint16], NDArray[np.uint16]]:
    return _moved(16), _moved(8 * _PIECE)


def checksums(content: bytes, ends: Sequence[int]) -> NDArray[np.uint16]:
    """The checksums of consecutive frames: 0 for each frame whose own checksum is right.

    Args:
        content: the frames, from the first byte of the first.
        ends: end offset of each frame, ascending.
    """
    of_word, of_piece = _tables()
    starts = (0, *ends[:-1])
    counts = np.array([-(-(end - start) // _PIECE) for start, end in zip(starts, ends, strict=True)])
    behind = np.cumsum(counts)
    padded = bytearray(int(behind[-1]) * _PIECE)
    for start, end, place in zip(starts, ends, (behind * _PIECE).tolist(), strict=True):
        padded[place - (end - start) : place] = content[start:end]
    words = np.frombuffer(padded, dtype=">u2").reshape(-1, _PIECE // 2).T.astype(np.uint16)
    state = np.zeros(words.shape[1], dtype=np.uint16)
    for column in words:
        # Every value is an index into the table.
        np.take(of_word, state ^ column, out=state, mode="clip")
    # The pieces of each frame, aligned so that the last is in the last column; empty columns are zero.
    most = int(counts.max())
    total = np.zeros(len(ends), dtype=np.uint16)
    for back in range(most, 0, -1):
        has = counts >= back
        total[has] = of_piece[total[has]] ^ state[(behind - back)[has]]
    return total
