"""Files that no parser read, and issues grouped by kind."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

    from echoforensics.case.store import Store

#: The variable parts of issues of one kind: names in quotes, addresses, numbers.
_PARTICULARS = re.compile(r"'[^']*'|\"[^\"]*\"|0x[0-9a-fA-F]+|\d+")


class UnreadFile(NamedTuple):
    """A file of the evidence that no parser read.

    Attributes:
        evidence: name of the evidence item.
        path: path of the file in the item.
        size: bytes read.
        state: ``allocated``, ``deleted``, ``carved`` or ``damaged``.
    """

    evidence: str
    path: str
    size: int
    state: str


class IssueGroup(NamedTuple):
    """Issues that differ only in names and numbers.

    Attributes:
        parser: the parser that found them.
        what: the text of one of them.
        issues: number of issues.
        evidence: evidence item of that one; empty for a skipped source.
        path: file of that one.
    """

    parser: str
    what: str
    issues: int
    evidence: str
    path: str


def unread_files(store: Store) -> Iterator[UnreadFile]:
    """Yield the files that no parser read and that were not opened as containers, by evidence item and path.

    Empty files are left out.
    """
    found = store.db.execute(
        "SELECT v.name, e.path, e.size, e.state FROM entries e JOIN evidence v ON v.id = e.evidence_id"
        " WHERE e.kind = 'file' AND e.read_by = '[]' AND e.size > 0 ORDER BY v.id, e.path, e.address"
    )
    return map(UnreadFile._make, found)


def count_unread_files(store: Store) -> tuple[int, int]:
    """Return the number of such files, and their total size in bytes."""
    found = store.db.execute(
        "SELECT count(*), coalesce(sum(size), 0) FROM entries WHERE kind = 'file' AND read_by = '[]' AND size > 0"
    ).fetchone()
    return found[0], found[1]


def issue_groups(store: Store) -> list[IssueGroup]:
    """Group issues that differ only in names and numbers; most frequent first."""
    groups: dict[tuple[str, str], IssueGroup] = {}
    for parser, what, evidence, path in store.db.execute(
        "SELECT i.parser, i.what, coalesce(v.name, ''), i.path FROM issues i LEFT JOIN evidence v"
        " ON v.id = i.evidence_id ORDER BY i.parser, v.id, i.path, i.locator, i.what"
    ):
        key = parser, _PARTICULARS.sub("…", what)
        before = groups.get(key)
        groups[key] = (
            IssueGroup(parser, what, 1, evidence, path) if before is None else before._replace(issues=before.issues + 1)
        )
    return sorted(groups.values(), key=lambda group: (-group.issues, group.parser, group.what))
