"""Consecutive JSON texts in a file, and what is between them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from parsers.alexa_api.items.body import JsonPlaces
from parsers.alexa_api.items.json_text import (
    EXCERPT,
    LoadedText,
    breaks_off,
    more_follows,
    rest_of,
    stands_between,
)
from parsers.alexa_api.items.text_values import TextValue
from parsers.formats.json.text import MAX_BYTES
from parsers.locator import at_bytes, join
from parsers.record import Issue


@dataclass(slots=True)
class TextSeries:
    """The texts of one file.

    Attributes:
        prefix: the locator of the text they are in; empty if it is the whole file.
        sha1: the file's SHA-1.
        issues: issues with the file; they are attached to the first text.
        size: the length of the text, in bytes.
        read: reads a number of bytes of the text from an offset.
        whole: how many texts have been yielded so far.
    """

    prefix: str
    sha1: str
    issues: tuple[Issue, ...]
    size: int
    read: Callable[[int, int], bytes]
    whole: int = 0

    def run(self, values: Iterator[TextValue | Issue]) -> Iterator[LoadedText]:
        """Yield the texts, then issues for what is between and after them. Yields nothing if there are no texts."""
        issues, end, broken = self.issues, 0, -1
        gaps, first = 0, (0, 0)
        for value in values:
            if isinstance(value, TextValue):
                self.whole += 1
                if self._rest(end, value.start):
                    first = first if gaps else (end, value.start)
                    gaps += 1
                end = value.end
            loaded = given(value, self.sha1)
            if isinstance(value, TextValue) and value.found.error:
                # Values inside a truncated value are truncated with it.
                if value.end == broken and not loaded.value:
                    continue
                loaded = replace(loaded, issues=()) if value.end == broken else loaded
                broken = value.end
            yield replace(loaded, issues=(*issues, *loaded.issues))
            issues = ()
        if not self.whole:
            return
        if rest := self._rest(end, self.size):
            yield self._issue(more_follows(rest, at_bytes(end, self.size - end)))
        if gaps:
            yield self._issue(stands_between(gaps, first, self.read(first[0], EXCERPT)))

    def _rest(self, start: int, end: int) -> str:
        """Unexpected text between two offsets; only its beginning if it is long."""
        return rest_of(self.read(start, min(end - start, MAX_BYTES)).decode("utf-8", "surrogateescape"))

    def _issue(self, issue: Issue) -> LoadedText:
        placed = replace(issue, locator=join(self.prefix, issue.locator))
        return LoadedText(None, JsonPlaces(self.prefix), self.sha1, (*self.issues, placed))


def given(value: TextValue | Issue, sha1: str) -> LoadedText:
    """Wrap one text as found, or an issue on its own."""
    if isinstance(value, Issue):
        return LoadedText(None, JsonPlaces(), sha1, (value,))
    issues = (breaks_off(value.end, value.found.error, b"", value.places.record(())),) if value.found.error else ()
    return LoadedText(value.found.value, value.places, sha1, issues)
