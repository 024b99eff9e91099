"""A record has one id; copies of a file are places of the same records."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from echoforensics.case.counts import counts_of_case
from echoforensics.case.entry_table import NewEntry, add_entry
from echoforensics.case.evidence_table import Opening, add_evidence
from echoforensics.case.record_id import RecordNumbers, record_id
from echoforensics.case.record_table import FoundRecord, add_record
from echoforensics.case.row_query import rows
from echoforensics.case.store import Store
from echoforensics.timeline.correlation import correlate
from echoforensics.timeline.numbering import number_rows
from parsers.record import Clock, Record, Timestamp

TIME = Timestamp("Creation Time", "5", Clock.CLOUD, 5)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = Store(tmp_path / "case.db", create=True, write=True)
    add_evidence(opened, "one", Path("/one"), "folder", [], Opening())
    yield opened
    opened.close()


def _file(store: Store, path: str, sha256: str, *records: Record, remark: str = "") -> None:
    new = NewEntry(
        evidence_id=1, path=path, addresses=(path,), kind="file", state="allocated", note="", times={}, size=1,
        sha256=sha256, artefact=True, mode=None, read_by=(), remark=remark, parsed=True,
    )  # fmt: skip
    entry, numbers = add_entry(store, new), RecordNumbers()
    for ordinal, record in enumerate(records):
        number = numbers.number(sha256, record.parser, record.locator)
        add_record(store, FoundRecord(record, number, 1, entry, sha256, entry, ordinal))


def _record(message: str, locator: str = "line:1", data_type: str = "alexa:cloud:activity") -> Record:
    return Record(data_type, message, locator, (TIME,), keys=(f"k:{message}",), parser="p", parser_version="1")


def _rows(store: Store) -> list[tuple[str, str, str]]:
    with store.transaction():
        correlate(store)
        number_rows(store)
    lost = store.db.execute("SELECT count(*) FROM rows WHERE record NOT IN (SELECT id FROM records)").fetchone()[0]
    assert lost == 0
    return [(row["path"], row["message"], row["record"]) for row in rows(store)]


def test_a_copy_is_one_more_place_of_the_same_record(store: Store) -> None:
    _file(store, "a", "same", _record("Said."))
    _file(store, "b", "same", _record("Said."), remark=" It was deleted.")

    one = record_id("same", "p", "line:1", 0)
    assert _rows(store) == [("a", "Said.", one), ("b", "Said. It was deleted.", one)]
    assert (counts_of_case(store).records, counts_of_case(store).rows) == (1, 2)


def test_two_records_at_one_locator_are_two_records_and_so_are_their_copies(store: Store) -> None:
    pair = (_record("First."), _record("First."), _record("Second.", "line:2"), _record("Third.", "line:2"))
    _file(store, "a", "same", *pair)
    _file(store, "b", "same", *pair)

    found = _rows(store)

    ids = [record_id("same", "p", locator, number) for locator in ("line:1", "line:2") for number in (0, 1)]
    assert [record for path, _, record in found if path == "a"] == ids
    assert [record for path, _, record in found if path == "b"] == ids


def test_files_of_the_same_bytes_that_say_different_things_by_their_names_are_told_apart(store: Store) -> None:
    _file(store, "auth_oldest", "same", _record("The oldest is 8."))
    _file(store, "auth_youngest", "same", _record("The youngest is 8."))
    _file(store, "copy/auth_youngest", "same", _record("The youngest is 8."))

    (_, _, oldest), (_, _, youngest), (_, _, copied) = _rows(store)

    assert oldest == record_id("same", "p", "line:1", 0)
    assert youngest == copied
    assert len({oldest, youngest}) == 2
    assert counts_of_case(store).records == 2


def test_records_that_come_back_to_a_locator_are_kept_apart_where_they_differ(store: Store) -> None:
    _file(store, "a", "x", _record("One."), _record("Two.", "line:2"), _record("Three."))

    assert sorted(message for _, message, _ in _rows(store)) == ["One.", "Three.", "Two."]
    assert counts_of_case(store).records == 3


def test_what_was_found_again_at_the_same_place_is_kept_once_with_all_its_keys(store: Store) -> None:
    first = _record("Said.")
    _file(store, "log", "wal")
    for keys in (("k:1",), ("k:2",)):
        again = Record(first.data_type, first.message, "line:1", (TIME,), keys=keys, parser="p", parser_version="1")
        add_record(store, FoundRecord(again, 0, 1, 1, "wal", 1, 1))

    assert len(_rows(store)) == 1
    assert [key for (key,) in store.db.execute("SELECT key FROM record_keys ORDER BY key")] == ["k:1", "k:2"]


def test_a_recording_at_two_places_has_its_rows_once(store: Store) -> None:
    sound = Record("recording:audio", "A recording.", "", (TIME,), parser="recording", parser_version="1")
    _file(store, "a.wav", "sound", sound)
    _file(store, "b.wav", "sound", sound)

    ((path, message, record),) = _rows(store)

    assert (path, record) == ("a.wav", record_id("sound", "recording", "", 0))
    assert message == "A recording. The same bytes lie at 2 places in the evidence."


def test_an_id_is_the_start_of_a_sha256_that_anybody_can_make() -> None:
    made = [hashlib.sha256(b"\0".join((b"sha", b"p", b"line:1", *rest))).hexdigest() for rest in ([b"0"], [b"0", b"d"])]
    assert [record_id("sha", "p", "line:1", 0), record_id("sha", "p", "line:1", 0, "d")] == [
        f"REC-{digest[:20]}" for digest in made
    ]


def test_numbers_count_records_that_follow_each_other_at_one_place() -> None:
    numbers = RecordNumbers()
    places = [("s", "p", "1"), ("s", "p", "1"), ("s", "p", "2"), ("s", "q", "2"), ("t", "q", "2"), ("t", "q", "2")]
    assert [numbers.number(*place) for place in places] == [0, 1, 0, 0, 0, 1]
