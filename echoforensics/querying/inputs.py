"""The inputs of a query: sealed cases, and Parquet timelines. Each is checked first."""

from __future__ import annotations

import hashlib
import json
import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.parquet as pq

from echoforensics.case.custody.names import DATABASE, EXPORTED, LEDGER
from echoforensics.case.several.case_names import names_beside, refuse_twice
from echoforensics.errors import UnverifiedCaseError, UsageError
from echoforensics.export.digests import digest_lines
from echoforensics.export.export_check import has_digests, verify_export
from echoforensics.library import open_case

if TYPE_CHECKING:
    from collections.abc import Sequence
    from contextlib import ExitStack

    from echoforensics.case.case import Case


@dataclass(frozen=True, slots=True)
class ParquetTimeline:
    """A timeline in Parquet.

    Attributes:
        path: the file, or the folder with one file per day.
        files: its files.
        case: the name of the exported case.
        unverified: why nothing vouches for it; empty if it is unchanged.
    """

    path: Path
    files: tuple[Path, ...]
    case: str
    unverified: str


@dataclass(slots=True)
class QueryInputs:
    """The inputs of a query.

    Attributes:
        cases: the given cases, opened.
        timelines: the given Parquet timelines.
    """

    cases: list[tuple[Path, Case]] = field(default_factory=list)
    timelines: list[ParquetTimeline] = field(default_factory=list)

    @property
    def unverified(self) -> str:
        """The reason why nothing vouches for some of the input, as one text; empty if all was checked."""
        why = [f"{path}: {case.unverified}" for path, case in self.cases if case.unverified]
        why += [f"{one.path}: {one.unverified}" for one in self.timelines if one.unverified]
        return "; ".join(why)

    def names(self) -> dict[Path, str]:
        """Return the ``case`` column's value for each input: the case's name; the given path if names collide."""
        plain = {path: path.resolve().name for path, _ in self.cases}
        plain |= {one.path: one.case for one in self.timelines}
        return names_beside(plain)


def open_inputs(paths: Sequence[Path], opened: ExitStack, *, unverified: bool = False) -> QueryInputs:
    """Open cases and timelines after checking each.

    Args:
        paths: case folders, Parquet files written by ``timeline``, and folders of such files by day.
        opened: closes the cases.
        unverified: whether to read inputs that fail the check anyway.

    Raises:
        UnverifiedCaseError: a case or timeline has changed since it was sealed or written, or nothing vouches for it.
        CaseError, UsageError: a path is neither of these, or was given twice.
    """
    found = QueryInputs()
    refuse_twice(paths)
    for path in paths:
        if any(os.path.lexists(path / name) for name in (DATABASE, LEDGER)):
            found.cases.append((path, opened.enter_context(open_case(path, unverified=unverified))))
    cases = {path for path, _ in found.cases}
    for path in paths:
        if path not in cases:
            found.timelines.append(_timeline(path, found.cases, unverified=unverified))
    return found


def _timeline(path: Path, cases: list[tuple[Path, Case]], *, unverified: bool) -> ParquetTimeline:
    files = sorted(path.rglob("*.parquet")) if path.is_dir() else [path]
    if not files or not all(file.is_file() for file in files):
        raise UsageError(f"{path}: is neither a case folder nor a timeline in Parquet")
    case = _case_of(files[0])
    why = _why_unverified(path, cases)
    if why and not unverified:
        raise UnverifiedCaseError(f"{path}: {why}. --unverified reads it anyway, and marks the answer")
    return ParquetTimeline(path, tuple(file.resolve() for file in files), case, why)


def _case_of(file: Path) -> str:
    """Return the name of a Parquet file's case. Raises UsageError if the file does not name one."""
    try:
        about = json.loads((pq.read_schema(file).metadata or {})[b"echoforensics"])
        return str(about["case"])
    except (OSError, pa.ArrowException, KeyError, TypeError, ValueError) as error:
        raise UsageError(f"{file}: is not a timeline written by `timeline -f parquet`") from error


def _why_unverified(path: Path, cases: list[tuple[Path, Case]]) -> str:
    """Explain why nothing vouches for a timeline: its digests are next to it, or in a given case's ledger."""
    if has_digests(path):
        checked = verify_export(path)
        if checked.ok:
            return next((note for note in checked.notes if note.startswith("UNVERIFIED")), "")
        return "is not as it was written: " + "; ".join(
            result.detail for result in checked.checks.checks if not result.ok
        )
    listed = hashlib.sha256("".join(digest_lines(path)).encode()).hexdigest()
    if any(listed in _exported(case) for _, case in cases if not case.unverified):
        return ""
    return f"no {path.name}.sha256 with its digests lies beside it, and no case that was given has a line on it"


def _exported(case: Case) -> set[str]:
    """Return the digests of file lists that the case's ledger records as exported."""
    lists = (entry.detail.get("digest_list") for entry in case.actions() if entry.action == EXPORTED)
    return {str(found["sha256"]) for found in lists if isinstance(found, dict) and "sha256" in found}
