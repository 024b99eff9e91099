"""Follow the pages of an Ogg file across damaged or lost ones.

A page with a wrong checksum is not played, nor is anything that is not a page; the next page is found by its capture
pattern and checksum. A page that begins a stream begins another link of the chain, whether or not the previous
streams have ended, unless it repeats one of them.

References:
    RFC 3533, sections 3 (capture pattern, chaining) and 6 (page format).
"""

from __future__ import annotations

from parsers.formats.audio.damage import DamageLog
from parsers.formats.audio.facts import MAX_UNITS, Ending
from parsers.formats.audio.ogg import codecs
from parsers.formats.audio.ogg.pages import HEADER_SIZE, MAGIC, OggPage, read_page
from parsers.formats.audio.ogg.stream import OggStream
from parsers.formats.sized_bytes import SizedBytes

#: Limit on the streams of one file.
_MAX_STREAMS = 4096
#: Bytes searched at once for a capture pattern.
_PIECE = 64 * 1024
_SIGN = MAGIC + b"\0"
#: Limit on bytes whose checksums are computed without finding a page, per byte of the file, plus a constant.
_VAIN_A_BYTE, _VAIN = 4, 1 << 24


class OggWalk:
    """What was found between the first page and the end.

    Attributes:
        at: the offset after the last page.
        pages: number of pages that are whole or at least present.
        begun: the streams that began, in order.
        damage: bytes that are not a page, and pages with a wrong checksum.
        wrong: number of pages with a wrong checksum.
        jumps: gaps in the page numbers without a damaged page.
        repeated: number of duplicate pages.
        late: number of pages after the last of their stream.
        open_links: links of the chain, except the last, with a stream that has no last page.
        ending: why the recording ends.
        issue: why it was not followed to its end; empty if it was.
    """

    def __init__(self, source: SizedBytes) -> None:
        """Start a walk over a source."""
        self._source = source
        self._streams: dict[int, OggStream] = {}
        self._last: OggPage | None = None
        self._link = 0
        self._has_hole = False
        self._vain = 0
        self.at = self.pages = self.wrong = self.jumps = self.repeated = self.late = self.open_links = 0
        self.begun: list[OggStream] = []
        self.damage = DamageLog()
        self.ending = Ending.OPEN
        self.issue = ""

    def follow(self) -> None:
        """Follow the pages from the start. Raises OSError from the source."""
        while self.pages < MAX_UNITS:
            page = read_page(self._source, self.at)
            if page is not None and self._is_possible(page):
                self._take(page)
                continue
            found = self._search(self.at + 1)
            if found is None:
                if page is not None and self._is_cut(page):
                    self._cut(page)
                    return
                break
            self.damage.add(self.at, found - self.at)
            self.at, self._has_hole = found, True
        else:
            self.issue = f"not read further: it has more than {MAX_UNITS} pages"
            return
        if self._streams and all(stream.ended for stream in self._streams.values()):
            self.ending = Ending.LAST_PAGE

    def _cut(self, page: OggPage) -> None:
        self.issue = f"truncated: {page.missing} bytes of its last page are missing"
        if page.length == HEADER_SIZE and not page.lacing:
            self.issue = "truncated: its last page breaks off in its header"
        self.at, self.ending = self._source.size, Ending.CUT

    def _is_cut(self, page: OggPage) -> bool:
        """Whether the bytes end within a page of this recording."""
        done = all(stream.ended for stream in self._streams.values())
        is_known = not page.lacing or page.header.serial in self._streams
        return bool(page.missing) and bool(self._streams) and not done and is_known

    def _is_possible(self, page: OggPage) -> bool:
        """Whether a page belongs to this recording; with a wrong checksum only if another page follows it."""
        if page.missing:
            return False
        if page.intact or not self.pages:
            return self._belongs(page)
        end = self.at + page.length
        is_framed = end == self._source.size or self._source.read(end, len(_SIGN)) == _SIGN
        return is_framed and page.header.serial in self._streams

    def _belongs(self, page: OggPage) -> bool:
        if not page.header.begins:
            return page.header.serial in self._streams
        if not self.pages:
            return True
        # Parallel streams all begin before any continues; any may. A link of a chain is of sound.
        is_first = all(not stream.has_sound and len(stream.headers) < 2 for stream in self._streams.values())
        is_known = page.body.startswith(tuple(codecs.SIGNATURES))
        return len(self.begun) < _MAX_STREAMS and (is_known or is_first)

    def _take(self, page: OggPage) -> None:
        self.pages += 1
        self.at += page.length
        stream = self._streams.get(page.header.serial)
        if not page.intact:
            self.wrong += 1
            self._has_hole = True
            self.damage.add(page.header.at, page.length)
            if self.begun and stream is not None:
                stream.ended = stream.ended or page.header.ends
                return
        last, self._last = self._last, page
        if last is not None and page.header._replace(at=0) == last.header._replace(at=0) and page.body == last.body:
            self.repeated += 1
            return
        if page.header.begins:
            if stream is not None and not stream.has_sound and page.body == stream.first:
                # Its headers are repeated before any sound.
                self.repeated += 1
                stream.next_page = page.header.sequence + 1
                return
            stream = self._begin(page)
        if stream is None:
            return
        if page.header.sequence != stream.next_page:
            self._jump(stream, page)
            if page.header.sequence + 1 == stream.next_page and not stream.has_sound:
                return
        self.late += stream.ended
        self._has_hole = False
        stream.take(page)

    def _jump(self, stream: OggStream, page: OggPage) -> None:
        if not stream.has_sound and page.header.sequence + 1 == stream.next_page:
            self.repeated += 1
        elif not self._has_hole:
            self.jumps += 1

    def _begin(self, page: OggPage) -> OggStream:
        is_beside = all(not stream.has_sound and not stream.ended for stream in self._streams.values())
        if page.header.serial in self._streams or not is_beside:
            self.open_links += any(not stream.ended for stream in self._streams.values())
            self._streams, self._link = {}, self._link + 1
        stream = OggStream(page, self._link)
        self._streams[page.header.serial] = stream
        self.begun.append(stream)
        return stream

    def _search(self, at: int) -> int | None:
        """The next whole page of this recording, or that begins one of its streams; None if there is none."""
        limit = _VAIN_A_BYTE * self._source.size + _VAIN
        while self._streams and len(piece := self._source.read(at, _PIECE)) >= len(_SIGN):
            place = piece.find(_SIGN)
            while place >= 0 and self._vain < limit:
                page = read_page(self._source, at + place)
                if page is not None and not page.missing:
                    if page.intact and self._belongs(page):
                        return at + place
                    self._vain += page.length
                place = piece.find(_SIGN, place + 1)
            at += len(piece) - len(_SIGN) + 1
        return None
