"""A case that is added to is sealed by what changed: the digests are those of all its rows, and few rows are read."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from echoforensics.case.case import Case
from echoforensics.case.custody.names import DATABASE
from echoforensics.case.sealing import blocks, seal
from echoforensics.case.sealing.changes import ChangesSinceSeal
from echoforensics.case.sealing.seal import named_digests, table_digests
from echoforensics.case.store import Store
from echoforensics.extraction import run
from echoforensics.extraction.options import Options
from echoforensics.timeline import added_interactions
from echoforensics.verification import verify_case

SMALL_BLOCK = 16
HEADINGS = "Utterance text,Utterance Creation Date,Currently Playing Song,Contact Name\n"


@pytest.fixture(autouse=True)
def small_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Blocks that the cases of these tests fill."""
    monkeypatch.setattr(blocks, "BLOCK", SMALL_BLOCK)


def spoken(folder: Path, rows: int, year: int = 2024) -> Path:
    """A table of utterances."""
    folder.mkdir()
    lines = [f"stop {n},{year}-03-09T12:{n // 60 % 60:02}:{n % 60:02}Z,Song,Ann\n" for n in range(rows)]
    (folder / "utterances.csv").write_text(HEADINGS + "".join(lines))
    return folder


def alarms(folder: Path, rows: int) -> Path:
    """What a device keeps of alarms: nothing that was spoken."""
    folder.mkdir()
    with closing(sqlite3.connect(folder / "alarms.db")) as db:
        db.execute("CREATE TABLE Notifications (id TEXT, client TEXT, type TEXT, time INTEGER, earcon TEXT)")
        found = [(f"{n:08x}-alarm", "client", "ALARM", 1_709_985_600_000 + n, "chime.wav") for n in range(rows)]
        db.executemany("INSERT INTO Notifications VALUES (?, ?, ?, ?, ?)", found)
        db.commit()
    return folder


def extract(source: Path, case: Path) -> None:
    run.extract([source], case, None, Options(argv=("test",), workers=1), lambda *_: None)


def seal_of(case: Path) -> dict[str, Any]:
    with Case.open(case) as opened:
        tables = dict([*opened.actions()][-1].detail)["tables"]
        assert isinstance(tables, dict)
        return tables


def rows_of(case: Path) -> list[Any]:
    with closing(sqlite3.connect(f"file:{case / DATABASE}?mode=ro", uri=True)) as db:
        return [
            db.execute(f"SELECT * FROM {name} ORDER BY 1, 2").fetchall()
            for name in ("interactions", "interaction_members", "gaps")
        ]


@pytest.fixture
def read_rows(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many rows were written out for each digest."""
    counted: list[int] = []
    digest = seal._digest

    class Counted:
        def __init__(self, rows: sqlite3.Cursor) -> None:
            self._rows = rows

        def fetchmany(self, size: int) -> list[Any]:
            found = self._rows.fetchmany(size)
            counted.append(len(found))
            return found

    def counting(rows: sqlite3.Cursor, *others: Any) -> str:
        given: Any = Counted(rows)
        return digest(given, *others)

    monkeypatch.setattr(seal, "_digest", counting)
    return counted


def test_a_large_table_is_sealed_in_blocks_and_a_small_one_as_before(tmp_path: Path) -> None:
    extract(spoken(tmp_path / "source", 3 * SMALL_BLOCK), tmp_path / "case")
    tables = seal_of(tmp_path / "case")
    assert sorted(tables["exhibits"]) == ["0", "1", "2", "3"]
    assert isinstance(tables["issues"], str)
    with closing(Store(tmp_path / "case" / DATABASE)) as store:
        assert table_digests(store) == tables


def test_what_is_sealed_after_an_addition_is_what_all_rows_give(tmp_path: Path) -> None:
    case = tmp_path / "case"
    extract(spoken(tmp_path / "first", 100), case)
    extract(spoken(tmp_path / "earlier", 30, year=2020), case)
    extract(alarms(tmp_path / "alarms", 20), case)
    tables = seal_of(case)
    with closing(Store(case / DATABASE)) as store:
        assert named_digests(store.db, tables) == tables
        assert table_digests(store).keys() == tables.keys()
    assert verify_case(case).ok


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE record_values SET v1 = 'x' WHERE number = 40",
        "UPDATE forms SET message = 'x' WHERE id = 1",
        "UPDATE places SET id = id + 1000 WHERE id = 20",
        "DELETE FROM exhibits WHERE number BETWEEN 17 AND 32",
        "DELETE FROM interaction_members",
        "INSERT OR REPLACE INTO timestamps SELECT record, ordinal, kind, 'x', 0, '' FROM timestamps WHERE record = 3",
        "INSERT INTO artefacts VALUES ('ffff', 1)",
        "UPDATE case_info SET value = 'x' WHERE key = 'tool'",
        "INSERT INTO exhibits SELECT number + 1000, record, kind, place_id, time, time_kind, timestamp, places,"
        " recorded_time, utterance_id, recording, device_serial, device_type, added, corroborated_by FROM exhibits",
        "INSERT INTO record_keys SELECT 'k:' || id, id FROM places",
    ],
)
def test_every_change_is_noted(tmp_path: Path, statement: str) -> None:
    extract(spoken(tmp_path / "source", 100), tmp_path / "case")
    tables = seal_of(tmp_path / "case")
    with closing(Store(tmp_path / "case" / DATABASE, write=True)) as store:
        changes = ChangesSinceSeal(store, tables)
        assert changes.digests() == tables
        store.db.execute(statement)
        now = changes.digests()
        assert now != tables
        assert now == named_digests(store.db, now)
        store.db.execute("BEGIN")
        store.db.execute("DELETE FROM record_values")
        store.db.execute("ROLLBACK")
        assert changes.digests() == now


def test_an_altered_block_is_seen(tmp_path: Path) -> None:
    case = tmp_path / "case"
    extract(spoken(tmp_path / "source", 100), case)
    with closing(sqlite3.connect(case / DATABASE, isolation_level=None)) as db:
        for table, statement in {
            "exhibits": "UPDATE exhibits SET number = -1 WHERE number = 50",
            "timestamps": "UPDATE timestamps SET record = 'x' WHERE record = 50",
            "record_values": "DELETE FROM record_values WHERE number = 50",
        }.items():
            db.execute("BEGIN")
            db.execute(statement)
            tables = seal_of(case)
            now = named_digests(db, tables)
            assert [name for name in tables if now.get(name) != tables[name]] == [table]
            db.execute("ROLLBACK")


@pytest.mark.parametrize("kind", ["alarm", "later utterance"])
def test_adding_does_no_more_in_a_larger_case(
    kind: str, tmp_path: Path, read_rows: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    steps: list[int] = []
    opened = Store.__init__

    def count_steps() -> int:
        steps[-1] += 1
        return 0

    def counting(store: Store, *given: Any, **named: Any) -> None:
        opened(store, *given, **named)
        store.db.set_progress_handler(count_steps, 10)

    def built(*_: object) -> None:
        raise AssertionError("interactions were made again")

    is_spoken = kind != "alarm"
    source = spoken(tmp_path / "small", 1, year=2044) if is_spoken else alarms(tmp_path / "small", 1)
    for rows in (200, 3200):
        case = tmp_path / f"case {rows}"
        extract(spoken(tmp_path / f"large {rows}", rows), case)
        before = rows_of(case)
        assert sum(read_rows) > 4 * rows
        read_rows.clear()
        steps.append(0)
        with monkeypatch.context() as adding:
            adding.setattr(added_interactions, "build_interactions", built)
            adding.setattr(Store, "__init__", counting)
            extract(source, case)
        assert sum(read_rows) < 10 * SMALL_BLOCK
        now = rows_of(case)
        assert [len(held) for held in now] == [len(held) + (is_spoken and at < 2) for at, held in enumerate(before)]
        assert [held[:rows] for held in now[:2]] == before[:2]
        with closing(Store(case / DATABASE)) as store:
            assert named_digests(store.db, seal_of(case)) == seal_of(case)
        read_rows.clear()
    # The larger case has 16 times the rows: what grows with them would show.
    assert steps[1] < 1.5 * steps[0]
