"""A case as a storage file of plaso: every row, every column, and the issues."""

from __future__ import annotations

import json
import sqlite3
from collections import Counter
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from plaso.storage.factory import StorageFactory

from echoforensics.case.case import Case
from echoforensics.case.exhibits.row import Query
from echoforensics.case.issue_table import add_issue
from echoforensics.case.record_table import add_prepared, prepare
from echoforensics.case.row_query import rows
from echoforensics.case.store import Store
from echoforensics.errors import CaseError, UsageError
from echoforensics.export.output import Target, export
from echoforensics.extraction.options import Options
from echoforensics.extraction.run import extract
from echoforensics.plaso_plugin import store as plaso_store
from echoforensics.plaso_plugin.vocabulary import VALUES
from echoforensics.timeline.numbering import number_rows
from parsers.record import Clock, Issue, Record, Timestamp

QUIET = ("-q", "--status_view", "none", "--logfile", "plaso.log")
NASTY = "é \"quotes\" \\ <script>alert(1)</script> {braces} %s\x00 \x85   =cmd|'/c calc'!A1 \ud800 end" + "x" * 9000

Events = Callable[[Path], list[dict[str, Any]]]


@pytest.fixture(scope="module")
def case_path(demo_evidence: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A case of the sample evidence."""
    path = tmp_path_factory.mktemp("store") / "case"
    extract(sorted(demo_evidence.iterdir()), path, None, Options("Tester", "", "", ""), lambda *_: None)
    return path


def _write(case_path: Path, target: Path, query: Query | None = None, zone: str = "") -> int:
    with Case.open(case_path) as case:
        return plaso_store.write(case, query or Query(), target, zone)


def test_every_row_is_an_event_with_all_it_has(case_path: Path, tmp_path: Path, read_events: Events) -> None:
    count = _write(case_path, tmp_path / "x.plaso")
    events = {event["exhibit"]: event for event in read_events(tmp_path / "x.plaso")}
    with Case.open(case_path) as case:
        expected = list(rows(case.store))
        fields = dict(case.store.db.execute("SELECT exhibit, fields FROM row_details"))
    assert count == len(expected) == len(events)
    for row in expected:
        event = events[row["exhibit"]]
        for name in VALUES:
            if name not in ("fields", "time_note"):
                assert event.get(name) == (row.get(name) or None), (row["exhibit"], name)
        assert json.loads(event.get("fields", "{}")) == json.loads(fields[row["exhibit"]])
        assert (event["data_type"], event["sha256"], event["parser"]) == (
            row["data_type"],
            row["sha256"],
            row["parser"],
        )
        assert event["timestamp"] == (row["timestamp"] or 0)
        if row["timestamp"] is None:
            assert event["timestamp_desc"] == "Not a time"
            kept = row["timestamp_desc"]
            assert event.get("time_description") == (None if kept == "Not a time" else kept)
        else:
            assert event["timestamp_desc"] == row["timestamp_desc"]
    assert any(event.get("time_note") for event in events.values())


def test_counters_session_and_warnings(case_path: Path, tmp_path: Path) -> None:
    count = _write(case_path, tmp_path / "x.plaso", zone="Asia/Seoul")
    reader = StorageFactory.CreateStorageReaderForFile(str(tmp_path / "x.plaso"))
    with Case.open(case_path) as case:
        issues = case.store.db.execute("SELECT path, what FROM issues").fetchall()
        types = Counter(row["data_type"] for row in rows(case.store))
        files = case.store.db.execute("SELECT count(DISTINCT path || evidence) FROM rows").fetchone()[0]
    (session,) = reader.GetAttributeContainers("session")
    counted = {one.name: one.number_of_events for one in reader.GetAttributeContainers("data_type_count")}
    warnings = list(reader.GetAttributeContainers("extraction_warning"))
    streams = list(reader.GetAttributeContainers("event_data_stream"))
    reader.Close()
    assert (session.product_name, session.preferred_time_zone) == ("echoforensics", "Asia/Seoul")
    assert session.completion_time >= session.start_time
    assert counted == {**types, "total": count}
    assert len(streams) == files
    assert issues
    for path, what in issues:
        assert any(path in warning.message and what in warning.message for warning in warnings)
    assert len(warnings) == len(issues)


def test_a_query_holds(case_path: Path, tmp_path: Path, read_events: Events) -> None:
    wanted = Query(types=("echo:log",), start=1710018000000000)
    with Case.open(case_path) as case:
        expected = {row["exhibit"] for row in rows(case.store, wanted)}
    _write(case_path, tmp_path / "x.plaso", wanted)
    assert {event["exhibit"] for event in read_events(tmp_path / "x.plaso")} == expected
    assert expected


def _odd_case(folder: Path) -> Path:
    """A case with what is hard to write: made through the case's own store."""
    (folder / "evidence").mkdir()
    (folder / "evidence" / "activity.json").write_text('{"activities": []}')
    path = folder / "case"
    extract([folder / "evidence"], path, None, Options("", "", "", ""), lambda *_: None)
    odd = Store(path / "case.db", write=True)
    entry = odd.db.execute("SELECT id FROM entries").fetchone()[0]
    twice = Timestamp("Creation Time", "1", Clock.CLOUD, 1_500_000_000_000_000)
    with odd.transaction():
        for number, record in enumerate(
            (
                Record("alexa:cloud:card", NASTY, "json:/1", transcript=NASTY, fields={"n": 2**80, "t": NASTY}),
                Record("alexa:cloud:card", "Two times alike.", "json:/2", (twice, twice)),
                Record("made:up:type", "Not declared.", "json:/3", (twice,)),
                Record("alexa:cloud:card", "Local.", "json:/4", (Timestamp("Start Time", "9:30", Clock.PHONE, None),)),
                Record(
                    "alexa:cloud:card", "Odd word.", "json:/5", (Timestamp("Moon Time", "7", Clock.CLOUD, 7_000_000),)
                ),
                Record(
                    "alexa:cloud:card", "Early.", "json:/6", (Timestamp("End Time", "-5", Clock.CLOUD, -5_000_000),)
                ),
            ),
            1,
        ):
            record = replace(record, parser="alexa_cards", parser_version="1")  # noqa: PLW2901
            add_prepared(odd, entry, entry, [prepare(record, "x", 0, 1, number)])
        add_issue(odd, 1, "a.json", Issue("first", parser="alexa_cards"))
        add_issue(odd, 1, "b/c.json", Issue("second <b>"))
        odd.db.execute("UPDATE evidence SET numbered = NULL")
    number_rows(odd)
    odd.close(fold=True)
    return path


def test_what_is_hard_to_write_arrives(tmp_path: Path, read_events: Events, python: Callable[..., Any]) -> None:
    count = _write(_odd_case(tmp_path), tmp_path / "x.plaso")
    events = read_events(tmp_path / "x.plaso")
    assert count == len(events) == 7
    shown = NASTY.encode("utf-8", "backslashreplace").decode()
    first = next(event for event in events if event["locator"] == "json:/1")
    assert (first["message"], first["transcript"]) == (shown, shown)
    assert json.loads(first["fields"])["n"] == 2**80
    by_place = {event["locator"]: event for event in events}
    undeclared = by_place["json:/3"]
    assert (undeclared["data_type"], undeclared["declared_as"]) == ("alexa:undeclared", "made:up:type")
    local = by_place["json:/4"]
    kept = (local["timestamp"], local["timestamp_desc"], local["time_description"], local["recorded_time"])
    assert kept == (0, "Not a time", "Start Time", "9:30")
    odd = by_place["json:/5"]
    assert (odd["timestamp"], odd["timestamp_desc"], odd["time_description"]) == (
        7_000_000,
        "Unknown Time",
        "Moon Time",
    )
    assert by_place["json:/6"]["timestamp"] == -5_000_000

    # plaso's own psort drops none of them, and its pinfo ends well with issues of two files.
    python("-m", "plaso.scripts.psort", *QUIET, "-o", "json_line", "-w", "out.jsonl", "x.plaso")
    written = [json.loads(line) for line in (tmp_path / "out.jsonl").read_text("utf-8").split("\n") if line]
    assert Counter(event["exhibit"] for event in written) == Counter(event["exhibit"] for event in events)
    assert "Total : 7" in python("-m", "plaso.scripts.pinfo", "x.plaso").stdout


def test_the_command_needs_a_file_and_replaces_it_whole(case_path: Path, tmp_path: Path, read_events: Events) -> None:
    target = tmp_path / "x.plaso"
    target.write_bytes(b"what was here before")
    with Case.open(case_path) as case:
        with pytest.raises(UsageError, match="name a file with -o"):
            export(case, Query(), Target("plaso", None), None)
        with pytest.raises(CaseError):
            export(case, Query(), Target("plaso", case_path / "x.plaso"), None)
        with pytest.raises(UsageError, match="is not a folder; create it first"):
            export(case, Query(), Target("plaso", tmp_path / "absent" / "x.plaso"), None)
        with pytest.raises(UsageError, match="--force"):
            export(case, Query(), Target("plaso", target), None)
        assert target.read_bytes() == b"what was here before"
        written = export(case, Query(), Target("plaso", target, replace=True), None)
    assert len(read_events(target)) == written.rows
    assert {path.name for path in tmp_path.iterdir()} == {"x.plaso"}
    with closing(sqlite3.connect(case_path / "case.db")) as db:
        assert db.execute("PRAGMA integrity_check").fetchone() == ("ok",)
