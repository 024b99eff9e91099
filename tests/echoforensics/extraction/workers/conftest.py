"""A source with many files, and extraction in as many processes as a test wants, however small the source is."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from echoforensics.case.case import Case
from echoforensics.case.exhibits.row import Row
from echoforensics.case.issue_table import CaseIssue
from echoforensics.case.sealing.seal import TableDigest, table_digests
from echoforensics.case.store import Store
from echoforensics.extraction import parsing, run
from echoforensics.extraction.options import Options
from echoforensics.extraction.workers import index_process
from parsers.parser import Parser
from parsers.registry import load

FILES = 20
ITEMS = 10


@dataclass(frozen=True)
class Outcome:
    """What a case holds.

    Attributes:
        tables: the digest of each table.
        actions: what the ledger says was done, in order.
        vault: SHA-256 of each file in it, by its path.
        terms: the terms of the full-text index, each with the number of records that have it.
    """

    tables: dict[str, TableDigest]
    actions: list[str]
    vault: dict[str, str]
    rows: list[Row]
    issues: list[CaseIssue]
    terms: list[tuple[str, int]]


@pytest.fixture
def extract_with(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Outcome]:
    """Extracts sources with a number of workers, and parsers beside the usual ones."""
    monkeypatch.setattr(parsing, "POOL_FILES", 1)
    monkeypatch.setattr(index_process, "STARTS_AT", 1)
    count = 0

    def extracted(sources: list[Path], workers: int, *others: Parser) -> Outcome:
        nonlocal count
        count += 1
        path = tmp_path / f"case-{count}"
        monkeypatch.setattr(run, "parsers_of", lambda _options: (*load(), *others))
        run.extract(sources, path, None, Options(argv=("test",), workers=workers), lambda *_: None)
        return outcome(path)

    return extracted


def outcome(path: Path) -> Outcome:
    with Case.open(path) as case:
        vault = case.vault.files()
        return Outcome(
            table_digests(case.store),
            [entry.action for entry in case.actions()],
            {str(file.relative_to(path)): hashlib.sha256(file.read_bytes()).hexdigest() for file in vault},
            list(case.rows()),
            list(case.issues()),
            indexed_terms(case.store),
        )


def indexed_terms(store: Store) -> list[tuple[str, int]]:
    """The terms of a case's full-text index, each with the number of records that have it."""
    store.db.execute("CREATE VIRTUAL TABLE temp.terms USING fts5vocab('main', 'search', 'row')")
    return store.db.execute("SELECT term, doc FROM terms ORDER BY term").fetchall()


@pytest.fixture
def many_files(tmp_path: Path) -> Path:
    """Answers of the service: many small ones, one that takes long, a copy of it, and one that is damaged."""
    folder = tmp_path / "many"
    folder.mkdir()
    for number in range(FILES):
        items = ITEMS * (60 if number == 5 else 1)
        activities = [
            {"id": f"A#{number}-{n}", "creationTimestamp": 1709929909094 + n, "activityStatus": "SUCCESS"}
            for n in range(items)
        ]
        (folder / f"answer-{number}.json").write_text(json.dumps({"activities": activities}))
    (folder / "copy.json").write_bytes((folder / "answer-5.json").read_bytes())
    (folder / "damaged.json").write_bytes((folder / "answer-7.json").read_bytes()[:-40])
    return folder


@pytest.fixture
def images(tmp_path: Path, make_image: Callable[..., Path]) -> list[Path]:
    """Images that differ in what they hold, and a copy of the first."""
    made = []
    for name in ("one", "two"):
        root = tmp_path / name
        root.mkdir()
        activity = {"id": name, "creationTimestamp": 1709929909094, "activityStatus": "SUCCESS"}
        (root / "answer.json").write_text(json.dumps({"activities": [activity]}))
        made.append(make_image(root, name=f"{name}.dd", mebibytes=2))
    copy = tmp_path / "copy.dd"
    copy.write_bytes(made[0].read_bytes())
    return [*made, copy]
