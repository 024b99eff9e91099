"""Joins pages of one Ogg stream that lie apart. It never chooses between two pages that differ.

A page directly after another is its next page. Across a gap, a page is joined only if all fields of both fit, no
different page with that number fits, and no other page precedes it or could. Many recordings may share a stream number,
and their first pages may be identical. So no page is used twice, and header pages join nothing that another copy of
them precedes. One error remains: for two recordings with the same stream number, the beginning of one and the end of
the other fit together if everything else of both is lost.

References:
    RFC 3533, section 6: stream serial number, page sequence number, granule position, continued packets.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from parsers.formats.audio.ogg.pages import OggPageHeader

#: How many pages with one number to tell apart. With more, nothing is joined across a gap.
_MOST_ALIKE = 64


class PageJoiner:
    """The pages of one stream."""

    def __init__(self, pages: list[OggPageHeader]) -> None:
        """Take the pages, sorted by their place."""
        self._pages = pages
        self._by_number: dict[int, list[OggPageHeader]] = {}
        for page in pages:
            self._by_number.setdefault(page.sequence, []).append(page)
        self._by_start = {page.at: page for page in pages}
        self._by_end = {(page.sequence, page.end): page for page in pages}
        self._used: set[int] = set()

    def chains(self) -> Iterator[tuple[list[OggPageHeader], str]]:
        """Yield each chain of pages, and why it ends: chains with a beginning first. No page is used twice."""
        seen: set[tuple[int, int]] = set()
        orphans = sorted((page for page in self._pages if not page.begins), key=lambda page: (page.sequence, page.at))
        for first in [*(page for page in self._pages if page.begins), *orphans]:
            # A copy of a page already used adds nothing.
            if first.at in self._used or (not first.begins and (first.sequence, first.check) in seen):
                continue
            chain, ending = self._chain(first)
            seen.update((page.sequence, page.check) for page in chain)
            yield chain, ending

    def _chain(self, first: OggPageHeader) -> tuple[list[OggPageHeader], str]:
        chain = [first]
        self._used.add(first.at)
        while not chain[-1].ends:
            last = chain[-1]
            following = self._touching(last)
            if following is None or following.at in self._used:
                following, ending = self._across(last)
                if following is None:
                    return chain, ending
            self._used.add(following.at)
            chain.append(following)
        return chain, "its last page says so"

    def _touching(self, page: OggPageHeader) -> OggPageHeader | None:
        """Return the next page of the stream if it lies directly after this page."""
        found = self._by_start.get(page.end)
        return found if found is not None and found.sequence == page.sequence + 1 and not found.begins else None

    def _across(self, last: OggPageHeader) -> tuple[OggPageHeader | None, str]:
        """Return the one page that can be the next, wherever it lies; or None, and the reason."""
        number = last.sequence + 1
        following, alike = self._by_number.get(number, ()), self._by_number[last.sequence]
        if max(len(following), len(alike)) > _MOST_ALIKE:
            return None, f"there are too many pages {last.sequence} and {number} to tell which belong together"
        possible = [page for page in following if self._is_free(page, last)]
        if not possible:
            return None, f"its page {number} was not found whole"
        if len({page.check for page in possible}) > 1:
            return None, f"there are several pages {number} that differ"
        found = next((page for page in possible if page.at > last.at), possible[0])
        if any(self._is_rival(page, last, found) for page in alike):
            return None, f"there are several pages {last.sequence} that differ, and one page {number}"
        return found, ""

    def _is_free(self, page: OggPageHeader, last: OggPageHeader) -> bool:
        """Whether a page can follow another and is not yet used."""
        if page.at in self._used or not last.may_precede(page):
            return False
        before = self._by_end.get((last.sequence, page.at))
        # Two copies of a recording may each have what the other lacks. Headers alone do not make a copy.
        return before is None or (before.check == last.check and last.granule > 0)

    def _is_rival(self, page: OggPageHeader, last: OggPageHeader, found: OggPageHeader) -> bool:
        """Whether a page other than ``last`` can precede the page that was found."""
        return page.check != last.check and page.may_precede(found) and self._touching(page) is None
