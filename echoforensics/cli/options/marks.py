"""Adding marks to a case, for the command that takes marks files, and the key that a sealed case asks for."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from pathlib import Path

    from chain_of_custody.signer import Signer


def key_of_case(path: Path | None, case: Path) -> Signer | None:
    """The key to add to a case with: as given, else the examiner's; None if the case is unsigned.

    Raises:
        ExaminerKeyError: there is no key, or it cannot be used.
        CaseError: the case has no ledger.
    """
    from echoforensics.case.case import Case
    from echoforensics.cli import keys

    with Case.open(case) as opened:
        signed = any(entry.detail.get("signed") is True for entry in [next(opened.actions())])
    found = keys.for_signing(path, case, unsigned=not signed and path is None)
    return found() if callable(found) else found


def add_marks(case: Path, files: tuple[Path, ...], key_path: Path | None) -> None:
    """Add the marks of files to a case, and say how many were added."""
    from echoforensics.case.marks.importing import import_marks
    from echoforensics.cli.safe_text import safe
    from echoforensics.counting import counted

    key = key_of_case(key_path, case)
    for file in files:
        added = import_marks(case, file, key)
        known = f"; the case had {counted(added.known, 'mark')} of it" if added.known else ""
        where = f", {' to '.join(dict.fromkeys((added.exhibits[0], added.exhibits[-1])))}" if added.exhibits else ""
        click.echo(safe(f"{file}: {counted(len(added.exhibits), 'mark')} added{where}{known}."), err=True)
