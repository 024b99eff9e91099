"""A small case database, filled with records directly."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from echoforensics.case.entry_table import NewEntry, add_entry
from echoforensics.case.evidence_table import EvidenceState, Opening, add_evidence, set_hashes, set_state
from echoforensics.case.exhibits.row import Query, Row
from echoforensics.case.record_id import RecordNumbers
from echoforensics.case.record_table import add_prepared, prepare
from echoforensics.case.row_query import rows
from echoforensics.case.store import Store
from echoforensics.timeline.interaction_building import build_interactions
from echoforensics.timeline.numbering import number_rows
from parsers.record import Record

AddFile = Callable[..., None]


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = Store(tmp_path / "case.db", create=True, write=True)
    for name in ("one", "two"):
        number = add_evidence(opened, name, Path(f"/{name}"), "folder", [], Opening())
        set_hashes(opened, number, 0, name, {})
        set_state(opened, number, EvidenceState.HASHED_AGAIN)
    yield opened
    opened.close()


@pytest.fixture
def add_file(store: Store) -> AddFile:
    def add(path: str, *records: Record, evidence: int = 1, sha256: str | None = None) -> None:
        sha256 = sha256 or f"sha-{path}"
        new = NewEntry(
            evidence_id=evidence, path=path, addresses=(path,), kind="file", state="allocated", note="", times={},
            size=1, sha256=sha256, artefact=True, mode=None, read_by=(), remark="", parsed=True,
        )  # fmt: skip
        entry, numbers = add_entry(store, new), RecordNumbers()
        for ordinal, record in enumerate(records):
            number = numbers.number(sha256, record.parser, record.locator)
            add_prepared(store, entry, entry, [prepare(record, sha256, number, evidence, ordinal)])

    return add


@pytest.fixture
def made_rows(store: Store) -> Callable[..., list[Row]]:
    def make(query: Query | None = None) -> list[Row]:
        number_rows(store)
        build_interactions(store)
        return list(rows(store, query))

    return make


@pytest.fixture
def new_store(tmp_path: Path) -> Iterator[Callable[[], Store]]:
    """Makes stores, each empty; they are closed at the end."""
    opened: list[Store] = []

    def make() -> Store:
        opened.append(Store(tmp_path / f"{len(opened)}.db", create=True, write=True))
        opened[-1].db.execute("PRAGMA synchronous = OFF")
        return opened[-1]

    yield make
    for store in opened:
        store.close()
