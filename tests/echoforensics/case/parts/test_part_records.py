"""When the records of a part are copied table by table, and when they are added one by one."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from echoforensics.case.case import Case
from echoforensics.case.custody.names import DATABASE
from echoforensics.case.parts.contents import add_part
from echoforensics.case.parts.records import can_be_copied
from echoforensics.case.sealing.seal import table_digests
from echoforensics.case.store import Store
from echoforensics.extraction.options import Options
from echoforensics.extraction.run import extract

ANSWER = {
    "activities": [
        {
            "activityStatus": "SUCCESS", "creationTimestamp": 1710018862000 + number, "id": f"A#{number}",
            "description": json.dumps({"summary": f"what time is it {number}"}),
            "sourceDeviceIds": [{"deviceType": "A3S5BH2HU6VAYF", "serialNumber": "G090TESTTESTTEST"}],
        }
        for number in range(5)
    ]
}  # fmt: skip


@pytest.fixture
def part(tmp_path: Path) -> Path:
    """A part of one source: an answer, and a copy of it."""
    source = tmp_path / "source"
    source.mkdir()
    for name in ("answer.json", "copy.json"):
        (source / name).write_text(json.dumps(ANSWER))
    extract([source], tmp_path / "part", None, Options(workers=1), lambda *_: None, is_part=True)
    return tmp_path / "part"


@pytest.fixture
def empty(tmp_path: Path) -> Iterator[Store]:
    with closing(Store(tmp_path / DATABASE, create=True, write=True)) as store:
        yield store


def add(store: Store, part: Case) -> None:
    (item,) = part.evidence()
    store.begin()
    add_part(store, f"{item.name} {store.count('evidence')}", part.store, item, "extracted")
    store.commit()


def test_records_are_copied_once(part: Path, empty: Store) -> None:
    with Case.open(part) as made:
        assert can_be_copied(empty, made.store, 1)
        add(empty, made)

        assert table_digests(empty)["record_values"] == table_digests(made.store)["record_values"]
        assert table_digests(empty)["places"] == table_digests(made.store)["places"]
        counts = {table: empty.count(table) for table in ("record_values", "timestamps", "places", "record_keys")}
        assert counts["record_values"] >= 5
        assert counts["places"] == 2 * counts["record_values"]
        # The same records of another source: each gets further places, and nothing else.
        empty.db.execute("UPDATE evidence SET sha256 = 'of another source'")
        assert not can_be_copied(empty, made.store, 1)
        add(empty, made)
    again = {table: empty.count(table) for table in counts}
    assert again == {**counts, "places": 2 * counts["places"], "record_keys": 2 * counts["record_keys"]}


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE record_values SET id = x'00112233445566778899' WHERE number = 2",
        "UPDATE record_values SET locator = 'elsewhere' WHERE number = 2",
        "UPDATE places SET id = 100 WHERE id = 2",
        "UPDATE places SET ordinal = 1 WHERE id = 2",
        "DELETE FROM places WHERE record = 3",
        "UPDATE entries SET evidence_id = 9 WHERE id = (SELECT max(entry_id) FROM places)",
        "INSERT INTO evidence SELECT 2, name || '2', location || '2', kind, size, 'another',"
        " hashes, described, opening, state, numbered FROM evidence",
    ],
)  # fmt: skip
def test_what_no_run_leaves_is_looked_at_record_by_record(part: Path, empty: Store, change: str) -> None:
    with closing(Store(part / DATABASE, write=True)) as made:
        made.db.execute(change)
        assert not can_be_copied(empty, made, 1)
