"""Limit issues: a hostile file may have a million errors, so the first are listed and the others counted."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from parsers.record import Issue, Record

#: Issues of one file beyond this number are counted, not listed.
MAX_ISSUES = 50


def bounded(found: Iterable[Record | Issue]) -> Iterator[Record | Issue]:
    """Pass on what was found, with at most :data:`MAX_ISSUES` issues and one more that counts the others."""
    issues = 0
    for item in found:
        if isinstance(item, Issue):
            issues += 1
            if issues > MAX_ISSUES:
                continue
        yield item
    if issues > MAX_ISSUES:
        yield Issue(f"{issues - MAX_ISSUES} more parts of the file could not be read.")
