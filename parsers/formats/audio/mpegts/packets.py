"""Parse MPEG transport packets, and the PES headers of the sound split across them.

References:
    ISO/IEC 13818-1 sections 2.4.3.2 (transport packet), 2.4.3.6 (PES packet); Blu-ray (packets of 192 bytes); ETSI EN
    300 421 (204 bytes).
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import NamedTuple

from parsers.formats.sized_bytes import SizedBytes

SYNC = 0x47
#: Packet length, and packet spacings: plain, with a leading timestamp, with a trailing checksum.
PACKET = 188
_SYNC_BYTE = bytes([SYNC])
_STEPS = ((188, 0), (192, 4), (204, 0))
#: Consecutive packets required to recognise a transport stream.
_MIN_PACKETS, _LOOKED_AT = 4, 5
#: Packets read at once: few after a damaged place, more from there on.
_FEWEST_PACKETS, _MOST_PACKETS = 8, 1024
#: Bytes searched for the next packet if it is not where it is expected.
_SEARCHED, _SEARCHED_AT_ONCE = 64 * 1024, 2048
#: Ticks per second of the presentation clock, and the value at which it wraps.
CLOCK, WRAP = 90_000, 1 << 33


class PacketLayout(NamedTuple):
    """The layout of packets: spacing in bytes, and offset of the first packet."""

    step: int
    start: int


def may_begin(head: bytes) -> bool:
    """Whether the first bytes of a file may begin a packet. Quick, with false positives."""
    return any(head[start : start + 1] == _SYNC_BYTE for _, start in _STEPS)


def layout(head: bytes, *, anywhere: bool = False) -> PacketLayout | None:
    """The packet layout in the first bytes of a file; None if they are not packets.

    Args:
        head: the bytes.
        anywhere: whether the first packet may follow a partial one.
    """
    for step, start in _STEPS:
        for first in range(step) if anywhere else (start,):
            count = min(_LOOKED_AT, (len(head) - first) // step)
            if count >= _MIN_PACKETS and all(head[first + each * step] == SYNC for each in range(count)):
                return PacketLayout(step, first)
    return None


class TransportPacket(NamedTuple):
    """A packet: its stream, whether a unit begins in it, and its payload."""

    stream: int
    is_start: bool
    payload: bytes
    is_scrambled: bool


def parse_packet(raw: bytes) -> TransportPacket | None:
    """Parse a packet of 188 bytes; None if it is marked as damaged."""
    if raw[1] & 0x80:
        return None
    stream, control = (raw[1] & 0x1F) << 8 | raw[2], raw[3] >> 4 & 3
    start = 4 if control & 1 else PACKET
    if control == 3:
        start += 1 + raw[4]
    return TransportPacket(stream, bool(raw[1] & 0x40), raw[start:], bool(raw[3] & 0xC0))


class TransportReader:
    """Iterates over the packets of the wanted streams, which may change during iteration.

    Args:
        source: the bytes.
        lies: the packet layout.

    Attributes:
        wanted: numbers of the streams.
        end: the offset after the last complete packet.
        is_cut: whether the bytes end within a packet.
        breaks: how often a packet was missing and another one was found later.
    """

    def __init__(self, source: SizedBytes, lies: PacketLayout) -> None:
        self._source = source
        self._lies = lies
        self.wanted: Collection[int] = ()
        self.end = lies.start
        self.is_cut = False
        self.breaks = 0

    def __iter__(self) -> Iterator[TransportPacket]:
        """Yield each packet in order. May raise OSError."""
        step = self._lies.step
        at, most = self._lies.start, _MOST_PACKETS
        while True:
            block = self._source.read(at, step * most)
            # The last packet may lack the bytes that separate packets.
            count = (len(block) + step - PACKET) // step
            if not count:
                self.is_cut = block[:1] == b"\x47"
                return
            signs = block[::step][:count]
            good = len(signs) - len(signs.lstrip(bytes((SYNC,))))
            for number, (high, low) in enumerate(zip(block[1::step][:good], block[2::step][:good], strict=False)):
                if (high & 0x1F) << 8 | low in self.wanted:
                    packet = parse_packet(block[number * step : number * step + PACKET])
                    if packet is not None:
                        yield packet
            if good:
                self.end = at + (good - 1) * step + PACKET
            at += good * step
            most = min(2 * most, _MOST_PACKETS)
            if good < count:
                most = _FEWEST_PACKETS
                following = self._search(at + 1)
                if following is None:
                    return
                at, self.breaks = following, self.breaks + 1

    def _search(self, at: int) -> int | None:
        """Offset of the next run of consecutive packets."""
        step = self._lies.step
        for start in range(at, at + _SEARCHED, _SEARCHED_AT_ONCE):
            block = self._source.read(start, _SEARCHED_AT_ONCE + step * (_MIN_PACKETS - 1) + 1)
            place = block.find(SYNC)
            while 0 <= place < _SEARCHED_AT_ONCE:
                if block[place::step][:_MIN_PACKETS] == bytes((SYNC,)) * _MIN_PACKETS:
                    return start + place
                place = block.find(SYNC, place + 1)
        return None


class PesHeader(NamedTuple):
    """A PES header: presentation time in ticks, or None, and length of the header in bytes."""

    presented: int | None
    size: int


def parse_pes(raw: bytes) -> PesHeader | None:
    """Parse a PES header; None if there is none."""
    if len(raw) < 9 or raw[:3] != b"\0\0\1":
        return None
    presented = None
    if raw[6] >> 6 == 2 and raw[7] & 0x80 and len(raw) >= 14:
        parts = raw[9] >> 1 & 7, raw[10] << 7 | raw[11] >> 1, raw[12] << 7 | raw[13] >> 1
        presented = parts[0] << 30 | parts[1] << 15 | parts[2]
    return PesHeader(presented, 9 + raw[8])
