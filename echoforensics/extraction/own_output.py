"""Refuses sources that are what this program made: a case, a bundle, a report. They repeat evidence."""

from __future__ import annotations

from typing import TYPE_CHECKING

from chain_of_custody.open_flags import open_regular
from echoforensics.case.custody.names import ARTEFACTS, DATABASE, LEDGER, SIGNED_LIST
from echoforensics.case.no_case import is_case_folder
from echoforensics.errors import SourceError

if TYPE_CHECKING:
    from pathlib import Path

#: How a zip of this program begins: header of an uncompressed entry without a time, and the name of the first.
_ZIP, _NAME, _HEAD = b"PK\3\4\x14\0\0\x08\0\0\0\0\x21\0", 30, 300
_FIRST = b"/VERIFY.txt"
_ADVICE = (
    "it holds copies of evidence and this program's own results, which are no source of their own. Give the evidence it"
    " was made of"
)


def refuse_own_output(path: Path) -> None:
    """Refuse a case folder, a file of one, or a bundle or report, as folder or zip.

    Raises:
        SourceError: it is one; the text says what to do instead.
    """
    folder = path if path.is_dir() else path.parent
    if is_case_folder(folder):
        if path.is_dir():
            what = (
                f"is a case of this program: {_ADVICE}; `case merge` puts cases together, and `verify`, `timeline` and"
            )
            raise SourceError(
                f"{path}: {what} `report` read it. Where the evidence is lost, give {path / ARTEFACTS}: the files that"
                " were extracted from it, without their names"
            )
        if path.name in (DATABASE, LEDGER):
            raise SourceError(f"{path}: is a file of the case {folder}: {_ADVICE}")
    if (path / SIGNED_LIST).is_file() or _is_zip_of_one(path):
        raise SourceError(f"{path}: is a bundle or a report of this program: {_ADVICE}; `verify` checks it")


def _is_zip_of_one(path: Path) -> bool:
    """Whether a file is a zip that this program wrote of a sealed folder: its instructions come first, uncompressed."""
    try:
        with open_regular(path, follow=True) as stream:
            head = stream.read(_HEAD)
    except OSError:
        return False
    name = head[_NAME : _NAME + int.from_bytes(head[26:28], "little")]
    return head.startswith(_ZIP) and name.endswith(_FIRST) and name.count(b"/") == 1
