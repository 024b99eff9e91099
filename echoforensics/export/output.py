"""Writes a timeline in one of its formats to a file, a folder or standard output."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from echoforensics.errors import UsageError
from echoforensics.export.about import SIDECAR, AboutExport, Written, about_export
from echoforensics.export.files import partial_folder, refuse_existing, whole_file
from echoforensics.export.formats import FORMATS

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import TextIO
    from zoneinfo import ZoneInfo

    from echoforensics.case.case import Case
    from echoforensics.case.exhibits.row import Query
    from echoforensics.export.jsonl import Writable

_CSV, _PARQUET = "csv", "parquet"
#: The formats that can hold a second time per row.
_WITH_COLUMNS = (_CSV, "jsonl", "xlsx", _PARQUET)
#: The byte-order mark with which Excel reads a table as UTF-8.
_BYTE_ORDER_MARK = "\ufeff"
_BY_ENDING = {form.ending: form.name for form in FORMATS.values() if form.ending}


@dataclass(frozen=True, slots=True)
class Target:
    """The destination and settings of an export.

    Attributes:
        form: the name of one of :data:`~echoforensics.export.formats.FORMATS`.
        path: the file or folder; None for standard output.
        replace: whether to replace an existing file.
        excel: whether a table begins with a byte-order mark, so that Excel decodes it correctly.
        by_day: whether to write a folder with a subfolder for each day in UTC.
        correct_clocks: whether each row also has its time by a measured clock.
    """

    form: str
    path: Path | None = None
    replace: bool = False
    excel: bool = False
    by_day: bool = False
    correct_clocks: bool = False

    @classmethod
    def of(
        cls,
        path: Path | None,
        form: str | None = None,
        *,
        replace: bool = False,
        excel: bool = False,
        by_day: bool = False,
        correct_clocks: bool = False,
    ) -> Target:
        """Return a target in the requested format, or the one of the file's suffix, or CSV.

        Args:
            path: the file or folder; None or ``-`` for standard output.
            form: the requested format.
            replace, excel, by_day, correct_clocks: see the attributes.

        Raises:
            UsageError: format and suffix disagree, the suffix is unknown, or the format does not support the options.
        """
        path = None if path == Path("-") else path
        ending = path.suffix.lower() if path is not None else ""
        known = _BY_ENDING.get(ending)
        if form is None and by_day:
            form = known or _PARQUET
        if form is None and ending and known is None:
            raise UsageError(f"{path}: no format has the ending {ending}; give -f {', '.join(FORMATS)}")
        if form is not None and known is not None and known != form:
            raise UsageError(f"{path}: the ending is that of {known}, but -f says {form}; change one of them")
        form = form or known or _CSV
        if excel and form != _CSV:
            raise UsageError(f"--excel is for csv; {form} is written here")
        if by_day and form != _PARQUET:
            raise UsageError(f"--partition-by is for parquet; {form} is written here")
        if correct_clocks and form not in _WITH_COLUMNS:
            raise UsageError(f"--correct-clocks is for {', '.join(_WITH_COLUMNS)}; {form} has one time for each row")
        if path is None and (FORMATS[form].kind != "text" or by_day):
            what = "a folder" if FORMATS[form].kind == "folder" or by_day else "a file"
            raise UsageError(f"{form} cannot go to standard output; name {what} with -o")
        return cls(form, path, replace, excel, by_day, correct_clocks)

    @property
    def is_folder(self) -> bool:
        """Whether the target is a folder."""
        return self.by_day or FORMATS[self.form].kind == "folder"

    @property
    def sidecar(self) -> Path | None:
        """The file next to it with its description. None if it holds that itself, or is not a file."""
        if self.path is None or self.is_folder or FORMATS[self.form].about_inside:
            return None
        return self.path.with_name(self.path.name + SIDECAR)


def export(
    case: Case,
    query: Query,
    target: Target,
    local: ZoneInfo | None,
    guard: Callable[[TextIO], Writable] | None = None,
) -> Written:
    """Write the requested rows.

    A file or folder appears complete or not at all. Output to a terminal passes through ``guard``.

    Raises:
        UsageError: writing fails, the target already exists and is not to be replaced, or the format cannot go to
            standard output.
        CaseError: the target lies inside the case or a source.
    """
    form, stated = FORMATS[target.form], about_export(case, query, local, correct_clocks=target.correct_clocks)
    if target.path is None:
        return _to_standard_output(case, query, target, stated, guard)
    case.refuse_inside(target.path)
    if not target.path.absolute().parent.is_dir():
        raise UsageError(f"{target.path.absolute().parent}: is not a folder; create it first")
    _refuse_existing(target)
    try:
        if target.is_folder:
            return _folder(case, query, target, target.path, stated)
        with whole_file(target.path) as partial:
            written = _file(case, query, target, partial, stated)
            if target.sidecar is not None:
                with whole_file(target.sidecar) as beside:
                    beside.write_text(stated.as_json(written) + "\n", encoding="utf-8")
    except OSError as error:
        raise UsageError(f"{target.path}: cannot be written as {form.name}: {error.strerror or error}") from error
    return written


def _to_standard_output(
    case: Case, query: Query, target: Target, stated: AboutExport, guard: Callable[[TextIO], Writable] | None
) -> Written:
    form = FORMATS[target.form]
    if form.kind != "text":
        raise UsageError(f"{form.name} cannot go to standard output; name a file with -o")
    sys.stdout.reconfigure(encoding="utf-8", newline="")  # type: ignore[union-attr]
    sys.stdout.write(_BYTE_ORDER_MARK if target.excel else "")
    stream = guard(sys.stdout) if guard and sys.stdout.isatty() else sys.stdout
    return form.writer()(case, query, stream, stated)


def _file(case: Case, query: Query, target: Target, partial: Path, stated: AboutExport) -> Written:
    form = FORMATS[target.form]
    if form.kind != "text":
        return form.writer()(case, query, partial, stated)
    with partial.open("w", encoding="utf-8", newline="") as stream:
        stream.write(_BYTE_ORDER_MARK if target.excel else "")
        return form.writer()(case, query, stream, stated)


def _folder(case: Case, query: Query, target: Target, path: Path, stated: AboutExport) -> Written:
    with partial_folder(path) as folder:
        made = folder / "made"
        made.mkdir()
        written = FORMATS[target.form].writer()(case, query, made, stated)
        (made / f"export{SIDECAR}").write_text(stated.as_json(written) + "\n", encoding="utf-8")
        if path.exists():
            path.rename(folder / "before")
        made.rename(path)
    return written


def _refuse_existing(target: Target) -> None:
    path = target.path
    if path is None:
        return
    if not target.is_folder:
        for each in (path, target.sidecar):
            if each is not None:
                refuse_existing(each, replace=target.replace)
        return
    if path.is_symlink() or (path.exists() and not path.is_dir()):
        raise UsageError(f"{path}: already exists and is not a folder; {target.form} makes a folder")
    # Only an earlier export's files are ever replaced: a folder may hold anything.
    ours = (path / f"export{SIDECAR}").is_file()
    if path.exists() and any(path.iterdir()) and not (target.replace and ours):
        how = ", or add --force to replace it" if ours else ""
        raise UsageError(f"{path}: already exists and is not empty; name another folder{how}")
