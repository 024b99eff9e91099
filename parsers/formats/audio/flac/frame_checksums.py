"""Checksums of many FLAC frames at once: pieces of all frames go through one table side by side, as rows of an array.

The checksum is linear and begins with 0: zeros before a frame change nothing, and that of a frame is the sum of those
of its pieces, each moved up by the length of what follows it.

References:
    RFC 9639, section 9.3: polynomial 0x8005, begun with 0, bytes from their highest bit on.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

_POLYNOMIAL = 0x18005
#: Bytes of a piece.
_PIECE = 256


def _moved(bits: int) -> NDArray[np.uint16]:
    """By a checksum: what it is once so many zero bits follow."""
    basis = []
    for number in range(16):
        value = 1 << number
        for _ in range(bits):
            value <<= 1
            value ^= _POLYNOMIAL if value & 0x10000 else 0
        basis.append(value)
    table = np.zeros(1 << 16, dtype=np.uint16)
    for number, value in enumerate(basis):
        # What holds the next bit is what does not, with that bit's own value added.
        table[1 << number : 2 << number] = table[: 1 << number] ^ np.uint16(value)
    return table


@cache
def _tables() -> tuple[NDArray[np.uint16], NDArray[np.uint16]]:
    return _moved(16), _moved(8 * _PIECE)


def checksums(content: bytes, ends: Sequence[int]) -> NDArray[np.uint16]:
    """The checksum of each of some frames that touch: 0 for one that has its own right checksum after it.

    Args:
        content: the frames, the first from its first byte on.
        ends: by frame, the byte after it, ascending.
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
        # Every value is an index of the table.
        np.take(of_word, state ^ column, out=state, mode="clip")
    # The pieces of each frame, its last ones in the last column; before the first piece there is nothing.
    most = int(counts.max())
    total = np.zeros(len(ends), dtype=np.uint16)
    for back in range(most, 0, -1):
        has = counts >= back
        total[has] = of_piece[total[has]] ^ state[(behind - back)[has]]
    return total
