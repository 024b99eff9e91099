"""Interactions in a case: the same whatever the order of its sources, copies counted once, nothing counted as found."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from echoforensics.case.interactions.interaction_query import InteractionQuery, interaction, interactions
from echoforensics.case.interactions.node import Node
from echoforensics.case.sealing.seal import table_digests
from echoforensics.case.spoken.gap_query import gaps
from echoforensics.case.spoken.joined_query import candidates, records_to_join
from echoforensics.case.spoken.spoken_query import records_of_types
from echoforensics.case.spoken.spoken_record import JOINED_BY_FIELDS, SpokenRecord
from echoforensics.case.store import Store
from echoforensics.errors import UsageError
from echoforensics.timeline import batch_joining, interaction_building
from parsers.record import Clock, Record, Timestamp
from parsers.utterance import UtteranceId

AddFile = Callable[..., None]
MadeRows = Callable[..., list[Any]]

STREAM = "A0SAMPLETYPE1:1.0/2024/03/09/12/{serial}/{at}::TNIH_2V.{number:08x}-25ba-4ea5-b1c9-bdf4c3ad72d1ZXV"
NOON = 1_709_985_600_000_000


def heard(number: int, minute: int) -> list[Record]:
    """What a device's log has of one: the word, the stream, the answer."""
    text = STREAM.format(serial="DEVICE_UNSPECIFIED", at=f"{minute:02}:00", number=number)
    at = NOON + minute * 60_000_000
    keys = (f"voice-request:{number:031}",)

    def one(data_type: str, line: int, description: str, shift: int) -> Record:
        stamp = Timestamp(description, str(at + shift), Clock.DEVICE, at + shift)
        place = f"line:{number}{line}"
        return Record(data_type, f"{data_type} {number}.", place, (stamp,), utterance_id=text, keys=keys, parser="log",
                      parser_version="1")  # fmt: skip

    return [
        one("echo:log:wake_word", 1, "Recorded Time", -200_000),
        one("echo:log:audio_stream", 2, "Connection Established", 400_000 + number * 7_000),
        one("echo:log:answer", 3, "Start Time", 2_000_000),
    ]


def entry(number: int, minute: int, text: str, status: str = "SUCCESS") -> Record:
    """The account's entry."""
    stated = STREAM.format(serial="G000SAMPLE000001", at=f"{minute:02}:00", number=number)
    utterance = UtteranceId.parse(stated)
    assert utterance is not None
    created = Timestamp("Creation Time", "1", Clock.CLOUD, utterance.timestamp + 1_500_000)
    return Record(
        "alexa:cloud:activity", f"Entry {number}.", f"json:/{number}", (created,), device_serial="G000SAMPLE000001",
        utterance_id=stated, transcript=text, fields={"status": status}, keys=(f"activity:{number}",),
        parser="activities", parser_version="1",
    )  # fmt: skip


def sound(name: str, number: int) -> Record:
    return Record("recording:audio", f"Sound {name}.", "", fields={"channels": 1, "rate_hz": 16000},
                  keys=(f"numbered-audio:x#{number}",), parser="recording", parser_version="1")  # fmt: skip


def listed(number: int, minute: int) -> Record:
    stated = STREAM.format(serial="G000SAMPLE000001", at=f"{minute:02}:00", number=number)
    return Record("alexa:cloud:listed_url", f"List {number}.", f"line:{number}", utterance_id=stated,
                  keys=(f"numbered-audio:x#{number}",), parser="list", parser_version="1")  # fmt: skip


@pytest.fixture
def fill(add_file: AddFile) -> Callable[[], None]:
    """A device's log, an account's export with recordings, and a phone that holds a copy of the export."""

    def make() -> None:
        add_file("log", *(record for n, at in ((1, 10), (2, 20), (3, 30)) for record in heard(n, at)))
        export = [
            entry(1, 10, "alexa one"),
            entry(2, 20, "", "DISCARDED_NON_DEVICE_DIRECTED_INTENT"),
            entry(3, 30, "x"),
        ]
        add_file("history.json", *export)
        add_file("phone/history.json", *export, evidence=2, sha256="sha-history.json")
        add_file("urls.txt", listed(1, 10), listed(3, 30))
        add_file("1.wav", sound("one", 1))
        add_file("3.wav", sound("three", 3))

    return make


def test_device_account_and_sound_are_one_interaction(
    store: Store, fill: Callable[[], None], made_rows: MadeRows
) -> None:
    fill()
    rows = made_rows()
    found = list(interactions(store))
    assert [(one.number, one.datetime, one.sources) for one in found] == [
        ("IN-0000001", "2024-03-09T12:10:00.000000+00:00", ("account", "device", "sound")),
        ("IN-0000002", "2024-03-09T12:20:00.000000+00:00", ("account", "device")),
        ("IN-0000003", "2024-03-09T12:30:00.000000+00:00", ("account", "device", "sound")),
    ]
    assert [member.data_type for member in found[0].members] == [
        "echo:log:wake_word", "echo:log:audio_stream", "echo:log:answer", "alexa:cloud:activity", "recording:audio",
        "alexa:cloud:listed_url",
    ]  # fmt: skip
    activity = found[0].members[3]
    assert (activity.places, activity.evidence) == (2, ("one", "two")), "a copy is one member at two places"
    assert {row["interaction"] for row in rows} == {"IN-0000001", "IN-0000002", "IN-0000003"}
    assert found[1].unintended is not None
    assert found[1].contradictions


def test_corroborated_by_names_independent_sources_only(
    store: Store, fill: Callable[[], None], made_rows: MadeRows
) -> None:
    fill()
    rows = {(row["data_type"], row["interaction"]): row for row in made_rows()}
    word, activity = rows["echo:log:wake_word", "IN-0000001"], rows["alexa:cloud:activity", "IN-0000001"]
    wav, address = rows["recording:audio", "IN-0000001"], rows["alexa:cloud:listed_url", "IN-0000001"]
    assert word["corroborated_by"] == sorted([activity["exhibit"], wav["exhibit"]])
    assert wav["exhibit"] in activity["corroborated_by"]
    assert activity["exhibit"] not in activity["corroborated_by"]
    assert address["corroborated_by"] == [], "a list that somebody made attests nothing"
    assert not any(address["exhibit"] in row["corroborated_by"] for row in rows.values())


def test_made_again_it_is_the_same(store: Store, fill: Callable[[], None], made_rows: MadeRows) -> None:
    fill()
    made_rows()
    first = {name: digest for name, digest in table_digests(store).items() if "interaction" in name or name == "gaps"}
    made_rows()
    assert first.items() <= table_digests(store).items()
    assert set(first) == {"interactions", "interaction_members", "interaction_context", "gaps"}


def test_what_is_asked_for(store: Store, fill: Callable[[], None], made_rows: MadeRows) -> None:
    fill()
    made_rows()

    def numbers(**asked: Any) -> list[str]:
        return [one.number[-1] for one in interactions(store, InteractionQuery(**asked))]

    assert numbers(start=NOON + 20 * 60_000_000, end=NOON + 30 * 60_000_000) == ["2"]
    assert numbers(search="ALEXA one") == ["1"]
    assert numbers(search=f"{3:08x}-25ba") == ["3"]
    assert numbers(devices=("G000SAMPLE000001",)) == ["1", "2", "3"]
    assert numbers(devices=("elsewhere",)) == []
    assert numbers(unintended=True) == ["2"], "a text without a wake word is no sign where the device accepted one"
    assert interaction(store, "in-2").number == "IN-0000002"
    assert interaction(store, "2") == interaction(store, "IN-0000002")
    for wrong in ("IN-9", "x", "", "9" * 40, "EF-1"):
        with pytest.raises(UsageError, match="no interaction"):
            interaction(store, wrong)


def test_gaps_are_no_records(store: Store, add_file: AddFile, made_rows: MadeRows) -> None:
    for number, minute in ((1, 10), (2, 20), (3, 30)):
        add_file(f"log{number}", *heard(number, minute))
    add_file("history.json", entry(1, 10, "alexa"), entry(3, 30, "alexa"))
    add_file("1.wav", sound("one", 1))
    add_file("urls.txt", listed(1, 10))
    add_file("var/messages_00000007_20240309110000.gz")
    rows = made_rows()
    found = {gap.data_type: gap for gap in gaps(store)}
    assert set(found) == {"gap:wake_word_without_entry", "gap:entry_without_sound", "gap:retention"}
    lost = found["gap:wake_word_without_entry"]
    assert lost.datetime == "2024-03-09T12:20:00.000000+00:00"
    assert lost.derived_from[0].path == "log2"
    assert lost.derived_from[0].exhibit in {row["exhibit"] for row in rows}
    assert not any(row["data_type"].startswith("gap:") for row in rows)
    assert len(rows) == 3 * 3 + 2 + 1 + 1


@pytest.mark.parametrize("order", [(0, 1, 2, 3), (3, 2, 1, 0), (2, 0, 3, 1)])
def test_the_order_of_sources_changes_nothing(
    order: tuple[int, ...], store: Store, add_file: AddFile, made_rows: MadeRows
) -> None:
    files = [
        ("1.wav", [sound("one", 1)]), ("urls.txt", [listed(1, 10)]), ("log", [*heard(1, 10), *heard(2, 20)]),
        ("history.json", [entry(1, 10, "alexa one"), entry(2, 20, "alexa two")]),
    ]  # fmt: skip
    for place in order:
        path, records = files[place]
        add_file(path, *records)
    made_rows()
    found = [(one.number, one.start, one.sentence, [(m.data_type, m.strength, m.reason) for m in one.members])
             for one in interactions(store)]  # fmt: skip
    stream = "It names the utterance id of the stream {:08x}-25ba-4ea5-b1c9-bdf4c3ad72d1."
    by_id = [
        (kind, "utterance id", stream.format(1))
        for kind in ("echo:log:wake_word", "echo:log:audio_stream", "echo:log:answer", "alexa:cloud:activity")
    ]
    assert [one[0] for one in found] == ["IN-0000001", "IN-0000002"]
    assert found[0][3] == [
        *by_id, ("recording:audio", "record key", "It shares the number 1 with another member."),
        ("alexa:cloud:listed_url", "utterance id", stream.format(1)),
    ]  # fmt: skip
    assert [kind for kind, _, _ in found[1][3]] == [kind for kind, _, _ in by_id]


def bare(number: int) -> Record:
    """An entry of an export: a text and times, and nothing that others could share."""
    times = [Timestamp("Start Time", "1", Clock.CLOUD, NOON + (number * 7919 % 600) * 60_000_000)]
    if number % 3 == 0:
        times += [Timestamp("Creation Time", "1", Clock.CLOUD, NOON + number), Timestamp("x", "1", Clock.EXAMINER, 5)]
    if number % 7 == 0:
        times = [Timestamp("Scheduled to start", "1", Clock.CLOUD, 3)]
    kind = ("alexa:cloud:export_utterance", "alexa:cloud:conversation_turn")[number % 2]
    return Record(kind, f"Entry {number}.", f"row:{number}", tuple(times), transcript="x" if number % 5 else None,
                  parser="export", parser_version="1")  # fmt: skip


@pytest.mark.parametrize("count", [30, 700])
def test_what_nothing_can_be_joined_to_is_made_as_if_it_had_been_compared(
    count: int, store: Store, fill: Callable[[], None], add_file: AddFile, made_rows: MadeRows,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    fill()
    add_file("export.csv", *map(bare, range(count)))
    rows = made_rows()
    quick, of_quick = list(interactions(store)), list(gaps(store))
    assert len(quick) > count // 2
    monkeypatch.setattr(interaction_building, "add_bare_entries", lambda *_: None)
    assert made_rows() == rows
    assert list(interactions(store)) == quick
    slow = list(gaps(store))
    assert [(gap.data_type, gap.message, gap.start, gap.end, gap.count) for gap in slow] == [
        (gap.data_type, gap.message, gap.start, gap.end, gap.count) for gap in of_quick
    ]
    assert [gap.derived_from for gap in slow] == [gap.derived_from for gap in of_quick]


def alarm(number: int, *keys: str, data_type: str = "echo:state:alarm", **values: Any) -> Record:
    at = Timestamp("Scheduled to start", str(number), Clock.DEVICE, NOON + number * 60_000_000)
    return Record(data_type, f"Alarm {number}.", f"row:{number}", (at,), keys=keys, parser="alarms", parser_version="1",
                  **values)  # fmt: skip


def test_alarms_that_nothing_names_are_left_aside(
    store: Store, add_file: AddFile, made_rows: MadeRows, monkeypatch: pytest.MonkeyPatch
) -> None:
    named = replace(entry(1, 10, "alexa wake me"), keys=("activity:1", "notification:named"))
    stated = STREAM.format(serial="G000SAMPLE000001", at="10:00", number=1)
    add_file("history.json", named)
    add_file(
        "alarms.db",
        alarm(1, "notification:named"),
        *(alarm(number, f"notification:{number}") for number in range(2, 20)),
        alarm(20, "notification:2"),
        alarm(21, "notification:2", data_type="alexa:cloud:notification"),
        alarm(22, "notification:22", "activity:1"),
        alarm(23, "notification:23", utterance_id=stated),
        alarm(24),
        alarm(25, "notification:25", "numbered-audio:x#1"),
    )
    joined: list[list[SpokenRecord]] = []

    def kept(*asked: Any) -> list[SpokenRecord]:
        joined.append([*candidates(*asked)])
        return joined[-1]

    monkeypatch.setattr(batch_joining, "candidates", kept)
    made_rows()
    messages = dict(store.db.execute("SELECT number, message FROM records").fetchall())
    listed = {messages[record.number] for record in joined[0]}
    assert listed == {"Entry 1.", "Alarm 1.", "Alarm 22.", "Alarm 23.", "Alarm 25."}
    (found,) = interactions(store)
    with_all = [member.record for member in found.members]
    assert len(with_all) > 1

    monkeypatch.setattr(interaction_building, "FOLLOWING_BY_KEY", frozenset())
    made_rows()
    assert len(joined[1]) == 26
    assert [[member.record for member in one.members] for one in interactions(store)] == [with_all]


def near_miss(number: int, seconds: int, **fields: Any) -> Record:
    """A detection that was not accepted, so many seconds after noon."""
    at = NOON + seconds * 1_000_000
    stamp = Timestamp("Recorded Time", str(at), Clock.DEVICE, at)
    return Record("echo:log:near_miss", f"Miss {number}.", f"line:9{number}", (stamp,), fields=fields, parser="log",
                  parser_version="1")  # fmt: skip


def test_near_misses_far_from_any_stream_are_interactions_as_those_near_one(
    store: Store, add_file: AddFile, made_rows: MadeRows, monkeypatch: pytest.MonkeyPatch
) -> None:
    misses = [near_miss(number, seconds) for number, seconds in enumerate((-4000, -230, -199, 1, 2, 150, 300, 9000))]
    add_file("log", *heard(1, 0), *misses, near_miss(20, 5000, stream_line=2))
    add_file("other.log", near_miss(30, 1))
    add_file("copy.log", near_miss(30, 1), evidence=2, sha256="sha-other.log")
    asked: list[int] = []

    def counted(*of: Any) -> list[SpokenRecord]:
        listed = [*candidates(*of)]
        asked.append(len(listed))
        return listed

    monkeypatch.setattr(batch_joining, "candidates", counted)
    made_rows()
    found = [(one.start, one.members, one.left_open) for one in interactions(store)]
    # Four of the log are more than 200 seconds from the stream, and that of the other log has none to be near to.
    assert asked == [3 + 4 + 1]

    monkeypatch.setattr(interaction_building, "add_lone_near_misses", lambda *_: None)
    interaction_building.build_interactions(store)
    assert asked[1] == 3 + 9 + 1
    assert [(one.start, one.members, one.left_open) for one in interactions(store)] == found
    assert len(found) > 5


def test_records_to_join_have_names_and_times_as_whole_ones(
    store: Store, fill: Callable[[], None], add_file: AddFile, made_rows: MadeRows
) -> None:
    fill()
    queue = {"queueId": "queue:of-this-test", "playbackAction": {"queueId": "another:queue"}}
    with_fields: dict[str, dict[str, Any]] = {
        "alexa:cloud:card": queue, "alexa:cloud:media": queue, "alexa:cloud:media_session": queue,
        "echo:log:near_miss": {"stream_line": 7}, "echo:log:audio_stream": {"lines": [7, 8]},
        "recording:audio": {"channels": 1, "rate_hz": 16000, "duration_us": 1}, "echo:log:boot": {"lines": [9]},
    }  # fmt: skip
    for number, (data_type, fields) in enumerate(with_fields.items()):
        at = Timestamp("Recorded Time", "1", Clock.DEVICE, NOON + number)
        add_file(f"file {number}", Record(data_type, "It says so.", "line:1", (at,), fields=fields, parser="any",
                                          parser_version="1"))  # fmt: skip
    made_rows()
    types = [data_type for (data_type,) in store.db.execute("SELECT data_type FROM kinds")]
    whole = {record.record: Node.of(record) for record in records_of_types(store, types)}
    found = [Node.of(record) for record in records_to_join(store, range(1, store.count("record_values") + 1))]
    assert {node.record: replace(node, number=0) for node in found} == whole
    assert len({node.number for node in found}) == len(whole) > 20
    assert sum(bool(node.names.refers) for node in found) == 3
    assert set(with_fields) - JOINED_BY_FIELDS == {"echo:log:boot"}


@pytest.mark.parametrize(("time", "written", "replaced"), [(NOON * 2, 1, []), (1, 41, ["interactions"])])
def test_interactions_before_an_added_one_are_not_written_again(
    time: int, written: int, replaced: list[str], store: Store, add_file: AddFile
) -> None:
    def named(number: int, at: int) -> Record:
        times = (Timestamp("Creation Time", "1", Clock.CLOUD, at),)
        return replace(bare(number), timestamps=times, transcript="x")

    add_file("export.csv", *(named(number, NOON + number) for number in range(40)))
    interaction_building.build_interactions(store)
    count = "SELECT count(*) FROM temp.written"
    store.db.execute("CREATE TEMP TABLE written (number INTEGER)")
    note = (
        "CREATE TEMP TRIGGER noted AFTER INSERT ON main.interactions BEGIN INSERT INTO written VALUES (new.number); END"
    )
    store.db.execute(note)
    asked: list[str] = []
    add_file("later.csv", named(90, time))
    interaction_building.build_interactions(store, asked.extend)
    assert store.db.execute(count).fetchone() == (written,)
    assert [name for name in asked if name.startswith("interaction")] == [
        *replaced, *(["interaction_members"] if replaced else []),
    ]  # fmt: skip
    ordered = [(one.start, one.number) for one in interactions(store)]
    assert ordered == sorted(ordered)
    assert len(ordered) == 41
    store.db.execute("DROP TRIGGER noted")
    for table in ("interactions", "interaction_members"):
        held = store.db.execute(f"SELECT * FROM {table}").fetchall()
        store.db.execute(f"DELETE FROM {table}")
        interaction_building.build_interactions(store)
        assert store.db.execute(f"SELECT * FROM {table}").fetchall() == held
