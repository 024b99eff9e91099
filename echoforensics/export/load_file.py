"""A production as document review systems load it: a Concordance ``dat``, with the folders NATIVES and TEXT.

A line of ``DATA/load.dat`` is a document. U+0014 separates fields, U+00FE is before and after each, U+00AE stands
for an end of line inside one; the file is UTF-8 with a byte-order mark. A U+00FE inside a field is doubled, and a
U+00AE there is written ``(R)``: the document's file in TEXT has the text as it is. Each row is a document, its exhibit
number the beginning and the end of its Bates range. NATIVES holds every recording once.

References:
    https://help.lexbe.com/ (load files), https://edrm.net/resources/frameworks-and-standards/
"""

from __future__ import annotations

import hashlib
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from echoforensics.case.row_query import rows as rows_of
from echoforensics.errors import CaseError
from echoforensics.export.about import AboutExport, Written
from echoforensics.zones import local_time

if TYPE_CHECKING:
    from echoforensics.case.case import Case
    from echoforensics.case.exhibits.row import Query, Row

FIELDS = (
    "BEGBATES", "ENDBATES", "CUSTODIAN", "DOCTYPE", "DOCDATE", "DOCTIME", "TIMEZONE", "DATEDESC", "DATERECORDED",
    "TITLE", "TRANSCRIPT", "DEVICE", "SOURCE", "FILENAME", "FILEPATH", "LOCATOR", "SHA256HASH", "NATIVESHA256",
    "NATIVEMD5", "NATIVEPATH", "TEXTPATH", "AUTHOR",
)  # fmt: skip
_QUOTE, _SEPARATOR, _LINE_END = "\u00fe", "\u0014", "\u00ae"
#: The most documents in one folder.
_IN_FOLDER = 1000
_BLOCK = 1 << 20
#: The suffix of a native file if its name in the evidence gives none.
_NO_ENDING = ".bin"


def export(case: Case, query: Query, folder: Path, about: AboutExport) -> Written:
    """Write the requested rows.

    Args:
        case: the case.
        query: selects the rows.
        folder: an empty folder.
        about: gives the author and the zone of dates; a file in the folder holds all of it.

    Raises:
        CaseError: a recording has changed since it was extracted.
    """
    for name in ("DATA", "NATIVES", "TEXT"):
        (folder / name).mkdir()
    natives = _Natives(case, folder)
    count = 0
    with (folder / "DATA" / "load.dat").open("w", encoding="utf-8-sig", newline="") as stream:
        stream.write(_line(FIELDS))
        for count, row in enumerate(rows_of(case.store, query), 1):
            below = f"{(count - 1) // _IN_FOLDER + 1:04}"
            text = PurePosixPath("TEXT", below, f"{row['exhibit']}.txt")
            (folder / text.parent).mkdir(exist_ok=True)
            (folder / text).write_text(_document(row), encoding="utf-8", newline="")
            stream.write(_line(_values(row, natives.of(row, below), str(text).replace("/", "\\"), about)))
    return Written(count)


class _Natives:
    """The recordings of a production, each copied once."""

    def __init__(self, case: Case, folder: Path) -> None:
        self._case, self._folder = case, folder
        self._copied: dict[str, tuple[str, str]] = {}

    def of(self, row: Row, below: str) -> tuple[str, str, str]:
        """Return the path of a row's recording, its SHA-256 and its MD5; empty if it has none."""
        sha256 = row["recording"]
        if sha256 is None:
            return "", "", ""
        if sha256 not in self._copied:
            ending = PurePosixPath(row["path"]).suffix if row["sha256"] == sha256 else ""
            safe = ending if ending[1:].isalnum() and ending.isascii() and len(ending) <= 6 else _NO_ENDING
            path = PurePosixPath("NATIVES", below, f"{row['exhibit']}{safe}")
            (self._folder / path.parent).mkdir(exist_ok=True)
            self._copied[sha256] = str(path).replace("/", "\\"), self._copy(sha256, self._folder / path)
        path_text, md5 = self._copied[sha256]
        return path_text, sha256, md5

    def _copy(self, sha256: str, target: Path) -> str:
        whole, other = hashlib.sha256(), hashlib.md5(usedforsecurity=False)
        try:
            source = self._case.vault.open(sha256)
        except OSError as error:
            raise CaseError(f"{self._case.vault.path(sha256)}: cannot be read: {error.strerror}") from error
        with source, target.open("wb") as copy:
            while piece := source.read(_BLOCK):
                whole.update(piece)
                other.update(piece)
                copy.write(piece)
        if whole.hexdigest() != sha256:
            raise CaseError(
                f"{self._case.vault.path(sha256)}: has changed since it was extracted; run `echoforensics verify`"
            )
        return other.hexdigest()


def _values(row: Row, native: tuple[str, str, str], text: str, about: AboutExport) -> tuple[str, ...]:
    when = local_time(row["timestamp"], about.local) if about.local is not None else row["datetime"]
    path, sha256, md5 = native
    return (
        row["exhibit"], row["exhibit"], row["person"] or row["account"] or row["device_serial"] or "", row["data_type"],
        when[:10] if when else "", when[11:] if when else "", about.zone if when else "", row["timestamp_desc"],
        row["recorded_time"] or "", row["message"], row["transcript"] or "", row["device_serial"] or "",
        row["evidence"], PurePosixPath(row["path"]).name, row["path"], row["locator"], row["sha256"], sha256, md5, path,
        text, about.examiner,
    )  # fmt: skip


def _document(row: Row) -> str:
    """Return the text of a document: the row's columns, one per line, without empty ones."""
    values = {name: ", ".join(value) if isinstance(value, list) else value for name, value in row.items()}
    return "".join(f"{name}: {value}\r\n" for name, value in values.items() if value not in (None, ""))


def _line(values: tuple[str, ...]) -> str:
    return _SEPARATOR.join(f"{_QUOTE}{_field(value)}{_QUOTE}" for value in values) + "\r\n"


def _field(value: str) -> str:
    text = value.replace(_LINE_END, "(R)").replace(_SEPARATOR, " ").replace(_QUOTE, _QUOTE * 2).replace("\0", "\\x00")
    return text.replace("\r\n", _LINE_END).replace("\r", _LINE_END).replace("\n", _LINE_END)
