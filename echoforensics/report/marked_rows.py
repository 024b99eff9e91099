"""Selects rows by a reviewer's marks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from echoforensics.case.marks.marks_file import case_identity, read_marks
from echoforensics.errors import UsageError

if TYPE_CHECKING:
    from pathlib import Path

    from echoforensics.case.case import Case

_EXCLUDED = "exclude"


def marked_exhibits(case: Case, path: Path) -> frozenset[str]:
    """Return the exhibits that a marks file tags or notes, with every row of each record and interaction.

    Exhibits that the file excludes are omitted.

    Args:
        case: the case.
        path: the marks file; docs/report.md describes its form.

    Raises:
        UsageError: the file is not a marks file, belongs to another case, or refers to rows that the case lacks.
    """
    file = read_marks(path)
    if file.case != case_identity(case):
        raise UsageError(f"{path}: its marks are of another case")
    chosen = set[str]()
    excluded = set[str]()
    for mark in file.marks:
        (excluded if mark.kind == _EXCLUDED else chosen).update(_records(case, mark.about))
    wanted = chosen - excluded
    return frozenset(row["exhibit"] for row in case.rows() if row["record"] in wanted)


def _records(case: Case, about: str) -> set[str]:
    if about.startswith("IN-"):
        return {member.record for member in case.interaction(about).members}
    return {case.row(about)["record"]}
