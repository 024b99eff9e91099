"""Groups repeated issues: one issue for each cause, with its count and places."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from parsers.record import Issue

if TYPE_CHECKING:
    from collections.abc import Iterator

#: Maximum number of places listed for one cause.
MAX_PLACES = 20
#: Maximum number of files listed in one issue.
MAX_FILES = 500


class IssueGroups:
    """The issues of one file. Equal issues of one parser are merged."""

    def __init__(self) -> None:
        self._groups: dict[tuple[str, str], list[Issue]] = {}
        self._counts: dict[tuple[str, str], int] = {}

    def __bool__(self) -> bool:
        return bool(self._groups)

    def add(self, issue: Issue) -> None:
        """Add an issue."""
        key = (issue.parser, issue.what)
        self._counts[key] = self._counts.get(key, 0) + 1
        group = self._groups.setdefault(key, [])
        if len(group) <= MAX_PLACES:
            group.append(issue)

    def grouped(self) -> Iterator[Issue]:
        """Yield the issues, each cause once, in the order of occurrence."""
        for key, group in self._groups.items():
            count = self._counts[key]
            if count == 1:
                yield group[0]
                continue
            places = [issue.locator for issue in group[1 : MAX_PLACES + 1] if issue.locator]
            more = f", and {count - 1 - len(places)} more" if count - 1 > len(places) else ""
            where = f"; also at {', '.join(places)}{more}" if places else ""
            yield replace(group[0], what=f"{group[0].what} ({count} times{where})")


def joined(found: list[tuple[str, Issue]]) -> Issue:
    """Make one issue for several files with one cause.

    Args:
        found: the path of each file, and its issue.
    """
    listed = "; ".join(f"{path}: {_cause(issue.what)}" for path, issue in found[:MAX_FILES])
    more = f"; and {len(found) - MAX_FILES} more files" if len(found) > MAX_FILES else ""
    advice = found[0][1].what.partition(_FORM)[2].strip()
    what = f"{len(found)} files name the Alexa service{_FORM} {advice} The files: {listed}{more}."
    return Issue(what, parser=found[0][1].parser)


_FORM = ", in a form that is not read."


def _cause(what: str) -> str:
    """The service names of one file, which its issue has in brackets."""
    inner = what.partition(_FORM)[0].partition("(")[2]
    return inner.removesuffix(")") or "in a form that is not read"
