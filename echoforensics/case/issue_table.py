"""The table ``issues``: what could not be read, and why."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from echoforensics.case.text import storable
from parsers.record import Issue

if TYPE_CHECKING:
    from collections.abc import Iterator

    from echoforensics.case.store import Store

#: Maximum length of an excerpt in bytes.
_EXCERPT = 64


class CaseIssue(NamedTuple):
    """Something that could not be read.

    Attributes:
        evidence: name of the evidence item; empty for a source that could not be opened and was skipped.
        path: of the file; empty for the whole item. Of a source that was skipped: the source.
        parser: the finder: a parser, ``evidence`` or ``cross_check``.
        locator: where in the file; empty for the whole of it.
        what: one sentence.
        excerpt: the first bytes of what could not be read, at most 64.
    """

    evidence: str
    path: str
    parser: str
    locator: str
    what: str
    excerpt: bytes


def add_issue(store: Store, evidence: int, path: str, issue: Issue) -> None:
    """Add an issue of an evidence item. The same issue is stored once, however often a run is repeated."""
    store.db.execute(
        "INSERT OR IGNORE INTO issues (evidence_id, path, parser, locator, what, excerpt) VALUES (?, ?, ?, ?, ?, ?)",
        (evidence, storable(path), issue.parser, issue.locator, storable(issue.what), issue.excerpt[:_EXCERPT]),
    )


def add_skipped_source(store: Store, path: str, why: str) -> None:
    """Record a skipped source as an issue of the case as a whole. It replaces an earlier issue of this source.

    Args:
        store: the case's store.
        path: the source.
        why: the reason.
    """
    forget_skipped_source(store, path)
    store.db.execute(
        "INSERT INTO issues (evidence_id, path, parser, locator, what, excerpt)"
        " VALUES (NULL, ?, 'evidence', '', ?, x'')",
        (storable(path), storable(f"the source was given and skipped, as it could not be read: {why}")),
    )


def forget_skipped_source(store: Store, path: str) -> None:
    """Remove the issue of a skipped source, which has now been taken in."""
    store.db.execute("DELETE FROM issues WHERE evidence_id IS NULL AND path = ?", (storable(path),))


def issues_of(store: Store, evidence: int, parser: str) -> list[tuple[str, Issue]]:
    """Return the issues that one parser found in an evidence item, with their file paths, by path and place."""
    found = store.db.execute(
        "SELECT path, what, locator, excerpt FROM issues WHERE evidence_id = ? AND parser = ? ORDER BY path, locator",
        (evidence, parser),
    )
    return [(path, Issue(what, locator, excerpt, parser)) for path, what, locator, excerpt in found]


def remove_issues(store: Store, evidence: int, parser: str) -> None:
    """Remove the issues that one parser found in an evidence item, before they are replaced."""
    store.db.execute("DELETE FROM issues WHERE evidence_id = ? AND parser = ?", (evidence, parser))


def issues(store: Store) -> Iterator[CaseIssue]:
    """Yield every issue, by evidence item, path, parser and place; skipped sources come first."""
    found = store.db.execute(
        "SELECT coalesce(v.name, ''), i.path, i.parser, i.locator, ? || i.what, i.excerpt FROM issues i"
        " LEFT JOIN evidence v ON v.id = i.evidence_id ORDER BY v.id, i.path, i.parser, i.locator, i.what",
        (store.row_mark,),
    )
    return map(CaseIssue._make, found)
