"""The header of an MPEG audio frame, and what an encoder says of the whole in the first.

References:
    ISO/IEC 11172-3 and 13818-3 (frame header); Xing VBR header and LAME info tag, as LAME writes them; VBRI.
"""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

_RATES = (44100, 48000, 32000)
#: Kilobits a second by (MPEG-1 or not, layer).
_BITRATES = {
    (True, 1): (32, 64, 96, 128, 160, 192, 224, 256, 288, 320, 352, 384, 416, 448),
    (True, 2): (32, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384),
    (True, 3): (32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320),
    (False, 1): (32, 48, 56, 64, 80, 96, 112, 128, 144, 160, 176, 192, 224, 256),
    (False, 2): (8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160),
    (False, 3): (8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160),
}
_VERSIONS = {0: "2.5", 2: "2", 3: "1"}


class MpegFrame(NamedTuple):
    """One frame's header.

    Attributes:
        kind: version, layer and rate, which are the same in all frames of a recording.
        length: bytes, the header included.
        samples: samples that it decodes to, a channel.
        channels: 1 or 2.
    """

    kind: tuple[str, int, int]
    length: int
    samples: int
    channels: int

    @property
    def codec(self) -> str:
        """The coding, in words."""
        return f"MPEG-{self.kind[0]} Layer {'I' * self.kind[1]}"


class Promise(NamedTuple):
    """What the first frame says of the recording, where an encoder left a note in it.

    Attributes:
        name: ``Xing``, ``Info`` or ``VBRI``.
        frames: how many frames of sound there are, or None.
        size: bytes of all frames, this one included, or None.
        encoder: the encoder's name, or empty.
        delay, padding: samples of silence that the encoder put before and after the sound.
    """

    name: str
    frames: int | None
    size: int | None
    encoder: str
    delay: int
    padding: int


@lru_cache(maxsize=8192)
def parse(header: bytes) -> MpegFrame | None:
    """The frame whose first four bytes these are; None where they are no header of a known length."""
    if len(header) < 4:
        return None
    word = int.from_bytes(header, "big")
    version, layer = word >> 19 & 3, 4 - (word >> 17 & 3)
    bitrate, rate, padding = word >> 12 & 15, word >> 10 & 3, word >> 9 & 1
    # 1: version and layer 0 are reserved; bit rate 0 is "free", its frames give no length; emphasis 2 is reserved.
    if word >> 21 != 0x7FF or version == 1 or layer == 4 or bitrate in (0, 15) or rate == 3 or word & 3 == 2:
        return None
    first = version == 3
    hertz = _RATES[rate] >> {3: 0, 2: 1, 0: 2}[version]
    bits = _BITRATES[first, layer][bitrate - 1] * 1000
    if layer == 1:
        length, samples = (12 * bits // hertz + padding) * 4, 384
    else:
        samples = 1152 if first or layer == 2 else 576
        length = samples // 8 * bits // hertz + padding
    return MpegFrame((_VERSIONS[version], layer, hertz), length, samples, 1 if word >> 6 & 3 == 3 else 2)


def promise(frame: MpegFrame, raw: bytes) -> Promise | None:
    """What the first frame says of the whole; None where it is a frame of sound like the others."""
    if frame.kind[1] != 3:
        return None
    if raw[36:40] == b"VBRI" and len(raw) >= 54:
        return Promise("VBRI", int.from_bytes(raw[50:54], "big"), None, "", 0, 0)
    side = (32 if frame.channels == 2 else 17) if frame.kind[0] == "1" else (17 if frame.channels == 2 else 9)
    at = 4 + side
    name = raw[at : at + 4]
    if name not in (b"Xing", b"Info") or len(raw) < at + 8:
        return None
    flags = int.from_bytes(raw[at + 4 : at + 8], "big")
    at, frames, size = at + 8, None, None
    if flags & 1:
        frames, at = int.from_bytes(raw[at : at + 4], "big"), at + 4
    if flags & 2:
        size, at = int.from_bytes(raw[at : at + 4], "big"), at + 4
    # A seek table and the quality may stand before the encoder's own tag.
    at += (100 if flags & 4 else 0) + (4 if flags & 8 else 0)
    tag = raw[at : at + 24]
    encoder = tag[:9].split(b"\0")[0].decode("latin-1").strip()
    if len(tag) < 24 or not encoder.isprintable() or not encoder.startswith(("LAME", "Lavc", "Lavf", "L3.9")):
        return Promise(name.decode(), frames, size, "", 0, 0)
    gap = int.from_bytes(tag[21:24], "big")
    return Promise(name.decode(), frames, size, encoder, gap >> 12, gap & 0xFFF)
