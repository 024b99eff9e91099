"""Results of one parser for content that another handed on."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from parsers.locator import inside
from parsers.parser import Parser, Source
from parsers.record import Issue, Record


def signed_as(parser: Parser, source: Source, steps: str = "") -> Iterator[Record | Issue]:
    """Yield a parser's results for some content, under its own name, with the locator steps to the content."""
    for item in parser.parse(parser.sees(source)):
        locator = inside(steps, item.locator)
        if isinstance(item, Issue):
            yield replace(item, parser=item.parser or parser.name, locator=locator)
            continue
        times = tuple(
            replace(time, locator=inside(steps, time.locator)) if time.locator else time for time in item.timestamps
        )
        yield replace(parser.signed(item), locator=locator, timestamps=times)
