"""Evidence items are numbered one after another, in one run or in several, whether a run was killed or not."""

from __future__ import annotations

import random
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from echoforensics.case.entry_table import NewEntry, add_entry
from echoforensics.case.evidence_table import EvidenceState, Opening, add_evidence, set_state
from echoforensics.case.exhibits.row import Row
from echoforensics.case.record_id import RecordNumbers
from echoforensics.case.record_table import add_prepared, prepare
from echoforensics.case.row_query import rows
from echoforensics.case.store import Store
from echoforensics.timeline.numbering import number_rows
from parsers.record import Clock, Record, Timestamp

STREAM = (
    "AB72C64C86AW2:1.0/2017/07/17/06/B0F00715535302W5/20:{0:02}::TNIH_2V.05eed18d-443a-48e7-9373-7bc41ca460{0:02}ZXV"
)
#: What is made by the numbering. Of the evidence, which exhibit was the last when an item was numbered.
MADE = {
    "exhibits": "SELECT * FROM exhibits", "joins": "SELECT * FROM joins ORDER BY 1, 2",
    "spoken": "SELECT * FROM spoken",
    "evidence": "SELECT id, numbered FROM evidence",
    "changed": "SELECT place_id FROM changed_places UNION ALL SELECT uuid FROM changed_streams",
}  # fmt: skip


def _record(data_type: str, locator: str, **more: Any) -> Record:
    return Record(data_type, f"Of {data_type}.", locator, parser="p", parser_version="1", **more)


def _content(draw: random.Random, number: int) -> list[tuple[Record, list[str]]]:
    """The records of a file, each with the keys that it may have at a place."""
    time = Timestamp("Creation Time", str(number), Clock.CLOUD, number * 1_000_000)
    found = Timestamp("Recorded Time", f"asked {number}", Clock.PHONE, number)
    spoken = STREAM.format(draw.randrange(3)) + draw.choice(("", "/0", "/1"))
    kinds = (
        _record("recording:audio", "", utterance_id=draw.choice((None, spoken))),
        _record("alexa:cloud:activity", "json:/0", utterance_id=spoken, timestamps=(time, time)),
        _record("echo:log:wake_word", "line:1", utterance_id=draw.choice((None, spoken)), timestamps=(time,)),
        _record("alexa:cloud:player", "json:/1"),
        _record("alexa:app:acquired_file", "line:2", timestamps=(found,)),
    )
    keys = ["k:1", "k:2", "saved-as:x", "content-sha1:y", "numbered-audio:3"]
    return [(kind, keys) for kind in draw.sample(kinds, draw.randrange(1, 4))]


class World:
    """Evidence made by chance: items whose files share contents, keys and streams."""

    def __init__(self, seed: int) -> None:
        draw = random.Random(seed)
        contents = [_content(draw, number) for number in range(4)]
        self.items: list[list[tuple[str, int, list[Record]]]] = []
        for item in range(3):
            files = []
            for path in range(draw.randrange(1, 5)):
                content = draw.randrange(len(contents))
                records = []
                for record, keys in contents[content]:
                    own = tuple(draw.sample(keys, draw.choice((0, 0, 1, 2))))
                    records.append(_with_keys(record, own))
                files.append((f"{draw.randrange(9)}-{item}-{path}", content, records))
            self.items.append(files)

    def add(self, store: Store, item: int) -> None:
        number = add_evidence(store, f"{9 - item}", Path(f"/{item}"), "folder", [], Opening())
        for path, content, records in self.items[item]:
            _add_file(store, number, path, f"sha-{content}", records)
        set_state(store, number, EvidenceState.EXTRACTED)


def _with_keys(record: Record, keys: tuple[str, ...]) -> Record:
    return Record(
        record.data_type, record.message, record.locator, record.timestamps, utterance_id=record.utterance_id,
        keys=keys, parser="p", parser_version="1",
    )  # fmt: skip


def _add_file(store: Store, item: int, path: str, sha256: str, records: list[Record]) -> None:
    new = NewEntry(
        evidence_id=item, path=path, addresses=(path,), kind="file", state="allocated", note="", times={},
        size=1, sha256=sha256, artefact=True, mode=None, read_by=(), remark="", parsed=True,
    )  # fmt: skip
    entry, numbers = add_entry(store, new), RecordNumbers()
    made = [
        prepare(record, sha256, numbers.number(sha256, record.parser, record.locator), item, ordinal)
        for ordinal, record in enumerate(records)
    ]
    add_prepared(store, entry, entry, made)


def _made(store: Store) -> dict[str, list[Any]]:
    return {name: store.db.execute(query).fetchall() for name, query in MADE.items()}


class Killed(Exception):  # noqa: N818 (it is no error)
    """The run was killed."""


@pytest.mark.parametrize("seed", range(60))
def test_one_run_several_and_killed_ones_give_the_same(
    seed: int, new_store: Callable[[], Store], monkeypatch: pytest.MonkeyPatch
) -> None:
    world = World(seed)
    together, apart, killed = new_store(), new_store(), new_store()
    for item in range(3):
        world.add(together, item)
        world.add(killed, item)
        world.add(apart, item)
        before = {row["exhibit"]: row["record"] for row in rows(apart)}
        number_rows(apart)
        after = {row["exhibit"]: row["record"] for row in rows(apart)}
        assert before.items() <= after.items()
    number_rows(together)
    assert _made(together) == _made(apart)
    assert not _made(apart)["changed"]

    _number_with_kills(killed, random.Random(seed), monkeypatch)
    assert _made(killed) == _made(apart)


def _number_with_kills(store: Store, draw: random.Random, monkeypatch: pytest.MonkeyPatch) -> None:
    """Number, in transactions of a row or two, each of which may be the last of a run."""
    monkeypatch.setattr("echoforensics.case.store.BATCH", 2)
    commit = store.commit

    def commit_or_die() -> None:
        if draw.random() < 0.15:
            store.db.execute("ROLLBACK")
            store.known_numbers.clear()
            raise Killed
        commit()

    monkeypatch.setattr(store, "commit", commit_or_die)
    for _ in range(500):
        try:
            number_rows(store)
        except Killed:
            continue
        return
    raise AssertionError("it never came to its end")


def _steps(store: Store, work: Callable[[], None]) -> int:
    """How many hundreds of steps SQLite takes."""
    taken = 0

    def count() -> None:
        nonlocal taken
        taken += 1

    store.db.set_progress_handler(count, 100)
    work()
    store.db.set_progress_handler(None, 0)
    return taken


def _of_recordings(number: int) -> list[Record]:
    return [_with_keys(_record("recording:audio", ""), (f"numbered-audio:{number}", f"k:{number}"))]


def _of_one_key(number: int) -> list[Record]:
    named = _record("alexa:cloud:activity", f"line:{number}", utterance_id=STREAM.format(1))
    return [_with_keys(named, ("k:1",)), _with_keys(_record("echo:log:x", f"line:{number}"), ("k:1",))]


def _of_one_stream(number: int) -> list[Record]:
    return [
        _record("recording:audio", "", utterance_id=STREAM.format(1)),
        _record("recording:other", "line:2", utterance_id=f"{STREAM.format(1)}/{number}"),
        _record("alexa:cloud:activity", "line:1", utterance_id=f"{STREAM.format(1)}/1"),
    ]


def _of_requests(number: int) -> list[Record]:
    time = Timestamp("Recorded Time", "1", Clock.PHONE, 1)
    listed = _record("alexa:app:acquired_file", f"line:{number}", timestamps=(time,))
    answer = _record("alexa:cloud:player", f"json:/{number}")
    return [_with_keys(listed, ("content-sha1:1",)), _with_keys(answer, ("content-sha1:1",))]


@pytest.mark.parametrize("records", [_of_recordings, _of_one_key, _of_one_stream, _of_requests])
@pytest.mark.parametrize("same", [True, False], ids=["one content", "many contents"])
def test_the_work_of_joining_grows_with_the_number_of_records(
    records: Callable[[int], list[Record]], same: bool, new_store: Callable[[], Store]
) -> None:
    taken = []
    for count in (100, 400):
        store = new_store()
        item = add_evidence(store, "one", Path("/one"), "folder", [], Opening())
        with store.transaction():
            for number in range(count):
                _add_file(store, item, f"{number:04}", "same" if same else f"sha-{number}", records(number))
        set_state(store, item, EvidenceState.EXTRACTED)
        taken.append(_steps(store, lambda store=store: number_rows(store)))  # type: ignore[misc]

    assert taken[1] < 5.5 * taken[0]


def test_what_is_added_to_a_large_case_takes_what_it_takes_alone(new_store: Callable[[], Store]) -> None:
    taken = []
    for count in (10, 1000):
        store = new_store()
        for name, records in (("large", count), ("small", 5)):
            item = add_evidence(store, name, Path(f"/{name}"), "folder", [], Opening())
            made = [
                _record("alexa:cloud:activity", f"line:{number}", utterance_id=STREAM.format(number % 60))
                for number in range(60, 60 + records)
            ]
            with store.transaction():
                _add_file(store, item, name, name, made)
            set_state(store, item, EvidenceState.EXTRACTED)
            steps = _steps(store, lambda store=store: number_rows(store))  # type: ignore[misc]
        taken.append(steps)

    # What is added speaks of five streams; of each the large item holds sixteen records more.
    assert taken[1] < 10 * taken[0]


def test_an_item_that_was_not_read_to_its_end_has_no_rows_until_it_is(new_store: Callable[[], Store]) -> None:
    store = new_store()
    for name in ("one", "two"):
        item = add_evidence(store, name, Path(f"/{name}"), "folder", [], Opening())
        _add_file(store, item, name, name, [_record("alexa:cloud:activity", "line:1")])
    set_state(store, 2, EvidenceState.EXTRACTED)

    def shown() -> list[tuple[str, str]]:
        number_rows(store)
        found: list[Row] = sorted(rows(store), key=lambda row: row["exhibit"])
        return [(row["exhibit"], row["path"]) for row in found]

    assert shown() == [("EF-0000001", "two")]
    set_state(store, 1, EvidenceState.EXTRACTED)
    assert shown() == [("EF-0000001", "two"), ("EF-0000002", "one")]


def test_a_case_without_rows_is_numbered(new_store: Callable[[], Store]) -> None:
    with closing(new_store()) as store:
        item = add_evidence(store, "empty", Path("/empty"), "folder", [], Opening())
        set_state(store, item, EvidenceState.EXTRACTED)
        number_rows(store)
        assert store.db.execute("SELECT numbered FROM evidence").fetchall() == [(0,)]
