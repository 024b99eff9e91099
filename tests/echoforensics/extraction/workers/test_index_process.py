"""The full-text index that another process makes is the one that is made here."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from echoforensics.case.custody.names import DATABASE
from echoforensics.case.exhibits.row_search import search_clause
from echoforensics.case.record_forms.known_form import split_all
from echoforensics.case.record_forms.record_form import SHARED
from echoforensics.case.record_table import PreparedRecord, add_prepared, index_records, remove_records
from echoforensics.case.store import Store
from echoforensics.extraction.workers import index_process
from echoforensics.extraction.workers.index_process import IndexProcess
from tests.echoforensics.extraction.workers.conftest import indexed_terms


def _records(first: int, count: int) -> list[PreparedRecord]:
    texts = [("A text.", [None] * len(SHARED), {"text": f"message {number}"}) for number in range(first, first + count)]
    return [
        PreparedRecord(
            number.to_bytes(20), ("", "", "", number), ("parser", "1", "echo:test"), "line 1", *split, (), (), number
        )
        for number, split in enumerate(split_all(texts), first)
    ]


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Store]:
    """The store of a new case, with a file whose records may be added; a process is started for one record."""
    monkeypatch.setattr(index_process, "STARTS_AT", 1)
    with closing(Store(tmp_path / DATABASE, create=True, write=True)) as store:
        store.db.execute("PRAGMA foreign_keys = OFF")
        yield store


def _add(store: Store, first: int, count: int) -> None:
    with store.transaction():
        add_prepared(store, 1, 1, _records(first, count))


def _add_and_fail(store: Store) -> None:
    with store.transaction():
        add_prepared(store, 1, 1, _records(100, 5))
        raise ZeroDivisionError


def _terms_here(store: Store) -> list[tuple[str, int]]:
    """The terms of the index that is made anew in this process."""
    store.db.execute("DROP TABLE temp.terms")
    with store.transaction():
        store.db.execute("INSERT INTO search (search) VALUES ('delete-all')")
        index_records(store)
    return indexed_terms(store)


def test_index_is_the_one_made_here(store: Store, tmp_path: Path) -> None:
    with IndexProcess(store, tmp_path):
        _add(store, 0, 30)
        with pytest.raises(ZeroDivisionError):
            _add_and_fail(store)
        store.begin()
        add_prepared(store, 1, 1, _records(200, 1))
        store.set_mark()
        add_prepared(store, 1, 1, _records(300, 4))
        store.undo_to_mark()
        store.release_mark()
        store.commit()
        with store.transaction():
            add_prepared(store, 1, 2, _records(400, 20))
        with store.transaction():
            remove_records(store, 2, 31)
        store.index.complete()

    made = indexed_terms(store)
    assert dict(made)["mes"] == 31
    assert made == _terms_here(store)
    store.db.execute("INSERT INTO search (search) VALUES ('integrity-check')")
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith("partial")] == []


def test_index_process_may_fall_behind(store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(index_process, "_MOST_BYTES", 1)

    with IndexProcess(store, tmp_path):
        for first in range(0, 40, 10):
            _add(store, first, 10)
        store.index.complete()

    assert dict(indexed_terms(store))["mes"] == 40


@pytest.mark.parametrize("ending", [signal.SIGKILL, signal.SIGSTOP])
@pytest.mark.parametrize("most", [1, 100_000])
def test_index_is_made_here_if_the_process_ends_or_stands_still(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, most: int, ending: signal.Signals
) -> None:
    monkeypatch.setattr(index_process, "_MOST_BYTES", most)
    monkeypatch.setattr(index_process, "STALLED_AFTER", 0.1)
    monkeypatch.setattr(index_process, "_LOOK", 0.02)
    started: list[int] = []
    fork = os.fork

    def forked() -> int:
        started.append(fork())
        return started[-1]

    monkeypatch.setattr(os, "fork", forked)

    with IndexProcess(store, tmp_path):
        _add(store, 0, 10)
        os.kill(started[0], ending)
        for first in (10, 20, 30):
            _add(store, first, 10)
        store.index.complete()

    assert len(started) == 1
    assert dict(indexed_terms(store))["mes"] == 40


def test_few_records_need_no_process(store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(index_process, "STARTS_AT", 11)
    monkeypatch.setattr(os, "fork", lambda: pytest.fail("a process is started"))

    with IndexProcess(store, tmp_path):
        _add(store, 0, 10)
        store.index.complete()

    assert dict(indexed_terms(store))["mes"] == 10


def test_search_reads_the_rows_while_the_index_is_empty(store: Store, tmp_path: Path) -> None:
    with IndexProcess(store, tmp_path):
        _add(store, 0, 10)

        assert "record_number" not in search_clause(store, "message 3")[0]
        store.index.complete()
        assert "record_number" in search_clause(store, "message 3")[0]
