"""Writing a timeline in one of its formats, to a file or to standard output."""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from echoforensics.errors import UsageError
from echoforensics.export import csv_table, jsonl
from echoforensics.timeline.query import Query, rows

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

    from echoforensics.case.case import Case

#: The formats, by the name the command knows them by.
FORMATS = {"csv": csv_table.write, "jsonl": jsonl.write}


def export(case: Case, query: Query, form: str, output: Path | None, local: ZoneInfo | None) -> int:
    """Write the rows asked for; returns how many.

    A file appears whole or not at all.

    Raises:
        UsageError: the file cannot be written.
        CaseError: it lies inside the case or a source.
    """
    write, found = FORMATS[form], rows(case.store, query)
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
