"""Carving Ogg recordings: page follows page, each with its check sum, its stream's number and its own.

Where the pages of a recording lie apart, they are joined again by these numbers, if for each there is one next page
and no other: see :class:`OggPages`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from echoforensics.carving.carved import Carved, Grade, Signature
from echoforensics.carving.ogg_page import MAGIC, Page, read_page

if TYPE_CHECKING:
    from collections.abc import Iterable

    from echoforensics.carving.carved import View

#: Pages of recordings in pieces that are kept in memory. What is beyond is not joined.
MAX_PAGES = 200_000


def carve(view: View, at: int) -> Carved | None:
    """The recording that begins at a byte of the media, as far as its pages lie together; None where none begins."""
    page = read_page(view, at)
    if page is None or not page.begins or not page.codec:
        return None
    pages, is_whole = _together(view, page)
    ending = "its last page says so" if is_whole else "no further page of it follows"
    return _carved(pages, Grade.WHOLE if is_whole else Grade.CUT, ending)


def _together(view: View, page: Page) -> tuple[list[Page], bool]:
    """The pages from one on that lie together, and whether every stream of them comes to its end."""
    pages, numbers, open_streams = [page], {page.serial: page.number}, {page.serial}
    heads = True
    if page.ends:
        open_streams.clear()
    while open_streams and (following := read_page(view, pages[-1].end)) is not None:
        known = numbers.get(following.serial)
        if known is None:
            # Further streams of the same recording begin before any of them goes on.
            if not (heads and following.begins):
                break
            open_streams.add(following.serial)
        elif following.begins or following.number != known + 1:
            break
        heads = heads and following.begins
        numbers[following.serial] = following.number
        pages.append(following)
        if following.ends:
            open_streams.discard(following.serial)
    return pages, not open_streams


def _carved(pages: list[Page], grade: Grade, ending: str, detail: str = "") -> Carved:
    codec = next((page.codec for page in pages if page.codec), "")
    kind = f"Ogg {codec} recording" if codec else "part of an Ogg recording"
    count = f"{len(pages)} pages, each with its right check sum"
    return Carved(kind, ".ogg", ranges_of(pages), grade, ending, f"{count}; {detail}" if detail else count)


def ranges_of(pages: Iterable[Page]) -> tuple[tuple[int, int], ...]:
    """Where pages lie: (byte offset, length in bytes), those that touch as one."""
    found: list[tuple[int, int]] = []
    for page in pages:
        if found and sum(found[-1]) == page.at:
            found[-1] = (found[-1][0], found[-1][1] + page.length)
        else:
            found.append((page.at, page.length))
    return tuple(found)


class OggPages:
    """Joins recordings whose pages lie apart. It is shown every place where a page may begin, in order."""

    def __init__(self) -> None:
        self._pages: dict[int, list[Page]] = {}
        self._count = 0
        self._whole_until = 0
        self.left_out = 0

    @property
    def signature(self) -> Signature:
        """By what it wants to be shown places."""
        return Signature("Ogg page", MAGIC, self._take, len(MAGIC))

    def _take(self, view: View, at: int) -> None:
        if at < self._whole_until or (page := read_page(view, at)) is None:
            return
        if page.begins and page.codec:
            pages, is_whole = _together(view, page)
            if is_whole:
                # Nothing is missing: it is carved as it lies.
                self._whole_until = pages[-1].end
                return
        if self._count >= MAX_PAGES:
            self.left_out += 1
            return
        self._count += 1
        self._pages.setdefault(page.serial, []).append(page)

    def finish(self) -> list[Carved]:
        """Recordings that were joined or whose beginning is missing; each begins where :func:`carve` may have begun."""
        found: list[Carved] = []
        for pages in self._pages.values():
            found += _joined(pages)
        self._pages.clear()
        return found


def _joined(pages: list[Page]) -> list[Carved]:
    """The recordings that pages of one stream make up, given in order of place."""
    by_number: dict[int, list[Page]] = {}
    for page in pages:
        by_number.setdefault(page.number, []).append(page)
    used: set[int] = set()
    found: list[Carved] = []
    firsts = [page for page in pages if page.begins]
    for first in [*firsts, *pages]:
        if first.at in used:
            continue
        chain, ending = _chain(first, by_number)
        used.update(page.at for page in chain)
        # Copies of pages that were used tell nothing more.
        for page in chain:
            used.update(copy.at for copy in by_number[page.number] if copy.check == page.check and not copy.begins)
        grade = Grade.WHOLE if first.begins and chain[-1].ends else Grade.CUT
        detail = "" if first.begins else "its beginning is missing"
        found.append(_carved(chain, grade, ending, detail))
    return found


def _chain(first: Page, by_number: dict[int, list[Page]]) -> tuple[list[Page], str]:
    chain = [first]
    while not chain[-1].ends:
        last = chain[-1]
        following = [page for page in by_number.get(last.number + 1, ()) if not page.begins]
        if not following:
            return chain, f"its page {last.number + 1} was not found whole"
        touching = [page for page in following if page.at == last.end]
        if not touching and len({page.check for page in following}) > 1:
            return chain, f"there are several pages {last.number + 1} that differ"
        chain.append((touching or [page for page in following if page.at > last.at] or following)[0])
    return chain, "its last page says so"


SIGNATURES: tuple[Signature, ...] = (Signature("Ogg recording", rb"OggS\x00[\x02\x06]", carve, 6),)
