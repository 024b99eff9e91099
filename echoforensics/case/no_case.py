"""Says why a path is not a case folder, and what to give instead; and refuses to write into one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from echoforensics.case.custody.names import DATABASE, LEDGER
from echoforensics.errors import CaseError

if TYPE_CHECKING:
    from pathlib import Path

#: The signed list in a report or a bundle.
_SIGNED_LIST = "custody.dsse.json"


def not_a_case(path: Path) -> CaseError:
    """Return the error for a path that is not a case folder. It names what the path is, where that is known."""
    if path.name == DATABASE and path.is_file():
        return CaseError(f"{path}: is the database of a case; give the case folder, {path.absolute().parent}")
    if not path.exists():
        return CaseError(f"{path}: not a case folder: it does not exist")
    if not path.is_dir():
        return CaseError(f"{path}: not a case folder but a file")
    if (path / _SIGNED_LIST).is_file():
        return CaseError(f"{path}: not a case folder but a report or a bundle, which `echoforensics verify` checks")
    return CaseError(f"{path}: not a case folder (it has no {DATABASE})")


def refuse_in_case(target: Path) -> None:
    """Refuse a file to be written into a case folder: `verify` fails where one holds what is not of the case.

    Raises:
        CaseError: a folder above the file is a case.
    """
    for folder in target.resolve().parents:
        if (folder / DATABASE).is_file() and (folder / LEDGER).is_file():
            raise CaseError(f"{target}: is inside the case folder {folder}; name a file elsewhere")
