"""Says why a path is not a case folder, and what to give instead; and refuses to write into one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from echoforensics.case.custody.names import DATABASE, LEDGER, SIGNED_LIST
from echoforensics.errors import CaseError

if TYPE_CHECKING:
    from pathlib import Path


def is_case_folder(path: Path) -> bool:
    """Whether a path is a folder with the database and the ledger of a case."""
    return (path / DATABASE).is_file() and (path / LEDGER).is_file()


def not_a_case(path: Path) -> CaseError:
    """Return the error for a path that is not a case folder. It names what the path is, where that is known."""
    if path.name == DATABASE and path.is_file():
        return CaseError(f"{path}: is the database of a case; give the case folder, {path.absolute().parent}")
    if not path.exists():
        return CaseError(f"{path}: not a case folder: it does not exist")
    if not path.is_dir():
        return CaseError(f"{path}: not a case folder but a file")
    if (path / SIGNED_LIST).is_file():
        return CaseError(f"{path}: not a case folder but a report or a bundle, which `echoforensics verify` checks")
    return CaseError(f"{path}: not a case folder (it has no {DATABASE})")


def refuse_in_case(target: Path) -> None:
    """Refuse a file to be written into a case folder: `verify` fails where one holds what is not of the case.

    Raises:
        CaseError: a folder above the file is a case.
    """
    for folder in target.resolve().parents:
        if is_case_folder(folder):
            raise CaseError(f"{target}: is inside the case folder {folder}; name a file elsewhere")
