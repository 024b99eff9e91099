"""A logical stream of an Ogg file: its first packets, and its playable sound.

References:
    RFC 3533 section 6 (granule position, continued packets); RFC 7845 section 4 (pre-skip, end trimming, a stream that
    begins late).
"""

from __future__ import annotations

from parsers.formats.audio.ogg import codecs
from parsers.formats.audio.ogg.packets import HEAD, PacketMeasure, is_header
from parsers.formats.audio.ogg.pages import NO_GRANULE, OggPage, pieces

#: Limits on the header packets kept of a stream: bytes of each, and their number.
_MOST_KEPT, _MOST_HEADERS = 512 * 1024, 16


class OggStream:
    """A logical stream.

    Attributes:
        codec: its coding; None if unknown.
        link: number of its link in the chain.
        first: body of its first page.
        next_page: sequence number of its next page.
        ended: whether a page was marked as the last.
        headers: its first packets.
        played: samples in its pages, without those trimmed at the end.
        start: samples on its clock before the first one present.
        has_sound: whether a packet of sound was found.
    """

    def __init__(self, page: OggPage, link: int) -> None:
        """Initialise with the stream's first page."""
        packet = next(pieces(page), (b"", False))[0]
        self.codec = codecs.identify(packet)
        self.link = link
        self.first = page.body
        self.next_page = page.header.sequence
        self.ended = self.has_sound = False
        self.headers: list[bytes] = []
        self.played = self.start = 0
        self._granule: int | None = None
        self._measure: PacketMeasure | None = None
        self._head = b""
        self._is_open = False

    def take(self, page: OggPage) -> None:
        """Add a page. Its sequence number may show that pages are missing before it."""
        if page.header.sequence != self.next_page:
            self._restart()
        self.next_page = page.header.sequence + 1
        self.ended = self.ended or page.header.ends
        if self.codec is None:
            return
        samples = sum(map(self._samples, self._packets(self.codec.name, page)))
        granule = page.header.granule
        if self._measure is not None and not self._measure.is_known:
            samples = max(0, granule - (self._granule or 0)) if granule != NO_GRANULE else 0
        self._count(samples, granule, page.header.ends)

    def _restart(self) -> None:
        self._head, self._is_open, self._granule = b"", False, None
        if self._measure is not None:
            self._measure.restart()

    def _packets(self, name: str, page: OggPage) -> list[bytes]:
        """First bytes of the sound packets that end on a page; header packets are stored."""
        found = []
        # A continuation of a missing page is not a packet, nor is a packet that was not continued.
        is_lost = page.header.is_continued and not self._is_open
        if not page.header.is_continued:
            self._head = b""
        is_before = not self.has_sound and page.header.granule <= 0
        for piece, ends in pieces(page):
            most = HEAD if self.has_sound else _MOST_KEPT
            self._head += piece[: max(0, most - len(self._head))]
            self._is_open = not ends
            if not ends:
                break
            packet, self._head = self._head, b""
            if is_lost:
                is_lost = False
            elif is_header(name, packet) or (is_before and name == "Speex"):
                if len(self.headers) < _MOST_HEADERS:
                    self.headers.append(packet)
            else:
                found.append(packet[:HEAD])
        return found

    def _samples(self, head: bytes) -> int:
        if self._measure is None:
            self._measure = PacketMeasure(self.codec.name if self.codec else "", self.headers)
        return self._measure.samples(head)

    def _count(self, samples: int, granule: int, is_last: bool) -> None:
        """Count the samples of a page that ends at a position."""
        if granule < 0 or (self._measure is None and not granule):
            self.played += samples
            return
        too_many = 0
        if self._granule is not None and is_last:
            # The end is trimmed at this position.
            too_many = self._granule + samples - granule
        elif self._granule is None and not self.has_sound:
            too_many = samples - granule
            self.start = max(0, granule - samples)
        self.played += samples - too_many if 0 < too_many <= samples else samples
        self._granule = granule
        self.has_sound = self.has_sound or bool(samples)
