"""Carves Ogg recordings page by page, by each page's checksum, stream number and page number.

Pages of a recording that lie apart are joined by these numbers, if each has exactly one possible next page: see
:class:`OggPages`.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from echoforensics.carving.carved import Carved, Grade, Signature
from echoforensics.carving.ogg_join import PageJoiner
from parsers.formats.audio.damage import DamageLog, named
from parsers.formats.audio.ogg.codecs import codec_name
from parsers.formats.audio.ogg.pages import MAGIC, OggPage, read_header, read_page

if TYPE_CHECKING:
    from echoforensics.carving.carved import View
    from parsers.formats.audio.ogg.pages import OggPageHeader

#: How many pages of fragmented recordings to keep in memory. Further pages are counted and not joined.
MAX_PAGES = 200_000

#: The most streams in one recording. A further stream begins another recording.
_MOST_STREAMS = 64


@dataclass(slots=True)
class _OggRun:
    """Consecutive pages of one recording.

    Attributes:
        at, end: the offset on the media of the first page, and the offset after the last.
        pages: how many there are.
        codec: the codec of the first stream whose codec is known; empty if none is.
        numbers: maps a stream's number to the number of its last page.
        unfinished: the streams whose last page was not found.
        damage: pages with a wrong checksum between others.
    """

    at: int
    end: int
    pages: int
    codec: str
    numbers: dict[int, int]
    unfinished: set[int]
    damage: DamageLog = field(default_factory=DamageLog)


def whole_page(view: View, at: int) -> OggPage | None:
    """Return the page at an offset on the media. None if there is no page, or it is not whole or not valid."""
    page = read_page(view, at)
    return page if page is not None and page.is_whole and page.header.is_as_defined else None


def _codec(page: OggPage) -> str:
    """Return the codec of the stream that a page begins, or an empty string if it is unknown."""
    return codec_name(page.body) if page.header.begins else ""


def carve(view: View, at: int) -> Carved | None:
    """Carve the recording that begins at an offset, as far as its pages are consecutive. None if none begins there."""
    page = whole_page(view, at)
    if page is None or not page.header.begins:
        return None
    run = _together(view, page)
    if not run.codec:
        return None
    grade, ending = Grade.WHOLE, "its last page says so"
    if run.unfinished:
        grade, ending = Grade.CUT, _break(view, run)
    elif run.damage.count:
        grade = Grade.ENDED
    ranges = ((run.at, run.end - run.at),)
    detail = _describe(run.pages)
    if run.damage.count:
        detail += f", with damaged ones between them: {named(run.damage.places)}"
    return Carved(f"Ogg {run.codec} recording", ".ogg", ranges, grade, ending, detail)


def _describe(pages: int) -> str:
    return f"{pages} page{'' if pages == 1 else 's'}, each with its right checksum"


def _together(view: View, first: OggPage) -> _OggRun:
    """Follow the consecutive pages from the first one on."""
    page = first.header
    numbers, unfinished = {page.serial: page.sequence}, set() if page.ends else {page.serial}
    run = _OggRun(page.at, page.end, 1, _codec(first), numbers, unfinished)
    is_head = True
    while run.unfinished and (found := whole_page(view, run.end) or _behind_damage(view, run)) is not None:
        following = found.header
        if following.begins:
            # Further streams of the same recording begin before any of them continues.
            if not is_head or following.serial in run.numbers or len(run.numbers) >= _MOST_STREAMS:
                break
            run.unfinished.add(following.serial)
        elif following.serial not in run.unfinished or following.sequence != run.numbers[following.serial] + 1:
            break
        is_head = is_head and following.begins
        run.numbers[following.serial] = following.sequence
        run.codec = run.codec or _codec(found)
        run.pages += 1
        run.end = following.end
        if following.ends:
            run.unfinished.discard(following.serial)
    return run


def _behind_damage(view: View, run: _OggRun) -> OggPage | None:
    """Return the page after one with a wrong checksum, which is skipped, if both are the next of their streams."""
    damaged = _header(view, run.end)
    if damaged is None or damaged.serial not in run.unfinished or damaged.sequence != run.numbers[damaged.serial] + 1:
        return None
    found = whole_page(view, damaged.end)
    if found is None or found.header.begins or found.header.serial not in run.unfinished:
        return None
    before = damaged.sequence if found.header.serial == damaged.serial else run.numbers[found.header.serial]
    if found.header.sequence != before + 1:
        return None
    run.damage.add(damaged.at, damaged.length)
    run.numbers[damaged.serial] = damaged.sequence
    return found


def _break(view: View, run: _OggRun) -> str:
    """Explain why the pages stop before a last page was found."""
    if run.end >= view.size:
        return "the media ends before its last page"
    header = _header(view, run.end)
    if header is None or header.serial not in run.unfinished or header.sequence != run.numbers[header.serial] + 1:
        return "no further page of it follows"
    if header.end > view.size:
        return f"the media ends within its page {header.sequence}"
    return f"its page {header.sequence} follows, but its checksum is wrong"


def _header(view: View, at: int) -> OggPageHeader | None:
    header = read_header(view, at)
    return header if header is not None and header.is_as_defined else None


@dataclass(slots=True)
class FoundPages:
    """The pages found in a range of the media, without their content.

    Attributes:
        pages: their headers, in order of place.
        codecs: maps the place of a page that begins a stream to its codec.
        damaged: maps the start of a recording with damaged pages to the end of its consecutive pages.
        left_out: how many pages were dropped because there were too many.
    """

    pages: list[OggPageHeader] = field(default_factory=list)
    codecs: dict[int, str] = field(default_factory=dict)
    damaged: dict[int, int] = field(default_factory=dict)
    left_out: int = 0


class OggPages:
    """Joins recordings whose pages lie apart. It is given every place where a page may begin, in order.

    Attributes:
        left_out: how many pages were dropped because there were too many.
    """

    def __init__(self) -> None:
        self._view: View | None = None
        self._pages: dict[int, list[OggPageHeader]] = {}
        #: Maps the place of a page that begins a stream to its codec.
        self._codecs: dict[int, str] = {}
        #: Maps the start of a recording with damaged pages to the end of its consecutive pages.
        self._damaged: dict[int, int] = {}
        self._count = 0
        self._whole_until = 0
        self._seen_until = 0
        self.left_out = 0

    @property
    def reached(self) -> tuple[int, int]:
        """The offsets on the media up to which pages are known: of whole recordings, and of any."""
        return self._whole_until, self._seen_until

    @reached.setter
    def reached(self, offsets: tuple[int, int]) -> None:
        self._whole_until, self._seen_until = offsets

    def take_out(self) -> FoundPages:
        """Return the pages found so far, and forget them."""
        pages = sorted((page for pages in self._pages.values() for page in pages), key=lambda page: page.at)
        found = FoundPages(pages, dict(self._codecs), dict(self._damaged), self.left_out)
        self._forget()
        self.left_out = 0
        return found

    def add(self, view: View, found: FoundPages) -> None:
        """Take the pages that were found in the next range of the media."""
        self._view = view
        kept = found.pages[: MAX_PAGES - self._count]
        for page in kept:
            self._pages.setdefault(page.serial, []).append(page)
            if page.begins:
                self._codecs[page.at] = found.codecs[page.at]
        self._count += len(kept)
        self._damaged |= found.damaged
        self.left_out += found.left_out + len(found.pages) - len(kept)

    @property
    def signature(self) -> Signature:
        """The signature for the places it needs."""
        return Signature("Ogg page", re.escape(MAGIC) + rb"\x00[\x00-\x07]", self._take, len(MAGIC) + 2)

    def _take(self, view: View, at: int) -> None:
        if at < self._whole_until or (page := whole_page(view, at)) is None:
            return
        self._view = view
        # A page that begins inside pages already followed is a stream of the same recording.
        if page.header.begins and at >= self._seen_until:
            run = _together(view, page)
            self._seen_until = run.end
            if run.codec and run.damage.count:
                self._damaged[run.at] = run.end
            elif run.codec and not run.unfinished:
                # Nothing is missing: it is carved as it lies.
                self._whole_until = run.end
                return
        if self._count >= MAX_PAGES:
            self.left_out += 1
            return
        self._count += 1
        # The content of the pages is not kept.
        self._pages.setdefault(page.header.serial, []).append(page.header)
        if page.header.begins:
            self._codecs[at] = _codec(page)

    def finish(self) -> list[Carved]:
        """Return joined recordings, and those without a beginning. Each starts where :func:`carve` may have."""
        found: list[Carved] = []
        for pages in self._pages.values():
            found += [self._carved(chain, ending) for chain, ending in PageJoiner(pages).chains()]
        # If another copy is intact where this one is damaged, the joined one is better; otherwise it is carved as it
        # lies.
        whole = {each.offset for each in found if each.grade is Grade.WHOLE}
        as_they_lie = sorted((at, end) for at, end in self._damaged.items() if at not in whole)
        found = [each for each in found if not _is_within(each, as_they_lie)]
        self._forget()
        return found

    def _forget(self) -> None:
        self._damaged.clear()
        self._pages.clear()
        self._codecs.clear()
        self._count = 0

    def _carved(self, pages: list[OggPageHeader], ending: str) -> Carved:
        first, last = pages[0], pages[-1]
        ranges = _ranges_of(pages)
        details = [_describe(len(pages))]
        if len(ranges) > 1:
            details.append(f"{len(ranges)} pieces, joined by the numbers of the pages")
        codec = self._codecs.get(first.at, "")
        kind = f"Ogg {codec} recording" if codec else "Ogg recording"
        if not first.begins:
            kind = "part of an Ogg recording"
            details.append("its beginning is missing")
        grade = Grade.WHOLE if first.begins and last.ends else Grade.CUT
        if not last.ends and self._view is not None:
            header = _header(self._view, last.end)
            if header is not None and (header.serial, header.sequence) == (last.serial, last.sequence + 1):
                ending += "; such a page follows, but its checksum is wrong: a part of it may lie elsewhere"
        return Carved(kind, ".ogg", ranges, grade, ending, "; ".join(details))


def _is_within(carved: Carved, places: list[tuple[int, int]]) -> bool:
    """Whether everything carved lies within one of the sorted places."""
    number = bisect_right(places, (carved.offset, 1 << 64)) - 1
    if number < 0:
        return False
    start, end = places[number]
    return all(start <= at and at + length <= end for at, length in carved.ranges)


def _ranges_of(pages: list[OggPageHeader]) -> tuple[tuple[int, int], ...]:
    """Return (offset, length in bytes) of the pages, merging adjacent ones."""
    found: list[tuple[int, int]] = []
    for page in pages:
        if found and sum(found[-1]) == page.at:
            found[-1] = (found[-1][0], found[-1][1] + page.length)
        else:
            found.append((page.at, page.length))
    return tuple(found)


SIGNATURES: tuple[Signature, ...] = (Signature("Ogg recording", rb"OggS\x00[\x02\x06]", carve, 6),)
