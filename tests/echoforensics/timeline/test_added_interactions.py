"""What is added to a case gives the tables that are made from all its records, in whatever order it was given."""

from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from echoforensics.case.entry_table import NewEntry, add_entry
from echoforensics.case.evidence_table import EvidenceState, Opening, add_evidence, set_hashes, set_state
from echoforensics.case.record_id import RecordNumbers
from echoforensics.case.record_table import add_prepared, prepare
from echoforensics.case.spoken.added_evidence import Extent
from echoforensics.case.store import Store
from echoforensics.timeline import added_interactions
from echoforensics.timeline.added_interactions import update_interactions
from echoforensics.timeline.interaction_building import build_interactions
from echoforensics.timeline.numbering import number_rows
from parsers.record import Clock, Record, Timestamp

NOON = 1_709_985_600_000_000
SECOND = 1_000_000
STREAM = "A0SAMPLETYPE1:1.0/2024/03/09/12/{serial}/{minute:02}:00::TNIH_2V.{number:08x}-25ba-4ea5-b1c9-bdf4c3ad72d1ZXV"
SERIALS = ("G000SAMPLE000001", "G000SAMPLE000002", "DEVICE_UNSPECIFIED")


class File(NamedTuple):
    """A file of a source."""

    path: str
    records: list[Record]
    sha256: str


class World:
    """Draws sources that share streams, keys, sounds, times and files, from small stocks of each."""

    def __init__(self, seed: int) -> None:
        self.draw = random.Random(seed)
        self._minutes = self.draw.choice((2, 4, 12))
        self._made: list[File] = []
        kinds = [self.log, self.history, self.export, self.sounds, self.keyed, self.chunks, self.others]
        # Some worlds are mostly of two kinds.
        self._kinds = kinds + self.draw.choice(([], 6 * [self.log, self.history], 4 * self.draw.sample(kinds, 2)))

    def source(self) -> list[File]:
        files = []
        for place in range(self.draw.randint(1, 2)):
            if self._made and self.draw.random() < 0.25:
                files.append(self.draw.choice(self._made))
            else:
                number = len(self._made)
                self._made.append(File(*self.draw.choice(self._kinds)(number), f"sha-{number}"))
                files.append(self._made[-1])
            files[-1] = files[-1]._replace(path=f"{place}/{files[-1].path}")
        return files

    def _time_of(self) -> int:
        return NOON + self.draw.randrange(self._minutes) * 60 * SECOND

    def _stream(self) -> tuple[str, int]:
        number = self.draw.randrange(2 * self._minutes)
        minute, serial = number % 60, SERIALS[number % 3]
        return STREAM.format(serial=serial, minute=minute, number=number), NOON + minute * 60 * SECOND

    def log(self, _: int) -> tuple[str, list[Record]]:
        records = []
        for line in range(1, 1 + self.draw.randint(1, 8)):
            text, at = self._stream()
            at += self.draw.choice((-200_000, 0, 400_000, 20 * SECOND))
            kind = self.draw.choice(("near_miss", "near_miss", "wake_word", "audio_stream", "answer", "boot"))
            fields: dict[str, Any] = {}
            if kind == "near_miss" and self.draw.random() < 0.4:
                fields["stream_line"] = self.draw.randint(1, 6)
            if kind == "audio_stream":
                fields["lines"] = [line]
            named = kind in ("audio_stream", "answer") and self.draw.random() < 0.7
            keys = (f"voice-request:{self.draw.randrange(5):031}x",) if self.draw.random() < 0.2 else ()
            what = "Connection Established" if kind == "audio_stream" else "Recorded Time"
            times = [Timestamp(what, str(at), Clock.DEVICE, at)]
            if kind == "audio_stream":
                times.append(Timestamp("End Time", str(at), Clock.DEVICE, at + self.draw.choice((1, 70)) * SECOND))
            records.append(_record(f"echo:log:{kind}", line, times, text if named else None, keys, fields))
        return "log", records

    def history(self, _: int) -> tuple[str, list[Record]]:
        records = []
        for line in range(self.draw.randint(1, 5)):
            text, at = self._stream()
            serial = text.split("/")[5]
            named = self.draw.random() < 0.85
            delay = self.draw.randint(1, 3) * 500_000
            created = Timestamp("Creation Time", "1", Clock.CLOUD, at + delay)
            key = f"activity:A0CUSTOMER#{(at + delay % 7) // 1000}#A0TYPE#{serial}"
            keys = (key,) if self.draw.random() < 0.3 else ()
            records.append(
                _record(
                    "alexa:cloud:history", line, [created], text if named else None, keys, serial=serial, transcript="x"
                )
            )
        return "history.json", records

    def export(self, _: int) -> tuple[str, list[Record]]:
        records = []
        for line in range(self.draw.randint(1, 8)):
            times = [Timestamp("Start Time", "1", Clock.CLOUD, self._time_of())] if self.draw.random() < 0.8 else []
            kind = self.draw.choice(("export_utterance", "conversation_turn"))
            records.append(_record(f"alexa:cloud:{kind}", line, times, transcript=self.draw.choice((None, "x"))))
        return "export.csv", records

    def sounds(self, number: int) -> tuple[str, list[Record]]:
        text = self._stream()[0] if self.draw.random() < 0.5 else None
        key = (f"numbered-audio:x#{self.draw.randrange(4)}",) if self.draw.random() < 0.5 else ()
        fields = {"channels": 1, "rate_hz": 16000}
        return f"{number}.wav", [_record("recording:audio", 0, [], text, key, fields)]

    def keyed(self, _: int) -> tuple[str, list[Record]]:
        records = []
        for line in range(self.draw.randint(1, 4)):
            number, (text, at) = self.draw.randrange(4), self._stream()
            named = f"notification:{number}"
            time = [Timestamp("Scheduled to start", "1", Clock.DEVICE, self._time_of())]
            records.append(
                self.draw.choice((
                    _record("echo:state:alarm", line, time, keys=(named,)),
                    _record("alexa:cloud:card", line, [], keys=(f"activity-time:{at // 1000}", named)),
                    _record("alexa:cloud:listed_url", line, [], text, (f"numbered-audio:x#{number}",)),
                    _record("alexa:cloud:activity", line, [], keys=(f"dialog:{number}",), transcript="y"),
                    _record("alexa:cloud:response", line, [], keys=(f"dialog-request:{number}",)),
                ))
            )  # fmt: skip
        return "keyed", records

    def chunks(self, _: int) -> tuple[str, list[Record]]:
        fields = {"log": "messages", "which": "youngest", "number": self.draw.randint(1, 9)}
        return f"var/messages_{self.draw.randint(1, 9):08}_20240309110000.gz", [
            _record("echo:log:counter", 0, [], fields=fields)
        ]

    def others(self, _: int) -> tuple[str, list[Record]]:
        at = Timestamp("Recorded Time", "1", Clock.CLOUD, self._time_of())
        name = {"accountName": self.draw.choice("ab")}
        return "others", [
            _record("alexa:cloud:device", 1, [], fields=name, serial=self.draw.choice(SERIALS)),
            _record("alexa:cloud:push_message", 2, [at], fields={"command": "PUSH_DELETE_ALL"}),
            _record("x:setting", 3, [at], keys=(f"notification:{self.draw.randrange(4)}",)),
        ]


def _record(
    kind: str, line: int, times: list[Timestamp], stated: str | None = None, keys: tuple[str, ...] = (),
    fields: dict[str, Any] | None = None, serial: str | None = None, transcript: str | None = None,
) -> Record:  # fmt: skip
    place = "" if kind.startswith("recording:") else f"line:{line}"
    return Record(
        kind, f"{kind} {line}.", place, tuple(times), device_serial=serial, utterance_id=stated, transcript=transcript,
        fields=fields or {}, keys=keys, parser="test", parser_version="1",
    )  # fmt: skip


def add(store: Store, name: str, files: list[File]) -> None:
    """Take an evidence item in."""
    item = add_evidence(store, name, Path(f"/{name}"), "folder", [], Opening())
    set_hashes(store, item, 0, name, {})
    with store.transaction():
        for path, records, sha256 in files:
            new = NewEntry(
                evidence_id=item, path=path, addresses=(path,), kind="file", state="allocated", note="", times={},
                size=1, sha256=sha256, artefact=True, mode=None, read_by=(), remark="", parsed=True,
            )  # fmt: skip
            entry, numbers = add_entry(store, new), RecordNumbers()
            for ordinal, record in enumerate(records):
                number = numbers.number(sha256, record.parser, record.locator)
                add_prepared(store, entry, entry, [prepare(record, sha256, number, item, ordinal)])
    set_state(store, item, EvidenceState.HASHED_AGAIN)
    number_rows(store)


def interactions_of(store: Store) -> dict[str, list[Any]]:
    """The interactions, by ids of records: the same in whatever order the sources were given."""
    asked = {
        "interactions": "SELECT number, start, left_open FROM interactions ORDER BY 1",
        "members": "SELECT hex(r.id), m.interaction, s.strength, s.reason FROM interaction_members m"
        " JOIN records r ON r.number = m.record JOIN join_reasons s ON s.id = m.reason ORDER BY 1",
    }
    return {name: store.db.execute(question).fetchall() for name, question in asked.items()}


def tables_of(store: Store) -> dict[str, list[Any]]:
    """All that is made from interactions."""
    asked = {
        "gaps": "SELECT * FROM gaps ORDER BY 1", "context": "SELECT content FROM interaction_context",
        "attested": "SELECT number, corroborated_by FROM exhibits WHERE corroborated_by IS NOT NULL",
    }  # fmt: skip
    return {**interactions_of(store), **{name: store.db.execute(text).fetchall() for name, text in asked.items()}}


@pytest.fixture
def rebuilt(monkeypatch: pytest.MonkeyPatch) -> list[Store]:
    """The stores of which all interactions were made again."""
    found: list[Store] = []

    def build(store: Store, *others: Any) -> None:
        found.append(store)
        build_interactions(store, *others)

    monkeypatch.setattr(added_interactions, "build_interactions", build)
    return found


def trial(seed: int, new_store: Callable[[], Store], rebuilt: list[Store]) -> int:
    """Add sources one by one, and compare with all at once, in another order. Returns how many were only added."""
    world = World(seed)
    sources = [(f"item {number}", world.source()) for number in range(world.draw.randint(3, 12))]
    store, other = new_store(), new_store()
    build_interactions(store)
    done = 0
    for name, files in sources:
        before, count = Extent.of(store), len(rebuilt)
        add(store, name, files)
        update_interactions(store, before)
        done += len(rebuilt) == count
    found = tables_of(store)
    build_interactions(store)
    assert found == tables_of(store)
    world.draw.shuffle(sources)
    for name, files in sources:
        add(other, name, files)
    build_interactions(other)
    assert interactions_of(store) == interactions_of(other)
    return done


@pytest.mark.parametrize("seeds", [range(5)])
def test_what_is_added_is_as_if_all_had_been_made_again(
    seeds: range, new_store: Callable[[], Store], rebuilt: list[Store]
) -> None:
    assert sum(trial(seed, new_store, rebuilt) for seed in seeds) > 2 * len(seeds)


def _stream(line: int, at: int, stated: str | None = None, key: str = "", lines: int = 0) -> Record:
    # Of a stream that holds a number of a line, no time of its opening is needed.
    times = [] if lines else [Timestamp("Connection Established", "1", Clock.DEVICE, at)]
    times.append(Timestamp("End Time", "1", Clock.DEVICE, at + 60 * SECOND))
    return _record("echo:log:audio_stream", line, times, stated, (key,) if key else (), {"lines": [lines or line]})


def _miss(line: int, at: int, **fields: Any) -> Record:
    return _record("echo:log:near_miss", line, [Timestamp("Recorded Time", "1", Clock.DEVICE, at)], fields=fields)


def _named(number: int) -> str:
    return STREAM.format(serial=SERIALS[0], minute=number, number=number)


#: A log in which something is left open, and a record that changes what.
_LEFT_OPEN = {
    "by time": (
        [
            _stream(1, NOON, key=f"voice-request:{1:031}"),
            _stream(2, NOON + SECOND, key=f"voice-request:{2:031}"),
            _miss(3, NOON + 5 * SECOND),
        ],
        _record(
            "alexa:cloud:history", 1, [], keys=(f"voice-request:{1:031}", f"voice-request:{2:031}"), transcript="x"
        ),
    ),
    "by line": (
        [
            _stream(1, NOON, _named(1), lines=9),
            _stream(2, NOON + 900 * SECOND, _named(2), lines=9),
            _stream(3, NOON + 1800 * SECOND, key="comms-message:1", lines=9),
            _miss(4, NOON + 2700 * SECOND, stream_line=9),
        ],
        _record("alexa:cloud:activity", 1, [], keys=("comms-message:1",), transcript="x"),
    ),
}


@pytest.mark.parametrize("what", _LEFT_OPEN)
def test_what_was_left_open_is_compared_again(what: str, new_store: Callable[[], Store], rebuilt: list[Store]) -> None:
    log, added = _LEFT_OPEN[what]
    store = new_store()
    add(store, "log", [File("log", log, "sha-log")])
    build_interactions(store)
    (miss,) = store.db.execute("SELECT m.interaction FROM interaction_members m JOIN records r ON r.number = m.record"
                               " WHERE r.message LIKE 'echo:log:near_miss%'").fetchone()  # fmt: skip
    (open_,) = store.db.execute("SELECT left_open FROM interactions WHERE number = ?", (miss,)).fetchone()
    assert open_
    before = Extent.of(store)
    add(store, "history", [File("history", [added], "sha-history")])
    update_interactions(store, before)
    assert not rebuilt
    found = tables_of(store)
    build_interactions(store)
    assert found == tables_of(store)
    assert not store.db.execute("SELECT 1 FROM interactions WHERE left_open = ?", (open_,)).fetchone()
