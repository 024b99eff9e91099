"""Adds the marks of a file to a case: each becomes a record, sealed with the rest of the case."""

from __future__ import annotations

import json
from contextlib import closing
from typing import TYPE_CHECKING

from echoforensics.case.added_records.addition import ANNOTATION, Addition
from echoforensics.case.case import Case
from echoforensics.case.custody.adding import AddingRun
from echoforensics.case.marks.marks_file import VERSION, Mark, case_identity, read_marks
from echoforensics.errors import UsageError

if TYPE_CHECKING:
    from pathlib import Path

    from chain_of_custody.signer import Signer
    from echoforensics.case.custody.adding import AddedRecords
    from echoforensics.case.marks.marks_file import MarksFile

_WORDS = {"tag": "Tag", "note": "Note", "exclude": "Excluded"}
_MOST_NAMED = 5


def import_marks(case_path: Path, marks_path: Path, key: Signer | None, actor: str = "") -> AddedRecords:
    """Add the marks of a file to a case. Marks that the case already has are skipped.

    Args:
        case_path: the case folder.
        marks_path: the file; see docs/report.md for its format.
        key: the examiner's key, as for the case; None if it is unsigned.
        actor: name of the person, for the ledger; empty for the last actor.

    Raises:
        UsageError: the file is not a marks file, is of another case, or names what the case lacks. Nothing was
            changed.
        CaseError: raised by :class:`echoforensics.case.custody.adding.AddingRun`.
    """
    file = read_marks(marks_path)
    with Case.open(case_path) as case:
        _refuse_other_case(case, file, marks_path)
        _refuse_unknown(case, file, marks_path)
        actor = actor or [entry.actor for entry in case.actions()][-1]
    detail = {
        "what": "marks of reviewers",
        "file": file.name,
        "sha256": file.sha256,
        "authors": sorted({mark.author for mark in file.marks}),
    }
    with closing(AddingRun(case_path, key, actor)) as run:
        return run.add((_addition(mark, file) for mark in file.marks), detail)


def _refuse_other_case(case: Case, file: MarksFile, path: Path) -> None:
    own = case_identity(case)
    if file.case != own:
        raise UsageError(f"{path}: its marks are of another case, {file.case[:64]!r}; {case.path} is {own}")


def _refuse_unknown(case: Case, file: MarksFile, path: Path) -> None:
    """Refuse marks about exhibits and interactions that the case does not have."""
    unknown: dict[str, None] = {}
    members: dict[str, set[str]] = {}
    for mark in file.marks:
        try:
            shown = case.row(mark.exhibit)
            if mark.about != mark.exhibit and mark.about not in members:
                members[mark.about] = {member.record for member in case.interaction(mark.about).members}
        except UsageError:
            unknown[mark.about if mark.about == mark.exhibit else f"{mark.about} with {mark.exhibit}"] = None
            continue
        if mark.about != mark.exhibit and shown["record"] not in members[mark.about]:
            unknown[f"{mark.about} with {mark.exhibit}"] = None
    if unknown:
        names, more = list(unknown)[:_MOST_NAMED], len(unknown) - _MOST_NAMED
        rest = f" and {more} more" if more > 0 else ""
        raise UsageError(f"{path}: the case does not have {', '.join(names)}{rest}. Nothing was added")


def _addition(mark: Mark, file: MarksFile) -> Addition:
    about = " on the whole interaction" if mark.about != mark.exhibit else ""
    text = f': "{mark.text}"' if mark.text else ", no reason given"
    when = f"{mark.date[:19].replace('T', ' ')} UTC"
    fields = {"kind": mark.kind, "author": mark.author, "date": mark.date, "marks_file": file.sha256}
    if about:
        fields["interaction"] = mark.about
    return Addition(
        about=mark.exhibit,
        data_type=f"{ANNOTATION}{mark.kind}",
        version=str(VERSION),
        message=f"{_WORDS[mark.kind]} by {mark.author}, {when}{about}{text}.",
        statement=json.dumps([mark.kind, mark.about != mark.exhibit, mark.text, mark.author, mark.date]),
        fields={**fields, "text": mark.text},
    )
