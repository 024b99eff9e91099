"""Count the samples in a packet of a coding in Ogg, from its first bytes.

References:
    RFC 6716 section 3.1 (Opus); Vorbis I specification, sections 4.2.4 (modes) and 4.3.1 (window of a packet);
    The Speex Codec Manual, appendix B; RFC 9639 section 9.1 (FLAC).
    FFmpeg, ``libavcodec/vorbis_parser.c``: Vorbis modes are read from the end of the setup packet.
"""

from __future__ import annotations

from collections.abc import Sequence

from parsers.formats.audio.flac import frames as flac
from parsers.formats.audio.ogg.codecs import opus_samples

#: Number of first bytes of a packet that are enough.
HEAD = 16
#: Bits of a mode after its flag: window type, transform type, and mapping.
_MODE_BITS, _MOST_MODES = 40, 64
#: Minimum number of bits before the modes.
_BEFORE_MODES = 97


class PacketMeasure:
    """Counts the samples in the packets of one stream.

    Attributes:
        is_known: whether the samples of its packets can be counted at all.
    """

    def __init__(self, coding: str, headers: Sequence[bytes]) -> None:
        """Initialise with the name of the coding and its header packets."""
        self._coding = coding
        self._previous: int | None = None
        self._each = _speex_samples(headers[0]) if coding == "Speex" and headers else 0
        self._vorbis = _VorbisModes.read(headers) if coding == "Vorbis" else None
        self.is_known = coding in ("Opus", "FLAC") or bool(self._each) or self._vorbis is not None

    def restart(self) -> None:
        """Note a loss of packets: the next packet has no predecessor."""
        self._previous = None

    def samples(self, head: bytes) -> int:
        """Samples per channel of the packet that begins with some bytes; 0 if it has none or the number is unknown."""
        if not head:
            return 0
        if self._coding == "Opus":
            return opus_samples(head)
        if self._coding == "FLAC":
            frame = flac.parse(head)
            return frame.block if frame is not None else 0
        if self._vorbis is None:
            return self._each
        size, before = self._vorbis.window(head[0])
        # Half of each window overlaps the previous one: the first packet alone yields nothing.
        previous, self._previous = self._previous, size
        return 0 if previous is None else ((before or previous) + size) // 4


def is_header(coding: str, packet: bytes) -> bool:
    """Whether a packet is a header, by its first bytes; always False for Speex, where that cannot be told."""
    if coding == "Opus":
        return packet.startswith((b"OpusHead", b"OpusTags"))
    if coding == "Vorbis":
        return bool(packet[:1]) and bool(packet[0] & 1)
    return coding == "FLAC" and packet[:1] != b"\xff"


def _speex_samples(header: bytes) -> int:
    """Samples in a Speex packet; 0 if its header states none or too many."""
    frame, frames = (int.from_bytes(header[at : at + 4], "little") for at in (56, 64))
    count = frame * max(1, frames)
    return count if len(header) >= 68 and count <= 1 << 20 else 0


class _VorbisModes:
    """The modes of a Vorbis stream: for each mode whether its window is long, and the two window lengths."""

    def __init__(self, sizes: tuple[int, int], are_long: list[int]) -> None:
        self._sizes, self._are_long = sizes, are_long
        self._bits = (len(are_long) - 1).bit_length()

    def window(self, first: int) -> tuple[int, int]:
        """Window lengths of a packet with the given first byte, and of its predecessor; 0 if not stated."""
        mode = first >> 1 & (1 << self._bits) - 1
        is_long = self._are_long[mode] if mode < len(self._are_long) else 0
        before = self._sizes[first >> 1 + self._bits & 1] if is_long else 0
        return self._sizes[is_long], before

    @classmethod
    def read(cls, headers: Sequence[bytes]) -> _VorbisModes | None:
        """Read the modes from the first and third packet; None if they are missing or malformed."""
        setup = next((packet for packet in headers if packet.startswith(b"\x05vorbis")), b"")
        first = headers[0] if headers else b""
        if len(first) < 29 or not setup:
            return None
        sizes = (1 << (first[28] & 15), 1 << (first[28] >> 4))
        flags = _mode_flags(setup)
        return cls(sizes, flags) if flags and 64 <= sizes[0] <= sizes[1] <= 8192 else None


def _mode_flags(setup: bytes) -> list[int]:
    """For each mode, 1 for a long window. Modes come last, so they are read backwards as far as they are valid."""
    bits, at = int.from_bytes(setup[-1024:], "little"), 0
    # Zeros pad the last byte after a bit of 1.
    at = bits.bit_length() - 1
    found: list[int] = []
    count, lowest = 0, at
    while at - _MODE_BITS - 1 >= _BEFORE_MODES and count < _MOST_MODES:
        mode = bits >> at - _MODE_BITS & (1 << _MODE_BITS) - 1
        if mode >> 32 > 63 or mode & 0xFFFF_FFFF:
            break
        at -= _MODE_BITS + 1
        count += 1
        if (bits >> at - 6 & 63) + 1 == count:
            found = [bits >> lowest - (_MODE_BITS + 1) * (number + 1) & 1 for number in range(count)]
    # Read backwards, the last mode comes first.
    return found[::-1]
