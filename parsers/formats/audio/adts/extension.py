"""Detect HE-AAC in ADTS: its frames carry the upper half of the spectrum, which no ADTS header states.

The data is in a fill element, the last before the end mark. Earlier elements cannot be skipped without decoding
them, so the search goes backwards from the end for an element whose length and content fit. By chance, about one in
seven frames of plain AAC has such an element; all frames of HE-AAC have one.

References:
    ISO/IEC 14496-3, sections 4.4.2.1 (raw_data_block), 4.4.2.7 (fill_element, extension_payload) and 4.5.2.8 (SBR).
"""

from __future__ import annotations

from parsers.formats.audio.adts.frames import HEADER_SIZE, LONGEST, AdtsHeader, parse
from parsers.formats.sized_bytes import SizedBytes

#: Frames examined, frames required, and how many in ten must carry the extension.
MOST_FRAMES, _FEWEST, _OF_TEN = 40, 12, 9
_FILL, _END = 6, 7
#: Extension types: spectral band replication, without and with a checksum.
_REPLICATION = (13, 14)
#: Longest fill element with a short count, in bytes; the next value means that a long count follows.
_MOST_SHORT, _MOST_LONG = 14, 14 + 255
_AAC_LC = 1


def is_extended(source: SizedBytes, at: int, first: AdtsHeader) -> bool:
    """Whether the frames from an offset on carry the extension.

    Raises:
        OSError: the source raised it.
    """
    found: list[bool] = []
    while first.profile == _AAC_LC and len(found) < MOST_FRAMES:
        raw = source.read(at, LONGEST)
        frame = parse(raw[:HEADER_SIZE])
        if frame is None or frame.kind != first.kind or len(raw) < frame.length:
            break
        if frame.blocks == 1:
            found.append(carries_replication(raw[frame.size : frame.length]))
        at += frame.length
    return are_enough(found)


def are_enough(found: list[bool]) -> bool:
    """Whether enough of the examined frames carry the extension."""
    return len(found) >= _FEWEST and sum(found) * 10 >= len(found) * _OF_TEN


def carries_replication(block: bytes) -> bool:
    """Whether a block of raw data ends with such a fill element, possibly followed by another."""
    bits = int.from_bytes(block, "big")
    # Zeros pad the last byte after the end mark, which is all ones.
    padding = (bits & -bits).bit_length() - 1
    if not bits or padding > 7 or bits >> padding & 7 != _END:
        return False
    end = padding + 3
    found = _fills(bits, end, 8 * len(block))
    return any(kind in _REPLICATION or _is_behind(bits, start, 8 * len(block)) for start, kind in found)


def _is_behind(bits: int, end: int, size: int) -> bool:
    return any(kind in _REPLICATION for _, kind in _fills(bits, end, size))


def _fills(bits: int, end: int, size: int) -> list[tuple[int, int]]:
    """Fill elements that end at a position, as (start, type). Positions count from the last bit."""
    found = []
    for count in range(1, _MOST_LONG + 1):
        head = 7 if count <= _MOST_SHORT else 15
        start = end + 8 * count + head
        if start > size:
            break
        stated = _FILL << 4 | count if count <= _MOST_SHORT else (_FILL << 4 | 15) << 8 | count - _MOST_SHORT
        if bits >> end + 8 * count & (1 << head) - 1 == stated:
            found.append((start, bits >> end + 8 * count - 4 & 15))
    return found
