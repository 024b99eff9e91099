"""Check the side information of a layer III frame: plausibility and checksum.

References:
    ISO/IEC 11172-3 and 13818-3, section 2.4.1.7 (audio data), 2.4.3.1 (checksum).
"""

from __future__ import annotations

from parsers.formats.audio.checksums import crc16
from parsers.formats.audio.mpeg.frames import HEADER_SIZE, MpegFrame

#: Offset by which the side information of every frame ends.
END = HEADER_SIZE + 2 + 32


def is_possible(raw: bytes, frame: MpegFrame) -> bool:
    """Whether the side information of a frame is plausible.

    No granule has more values than there are frequency lines, none switches its window to the same window, and the
    coded
    data is not longer than the frame plus the preceding bytes it says it uses. A frame that ends within its side
    information passes.

    Args:
        raw: the frame, at least up to :data:`END`.
        frame: the frame's header.
    """
    start, length = frame.side_at, frame.side_length
    side = raw[start : start + length]
    if len(side) < length:
        return True
    is_one, channels = frame.kind[0] == "1", frame.channels
    size = 59 if is_one else 63
    bits = int.from_bytes(side, "big")
    coded = 0
    for granule in range(channels * (2 if is_one else 1)):
        part = bits >> size * granule & (1 << size) - 1
        coded += part >> size - 12
        values = part >> size - 21 & 0x1FF
        # Below the window flag are 22 bits of settings, and 3 or 2 more.
        rest = 25 if is_one else 24
        if values > 288 or part >> rest - 2 & 7 == 4:
            return False
    before = bits >> length * 8 - (9 if is_one else 8)
    return coded <= 8 * (before + frame.length - start - length)


def is_checksum_right(raw: bytes, frame: MpegFrame) -> bool | None:
    """Whether the checksum of a frame is right; None if it has none, or ends within the protected part.

    Args:
        raw: the frame, at least up to :data:`END`.
        frame: its header.
    """
    guarded = raw[2:HEADER_SIZE] + raw[frame.side_at : frame.side_at + frame.side_length]
    if not frame.is_protected or len(guarded) < 2 + frame.side_length:
        return None
    return crc16(guarded, 0xFFFF) == int.from_bytes(raw[HEADER_SIZE : HEADER_SIZE + 2], "big")
