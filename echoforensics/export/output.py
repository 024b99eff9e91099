"""Writing a timeline in one of its formats, to a file or to standard output."""

from __future__ import annotations

import os
import sys
import tempfile
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

from echoforensics.case.row_query import Query, rows
from echoforensics.errors import UsageError
from echoforensics.export import csv_table, jsonl

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

    from echoforensics.case.case import Case

#: The formats that are text, by the name the command knows them by.
_TEXT = {"csv": csv_table.write, "jsonl": jsonl.write}
#: A storage file of plaso.
_PLASO = "plaso"
FORMATS = (*_TEXT, _PLASO)


def export(case: Case, query: Query, form: str, output: Path | None, local: ZoneInfo | None) -> int:
    """Write the rows asked for; returns how many.

    A file appears whole or not at all.

    Raises:
        UsageError: the file cannot be written, or the form cannot go to standard output.
        CaseError: it lies inside the case or a source.
    """
    if form == _PLASO:
        return _export_store(case, query, output, local)
    write, found = _TEXT[form], rows(case.store, query)
    if output is None:
        sys.stdout.reconfigure(encoding="utf-8", newline="")  # type: ignore[union-attr]
        return write(found, sys.stdout, local)
    case.refuse_inside(output)
    try:
        handle, name = tempfile.mkstemp(dir=output.resolve().parent, prefix=".echoforensics-")
        try:
            with os.fdopen(handle, "w", encoding="utf-8", newline="") as stream:
                count = write(found, stream, local)
            Path(name).chmod(0o644)
            Path(name).replace(output)
        except BaseException:
            Path(name).unlink(missing_ok=True)
            raise
    except OSError as error:
        raise UsageError(f"{output}: cannot be written: {error.strerror}") from error
    return count


def _export_store(case: Case, query: Query, output: Path | None, local: ZoneInfo | None) -> int:
    if output is None:
        raise UsageError("a storage file of plaso cannot go to standard output; name a file with -o")
    case.refuse_inside(output)
    # plaso takes most of a second to import.
    store = import_module("echoforensics.plaso_plugin.store")
    try:
        with tempfile.TemporaryDirectory(dir=output.resolve().parent, prefix=".echoforensics-") as folder:
            made = Path(folder) / "made.plaso"
            count: int = store.write(case, query, made, local.key if local else "")
            made.replace(output)
    except OSError as error:
        raise UsageError(f"{output}: cannot be written: {error.strerror or error}") from error
    return count
