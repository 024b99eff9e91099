"""Writing a timeline in one of its formats, to a file or to standard output."""

from __future__ import annotations

import os
import sys
import tempfile
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

from echoforensics.case.row_query import Query, rows
from echoforensics.errors import UsageError
from echoforensics.export import csv_table, jsonl

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import TextIO
    from zoneinfo import ZoneInfo

    from echoforensics.case.case import Case
    from echoforensics.export.jsonl import Writable

_CSV, _JSONL, _PLASO = "csv", "jsonl", "plaso"
#: The formats that are text, by the name the command knows them by.
_TEXT = {_CSV: csv_table.write, _JSONL: jsonl.write}
FORMATS = (*_TEXT, _PLASO)
#: What a table begins with for Excel to read it as UTF-8.
_BYTE_ORDER_MARK = "\ufeff"


@dataclass(frozen=True, slots=True)
class Target:
    """Where a timeline goes, and how it is written there.

    Attributes:
        form: one of :data:`FORMATS`.
        path: the file; None for standard output.
        replace: whether a file that is there already is replaced.
        excel: whether a table begins with a byte-order mark, without which Excel takes it for another encoding.
    """

    form: str
    path: Path | None = None
    replace: bool = False
    excel: bool = False

    @classmethod
    def of(cls, path: Path | None, form: str | None = None, *, replace: bool = False, excel: bool = False) -> Target:
        """A target whose format is what was asked for, else what the file's name ends in, else CSV.

        Raises:
            UsageError: the two disagree, the name ends in something else, or the format has no byte-order mark.
        """
        ending = path.suffix.lower().removeprefix(".") if path is not None else ""
        if form is None and ending and ending not in FORMATS:
            raise UsageError(f"{path}: no format is known by the ending .{ending}; give -f {', '.join(FORMATS)}")
        if form is not None and ending in FORMATS and ending != form:
            raise UsageError(f"{path}: the ending is that of {ending}, but -f says {form}; change one of them")
        form = form or ending or _CSV
        if excel and form != _CSV:
            raise UsageError(f"--excel is for csv; {form} is written here")
        return cls(form, path, replace, excel)


def export(
    case: Case,
    query: Query,
    target: Target,
    local: ZoneInfo | None,
    guard: Callable[[TextIO], Writable] | None = None,
) -> int:
    """Write the rows asked for; returns how many.

    A file appears whole or not at all. What goes to a terminal goes through ``guard``.

    Raises:
        UsageError: the file cannot be written, is there already and is not to be replaced, or the format cannot go to
            standard output.
        CaseError: it lies inside the case or a source.
    """
    if target.path is not None:
        case.refuse_inside(target.path)
        _refuse_existing(target.path, replace=target.replace)
    if target.form == _PLASO:
        return _export_store(case, query, target.path, local)
    write, found = _TEXT[target.form], rows(case.store, query)
    mark = _BYTE_ORDER_MARK if target.excel else ""
    if target.path is None:
        sys.stdout.reconfigure(encoding="utf-8", newline="")  # type: ignore[union-attr]
        sys.stdout.write(mark)
        return write(found, guard(sys.stdout) if guard and sys.stdout.isatty() else sys.stdout, local)
    output = target.path
    try:
        handle, name = tempfile.mkstemp(dir=output.resolve().parent, prefix=".echoforensics-")
        try:
            with os.fdopen(handle, "w", encoding="utf-8", newline="") as stream:
                stream.write(mark)
                count = write(found, stream, local)
            Path(name).chmod(0o644)
            Path(name).replace(output)
        except BaseException:
            Path(name).unlink(missing_ok=True)
            raise
    except OSError as error:
        raise UsageError(f"{output}: cannot be written: {error.strerror}") from error
    return count


def _refuse_existing(path: Path, *, replace: bool) -> None:
    if path.exists() and not path.is_file():
        raise UsageError(f"{path}: is there already and is no file; name a file, or leave -o out for standard output")
    if not replace and (path.exists() or path.is_symlink()):
        raise UsageError(f"{path}: is there already; name another file, or add --force to replace it")


def _export_store(case: Case, query: Query, output: Path | None, local: ZoneInfo | None) -> int:
    if output is None:
        raise UsageError("a storage file of plaso cannot go to standard output; name a file with -o")
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
