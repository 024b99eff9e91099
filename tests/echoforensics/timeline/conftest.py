"""A small case database, filled with records directly."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from echoforensics.case.row_query import Query, Row, rows
from echoforensics.case.store import Store
from echoforensics.timeline.correlation import correlate
from echoforensics.timeline.numbering import number_rows
from parsers.record import Record

AddFile = Callable[..., None]


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = Store(tmp_path / "case.db", create=True, write=True)
    for name in ("one", "two"):
        number = opened.add_evidence(
            {"name": name, "location": f"/{name}", "kind": "folder", "described": "[]", "opening": '{"offsets": []}'}
        )
        opened.hashed(number, 0, name, "{}")
        opened.set_evidence_state(number, "hashed again")
    yield opened
    opened.close()


@pytest.fixture
def add_file(store: Store) -> AddFile:
    def add(path: str, *records: Record, evidence: int = 1, sha256: str | None = None) -> None:
        entry = store.add_entry(
            {
                "evidence_id": evidence, "path": path, "address": json.dumps([path]), "kind": "file",
                "state": "allocated", "note": "", "times": "{}", "size": 1, "sha256": sha256 or f"sha-{path}",
                "artefact": 1, "mode": None, "read_by": "[]", "remark": "", "parsed": 1,
            }
        )  # fmt: skip
        for ordinal, record in enumerate(records):
            store.add_record(entry, ordinal, f"{evidence}{path}", evidence, record)

    return add


@pytest.fixture
def made_rows(store: Store) -> Callable[..., list[Row]]:
    def make(query: Query | None = None) -> list[Row]:
        with store.transaction():
            correlate(store)
            number_rows(store)
        return list(rows(store, query))

    return make
