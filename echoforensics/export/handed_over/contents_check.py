"""Checks that the parts of a bundle agree: ledger, database, lines, table and graph.

The signed list shows that nothing has changed since a bundle was sealed. This module checks what was sealed: that the
ledger seals this database, that the lines come from the database, and the table and graph from the lines. Anyone who
seals a bundle by hand, with the examiner's key or another, must make all of them agree.
"""

from __future__ import annotations

import re
import tempfile
from itertools import zip_longest
from pathlib import Path
from typing import TYPE_CHECKING

from chain_of_custody.checking.ledger_checks import is_part
from chain_of_custody.checking.source import open_source
from chain_of_custody.disclosure import TREE_RECORDED
from chain_of_custody.entry import parse_line
from chain_of_custody.sealed_list import SEAL_NAME, read_seal
from chain_of_custody.verify import Problem
from echoforensics.case.case import Case
from echoforensics.case.custody.names import SEALED
from echoforensics.errors import CaseError
from echoforensics.export.handed_over.derived_rows import write_derived
from echoforensics.export.handed_over.payload_names import (
    ABOUT,
    DATABASE,
    GRAPH,
    LEDGER,
    RECORDS,
    SET_FILES,
    SOUNDS,
    TABLE,
    TIMELINE,
)
from echoforensics.export.handed_over.set_lines import record_lines, row_lines
from echoforensics.export.handed_over.stated_export import read_stated
from echoforensics.version import __version__

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from typing import BinaryIO

    from chain_of_custody.checking.source import SealedSource
    from chain_of_custody.sealed_list import SealedList
    from echoforensics.export.handed_over.set_lines import SetLine
    from echoforensics.verification import CaseVerification

_BLOCK = 1 << 20
_LEFT_OUT = re.compile(rb'\{"left_out":"([0-9a-f]{64})"\}')
_SHOWN = 200
_NOT_OF_THE_CASE = "Whoever sealed the bundle put together what does not belong together."


def check_contents(result: CaseVerification, path: Path, say: Callable[[str], None]) -> None:
    """Check the content of a bundle whose files match its signed list.

    Args:
        result: collects the checks and notes.
        path: the bundle's folder or zip.
        say: called with a description of the current check.
    """
    with open_source(path) as source:
        with source.open(SEAL_NAME) as stream:
            sealed = read_seal(stream.read())
        check = _ContentsCheck(result, source, sealed)
        say("seal of the case")
        check.ledger()
        tool = sealed.predicate.get("tool")
        version = tool.get("version") if isinstance(tool, dict) else None
        if version != __version__:
            result.notes.append(
                f"made by version {version}, and this is {__version__}: that lines, table, graph and database say the"
                " same was not compared, as versions may write them differently"
            )
            return
        if not is_part(sealed):
            say("database")
            check.database()
        say("table and graph")
        check.derived()


class _ContentsCheck:
    """The content of one bundle."""

    def __init__(self, result: CaseVerification, source: SealedSource, sealed: SealedList) -> None:
        self._result, self._source, self._sealed = result, source, sealed

    def ledger(self) -> None:
        """Check that tree and database are those of the last seal in the ledger."""
        sealed, problems = self._sealed, self._other_set()
        seal = tree = None
        hashes: set[str] = set()
        with self._source.open(LEDGER) as stream:
            for raw in stream:
                line = raw.removesuffix(b"\n")
                if found := _LEFT_OUT.fullmatch(line):
                    hashes.add(found[1].decode("ascii"))
                    continue
                entry = parse_line(line)
                hashes.add(entry.line_hash)
                if entry.action == SEALED:
                    seal = entry
                elif entry.action == TREE_RECORDED:
                    tree = entry
        of_tree, stated = tree.detail.get("seal") if tree else None, sealed.predicate.get("seal")
        if of_tree is None or of_tree != stated:
            problems.append(_problem("the tree of the ledger", f"of the seal {stated}", f"of {of_tree}"))
        elif of_tree not in hashes or (seal is not None and of_tree != seal.line_hash):
            last = seal.line_hash if seal else "none"
            problems.append(_problem("the tree of the ledger", f"of the last seal, {last}", f"of {of_tree}"))
        if not is_part(sealed):
            database = seal.detail.get("database") if seal else None
            wanted = database.get("sha256") if isinstance(database, dict) else None
            if sealed.files.get(DATABASE) != wanted:
                problems.append(_problem(DATABASE, f"SHA-256 {wanted}, as sealed", f"{sealed.files.get(DATABASE)}"))
        words = "tree and database are those of the last seal in the ledger"
        words = "the tree is that of the last seal in the ledger" if is_part(sealed) else words
        self._result.checks.add("seal of the case", not problems, words if not problems else "it is another", problems)

    def _other_set(self) -> list[Problem]:
        """Return where the signed list's description of the sealed set does not cover the whole content."""
        described = self._sealed.predicate.get("sealed_set")
        stated = [described.get(name) for name in ("files", "folder")] if isinstance(described, dict) else None
        wanted = [list(SET_FILES), SOUNDS]
        return [] if stated == wanted else [_problem("the signed list", f"a sealed set over {wanted}", f"{stated}")]

    def database(self) -> None:
        """Check that the lines come from the database."""
        with tempfile.TemporaryDirectory(prefix="echoforensics-") as folder:
            with self._source.open(DATABASE) as stream, (Path(folder) / "case.db").open("wb") as copy:
                while piece := stream.read(_BLOCK):
                    copy.write(piece)
            try:
                with Case.open(Path(folder)) as case:
                    problems = list(self._other_lines(TIMELINE, row_lines(case)))
                    problems += self._other_lines(RECORDS, record_lines(case))
            except CaseError as error:
                problems = [_problem(DATABASE, "a database of a case", str(error))]
        detail = "the lines are not those of the database" if problems else "rows and records are those of the database"
        self._result.checks.add("database", not problems, detail, problems)

    def derived(self) -> None:
        """Check that the table and the graph come from the lines."""
        with (
            self._source.open(TIMELINE) as lines, self._source.open(TABLE) as table, self._source.open(GRAPH) as graph,
            self._source.open(ABOUT) as stated,
        ):  # fmt: skip
            compared = [_Compared(TABLE, table), _Compared(GRAPH, graph)]
            try:
                about, items = read_stated(stated.read())
                write_derived(lines, items, about, *compared)
                problems = [problem for each in compared if (problem := each.problem())]
            except (ValueError, KeyError, TypeError, AttributeError) as error:
                problems = [_problem(f"{TIMELINE} or {ABOUT}", "what this program writes", f"{error!r}")]
        detail = "they are not those of the lines" if problems else "they are those of the lines"
        self._result.checks.add("table and graph", not problems, detail, problems)

    def _other_lines(self, name: str, expected: Iterable[SetLine]) -> Iterator[Problem]:
        """Yield the first line that differs."""
        with self._source.open(name) as stream:
            pairs: Iterator[tuple[SetLine | None, bytes | None]] = zip_longest(expected, stream)
            for number, (wanted, found) in enumerate(pairs, 1):
                line = None if wanted is None else wanted.line + b"\n"
                if line != found:
                    yield _problem(f"{name}, line {number}", _shown(line), _shown(found))
                    return


class _Compared:
    """Compares what is written with what is there."""

    def __init__(self, name: str, stream: BinaryIO) -> None:
        self._name, self._stream = name, stream
        self._at = 0
        self._problem: Problem | None = None

    def write(self, text: str, /) -> None:
        """Compare text with the next existing bytes."""
        wanted = text.encode("utf-8", "backslashreplace")
        if self._problem is None and (found := self._stream.read(len(wanted))) != wanted:
            self._problem = _problem(f"{self._name}, byte {self._at} on", _shown(wanted), _shown(found))
        self._at += len(wanted)

    def problem(self) -> Problem | None:
        """Return the difference after everything is written. None if there is none."""
        if self._problem is None and (more := self._stream.read(_SHOWN)):
            return _problem(f"{self._name}, byte {self._at} on", "the end", _shown(more))
        return self._problem


def _problem(file: str, expected: str, found: str) -> Problem:
    return Problem(file, expected, found, _NOT_OF_THE_CASE)


def _shown(content: bytes | None) -> str:
    return "the end" if not content else content[:_SHOWN].decode("utf-8", "backslashreplace").rstrip("\n")
