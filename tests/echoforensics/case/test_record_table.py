"""A record has one id; copies of a file are places of the same records."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from echoforensics.case.counts import counts_of_case
from echoforensics.case.entry_table import NewEntry, add_entry
from echoforensics.case.evidence_table import EvidenceState, Opening, add_evidence, set_state
from echoforensics.case.exhibits.join_table import Join, joins_of
from echoforensics.case.exhibits.row import Query, Row
from echoforensics.case.record_id import RecordNumbers, record_id
from echoforensics.case.record_table import add_prepared, prepare
from echoforensics.case.row_query import count, rows
from echoforensics.case.store import Store
from echoforensics.timeline.numbering import number_rows
from parsers.record import Clock, Record, Timestamp

STREAM = "AB72C64C86AW2:1.0/2017/07/17/06/B0F00715535302W5/20:31::TNIH_2V.05eed18d-443a-48e7-9373-7bc41ca4601{}ZXV"
TIME = Timestamp("Creation Time", "5", Clock.CLOUD, 5)


def add_item(store: Store, name: str) -> None:
    """Add an evidence item that was read to its end."""
    set_state(store, add_evidence(store, name, Path(f"/{name}"), "folder", [], Opening()), EvidenceState.EXTRACTED)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = Store(tmp_path / "case.db", create=True, write=True)
    add_item(opened, "one")
    yield opened
    opened.close()


def _file(
    store: Store,
    path: str,
    sha256: str,
    *records: Record,
    remark: str = "",
    state: str = "allocated",
    evidence: int = 1,
) -> None:
    new = NewEntry(
        evidence_id=evidence, path=path, addresses=(path,), kind="file", state=state, note="", times={}, size=1,
        sha256=sha256, artefact=True, mode=None, read_by=(), remark=remark, parsed=True,
    )  # fmt: skip
    entry, numbers = add_entry(store, new), RecordNumbers()
    for ordinal, record in enumerate(records):
        number = numbers.number(sha256, record.parser, record.locator)
        add_prepared(store, entry, entry, [prepare(record, sha256, number, evidence, ordinal)])


def _record(message: str, locator: str = "line:1", data_type: str = "alexa:cloud:activity") -> Record:
    return Record(data_type, message, locator, (TIME,), keys=(f"k:{message}",), parser="p", parser_version="1")


def _rows(store: Store) -> list[tuple[str, str, str]]:
    number_rows(store)
    lost = store.db.execute(
        "SELECT count(*) FROM exhibits WHERE record NOT IN (SELECT number FROM records)"
    ).fetchone()[0]
    assert lost == 0
    return [(row["path"], row["message"], row["record"]) for row in rows(store)]


def _by_exhibit(store: Store) -> list[Row]:
    _rows(store)
    return sorted(rows(store), key=lambda row: row["exhibit"])


def _numbers(store: Store) -> dict[str, str]:
    _rows(store)
    return {row["record"]: row["exhibit"] for row in rows(store)}


def test_empty_files_are_no_copies(store: Store) -> None:
    empty = hashlib.sha256(b"").hexdigest()
    _file(store, "a/marker", empty, _record("A marker.", ""))
    _file(store, "b/marker", empty, _record("A marker.", ""))

    assert [(path, message) for path, message, _ in _rows(store)] == [
        ("a/marker", "A marker."),
        ("b/marker", "A marker."),
    ]
    assert [row["places"] for row in rows(store)] == [1, 1]


def test_a_copy_is_one_more_place_of_the_same_record(store: Store) -> None:
    _file(store, "a", "same", _record("Said."))
    _file(store, "b", "same", _record("Said."))

    assert _rows(store) == [("a", "Said.", record_id("same", "p", "line:1", 0))]
    assert [row["places"] for row in rows(store)] == [2]
    assert (counts_of_case(store).records, counts_of_case(store).rows) == (1, 1)


@pytest.mark.parametrize(
    ("states", "shown"),
    [
        (("carved", "deleted", "allocated"), "c"),
        (("deleted", "damaged", "carved"), "b"),
        (("carved", "deleted", "carved"), "b"),
        (("deleted", "deleted", "deleted"), "a"),
    ],
)
def test_of_a_record_s_places_the_best_is_shown(store: Store, states: tuple[str, ...], shown: str) -> None:
    for path, state in zip("abc", states, strict=True):
        _file(store, path, "same", _record("Said."), remark=f" It is {path}.", state=state)

    assert [row[:2] for row in _rows(store)] == [(shown, f"Said. It is {shown}.")]


def test_copies_in_two_evidence_items_are_one_record_that_is_found_under_either(store: Store) -> None:
    add_item(store, "another")
    add_item(store, "third")
    sound = Record("recording:audio", "A recording.", "", (TIME,), parser="recording", parser_version="1")
    _file(store, "a", "same", _record("Said."), evidence=1)
    _file(store, "a.wav", "sound", sound, evidence=1)
    _file(store, "z", "same", _record("Said."), evidence=2)
    _file(store, "z.wav", "sound", sound, evidence=2)
    _rows(store)

    # The name of the evidence item decides which place is shown, not which was given first.
    found = [(row["evidence"], row["path"], row["places"]) for row in rows(store)]
    assert found == [("another", "z", 2), ("another", "z.wav", 2)]
    for name in ("one", "another"):
        assert [row["path"] for row in rows(store, Query(evidence=(name,)))] == ["z", "z.wav"]
        assert count(store, Query(evidence=(name,))) == 2
    assert list(rows(store, Query(evidence=("third",)))) == []


def test_what_was_joined_at_one_place_is_in_the_rows_and_different_things_have_rows_each(store: Store) -> None:
    for path, key in zip("abcd", ("none", "one", "two", "one"), strict=True):
        _file(store, path, "same", replace(_record("Said."), keys=(f"k:{key}",)))
    _file(store, "z", "z", replace(_record("Named."), keys=("k:one",), utterance_id=STREAM.format(1)))
    assert [(row["path"], row["utterance_id"], row["places"]) for row in _by_exhibit(store)] == [
        ("b", STREAM.format(1), 4),
        ("z", STREAM.format(1), 1),
    ]
    assert joins_of(store, 4) == [
        Join("utterance_id", STREAM.format(1), "shares the k one with line:1 of z"),
    ]

    add_item(store, "later")
    _file(store, "y", "y", replace(_record("Named."), keys=("k:two",), utterance_id=STREAM.format(2)), evidence=2)
    assert [(row["path"], row["utterance_id"]) for row in _by_exhibit(store)] == [
        ("b", STREAM.format(1)),
        ("z", STREAM.format(1)),
        ("y", STREAM.format(2)),
        ("c", STREAM.format(2)),
    ]


def test_a_copy_that_is_met_later_leaves_the_numbers_as_they_were(store: Store) -> None:
    _file(store, "b", "same", _record("Said."), _record("Heard.", "line:2"))
    _file(store, "c", "other", _record("Asked."))
    before = _numbers(store)
    assert len(before) == 3
    add_item(store, "a copy")
    _file(store, "a", "same", _record("Said."), _record("Heard.", "line:2"), evidence=2)

    assert _numbers(store) == before


def test_two_records_at_one_locator_are_two_records_and_so_are_their_copies(store: Store) -> None:
    pair = (_record("First."), _record("First."), _record("Second.", "line:2"), _record("Third.", "line:2"))
    _file(store, "a", "same", *pair)
    _file(store, "b", "same", *pair)

    found = _rows(store)

    ids = [record_id("same", "p", locator, number) for locator in ("line:1", "line:2") for number in (0, 1)]
    assert [(path, record) for path, _, record in found] == [("a", number) for number in ids]
    assert {row["places"] for row in rows(store)} == {2}


def test_files_of_the_same_bytes_that_say_different_things_by_their_names_are_told_apart(store: Store) -> None:
    _file(store, "auth_oldest", "same", _record("The oldest is 8."))
    _file(store, "auth_youngest", "same", _record("The youngest is 8."))
    _file(store, "copy/auth_youngest", "same", _record("The youngest is 8."))

    (_, _, oldest), (_, _, youngest) = _rows(store)

    assert oldest == record_id("same", "p", "line:1", 0)
    assert youngest != oldest
    assert [row["places"] for row in rows(store)] == [1, 2]
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
        add_prepared(store, 1, 1, [prepare(again, "wal", 0, 1, 1)])

    assert len(_rows(store)) == 1
    assert [key for (key,) in store.db.execute("SELECT key FROM record_keys ORDER BY key")] == ["k:1", "k:2"]


def test_what_was_undone_with_its_kinds_is_added_again(store: Store) -> None:
    with store.transaction():
        store.set_mark()
        _file(store, "a", "x", _record("Undone.", data_type="alexa:cloud:one"))
        store.undo_to_mark()
        _file(store, "b", "y", _record("Other.", data_type="alexa:cloud:two"), _record("Said.", "line:2"))
        store.release_mark()

    _rows(store)
    assert [(row["message"], row["data_type"], row["timestamp_desc"]) for row in rows(store)] == [
        ("Other.", "alexa:cloud:two", "Creation Time"),
        ("Said.", "alexa:cloud:activity", "Creation Time"),
    ]


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


def test_a_field_that_utf_8_cannot_hold_is_kept_and_can_be_asked_for(store: Store) -> None:
    _file(store, "a.json", "0" * 64, replace(_record("x"), fields={"device_name": "K\udcfcche ü"}))
    ((name,),) = store.db.execute("SELECT json_extract(fields, '$.device_name') FROM records")
    assert name == "K\\udcfcche ü"
