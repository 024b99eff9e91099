"""What comes of an image or archive, compared with what its files give in a plain folder."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.containers.content import write
from benchmarks.containers.workshop import Kind, MissingToolError, Workshop
from echoforensics.case.case import Case
from echoforensics.case.exhibits.row import STATES, Query, Row
from echoforensics.case.row_query import rows
from echoforensics.errors import SourceError
from echoforensics.extraction.options import Options
from echoforensics.extraction.run import extract

READ, NAMED, WRONG, SKIPPED = "read as the folder is", "named", "silent or wrong", "not made"
_NAMES = ("data_type", "datetime", "recorded_time", "timestamp_desc", "message", "recording")
_UNCERTAIN = tuple(state for state in STATES if state != "live")
_LONGEST = 200

#: What a row says: its type, its times, its message, its recording. No path.
Fact = tuple[Any, ...]


@dataclass(frozen=True)
class Judged:
    """The result for one image or archive.

    Attributes:
        kind: what it is.
        how: how it was made.
        result: READ, NAMED, WRONG or SKIPPED.
        detail: the first issue, or what is wrong, or why it was not made.
    """

    kind: Kind
    how: str
    result: str
    detail: str = ""


@dataclass(frozen=True)
class Found:
    """What a source gives: facts of what is there, facts of what was damaged, deleted or carved, and issues."""

    live: frozenset[Fact]
    uncertain: frozenset[Fact]
    issues: tuple[str, ...]


def facts(source: Path, case: Path) -> Found:
    """Read a source into a new case; returns what it gives."""
    extract([source], case, None, Options(argv=("containers",)), lambda *_: None)
    with Case.open(case) as opened:
        live = frozenset(map(_fact, rows(opened.store, Query(states=("live",)))))
        uncertain = frozenset(map(_fact, rows(opened.store, Query(states=_UNCERTAIN))))
        issues = tuple(f"{issue.path}: {issue.what}" if issue.path else issue.what for issue in opened.issues())
    return Found(live, uncertain, issues)


def _fact(row: Row) -> Fact:
    return tuple(row[name] for name in _NAMES)  # type: ignore[literal-required]


def of_folder(work: Path) -> Found:
    """What the files give in a plain folder, made in an empty folder."""
    return facts(write(work / "tree"), work / "case")


def judge(kind: Kind, plain: Found, work: Path) -> Judged:
    """Make an image or archive in an empty folder, read it, and compare it with the plain folder."""
    shop = Workshop(work / "made", write(work / "tree"))
    shop.folder.mkdir()
    try:
        source = kind.make(shop)
        how = "; ".join(shop.done)
        found = facts(source, work / "case")
    except MissingToolError as error:
        return Judged(kind, "; ".join(shop.done), SKIPPED, str(error))
    except SourceError as error:
        return Judged(kind, how, NAMED, _short(str(error), work))
    finally:
        shutil.rmtree(work, ignore_errors=True)
    return _compared(kind, how, plain, found, work)


def _compared(kind: Kind, how: str, plain: Found, found: Found, work: Path) -> Judged:
    # What was carved has issues of its own; they do not say why files were not read.
    first = next((_short(issue, work) for issue in found.issues if not issue.startswith("$Carved")), "")
    invented = {fact for fact in found.live - plain.live if not (first and _is_cut(fact))}
    if invented:
        return Judged(
            kind, how, WRONG, f"{len(invented)} rows that the folder does not give: {min(map(str, invented))}"
        )
    if found.live == plain.live and found.uncertain <= plain.live:
        return Judged(kind, how, READ, first)
    if first:
        return Judged(kind, how, NAMED, first)
    return Judged(
        kind, how, WRONG, f"{len(plain.live - found.live)} of {len(plain.live)} rows are missing, without an issue"
    )


def _is_cut(fact: Fact) -> bool:
    """Whether a row is of a recording that says itself that it is cut."""
    return str(fact[0]).startswith("recording:") and "truncated" in str(fact[4])


def _short(whole: str, work: Path) -> str:
    text = whole.replace(f"{work}/made/", "").replace(f"{work}/", "").replace("\n", " ")
    return text if len(text) <= _LONGEST else text[: _LONGEST - 3] + "..."
