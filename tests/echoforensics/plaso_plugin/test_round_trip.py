"""Three ways to the same events: rows of extract, our storage file through psort, log2timeline with our parser.

What a file says by itself is the same on all three. What extract joins from other files is in its rows and in our
storage file, and not in what log2timeline makes, which reads one file at a time: a time or utterance from a list, one
row for a recording that is at several places. Nor does plaso read deleted files.
"""

from __future__ import annotations

import json
import shutil
import sqlite3
from collections import Counter
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

EVIDENCE = Path(__file__).parents[3].parent / "shared/evidence"
SOURCES = ("dfrws2017/005-Amazon-Echo-Alexa-Web-Scrape.zip", "dfrws2018", "alexa-api-2019")
QUIET = ("-q", "--status_view", "none", "--logfile", "plaso.log")
#: Columns that a row and an event both have under one name.
SAME = (
    "message", "data_type", "recorded_time", "clock", "device_serial", "device_type",
    "account", "person", "utterance_id", "transcript", "locator", "parser_version",
)  # fmt: skip
DELETED = "It was read from a deleted file"

Run = Callable[..., Any]
Events = Callable[[Path], list[dict[str, Any]]]


class Ways:
    """One source, read in the three ways."""

    def __init__(self, source: Path, made: Path, store: list[dict[str, Any]], own: list[dict[str, Any]]) -> None:
        self.rows = [json.loads(line) for line in (made / "rows.jsonl").read_text("utf-8").splitlines()]
        with closing(sqlite3.connect(made / "case/case.db")) as db:
            found = db.execute("SELECT record FROM row_details WHERE place_id IN (SELECT place_id FROM joins)")
            self.joined = {record for (record,) in found}
        self.store, self.own = store, own
        # plaso knows a folder's or a zip's files by their whole paths.
        self.folder = f"{source}{'/' if source.is_dir() else '!/'}".lstrip("/")


def _sorted(python: Run, folder: Path, store: Path) -> list[dict[str, Any]]:
    """What psort makes of a storage file, which it may write to."""
    written = f"{store.name}.jsonl"
    shutil.copy(store, folder / store.name)
    python("-m", "echoforensics", "psort", *QUIET, "-o", "json_line", "-w", written, store.name)
    found = [json.loads(line) for line in (folder / written).read_text("utf-8").splitlines()]
    return [
        {**event, "sha256": event["sha256_hash"], "parser": event["parser"].removeprefix("echoforensics/")}
        for event in found
    ]


def _of_row(row: dict[str, Any]) -> tuple[Any, ...]:
    return (
        *(row[name] or None for name in SAME),
        row["timestamp"] or 0,
        row["timestamp_desc"],
        row["sha256"],
        row["parser"],
        row["path"],
    )


def _of_event(event: dict[str, Any], folder: str = "") -> tuple[Any, ...]:
    return (
        *(event.get(name) for name in SAME),
        event["timestamp"],
        event.get("time_description") or event["timestamp_desc"],
        event["sha256"],
        event["parser"],
        event["path"].removeprefix(folder),
    )


def _is_recording(found: dict[str, Any]) -> bool:
    return bool(found["data_type"].startswith("recording:"))


def _check(ways: Ways) -> None:
    assert ways.rows

    # Our storage file through psort: every row, with all it has.
    assert Counter(map(_of_event, ways.store)) == Counter(map(_of_row, ways.rows))
    more = ("exhibit", "record", "recording", "evidence")
    assert {tuple(event.get(name) for name in more) for event in ways.store} == {
        tuple(row[name] for name in more) for row in ways.rows
    }

    # log2timeline with our parser: every row that was made of its own file alone, and no other.
    live = [row for row in ways.rows if DELETED not in row["message"]]
    alone = Counter(_of_row(row) for row in live if row["record"] not in ways.joined and not _is_recording(row))
    events = Counter(_of_event(event, ways.folder) for event in ways.own if not _is_recording(event))
    assert not alone - events
    # What is left are the records to which extract joined something, each with the name it has there.
    joined = Counter(
        (row["data_type"], row["sha256"], row["parser"], row["path"])
        for row in live
        if row["record"] in ways.joined and not _is_recording(row)
    )
    # So is a file that is in the source twice: its rows say so, and are there once.
    copied = {_of_row(row)[:-1] for row in live if row["places"] > 1}
    left = [event for event in (events - alone).elements() if event[:-1] not in copied]
    assert Counter((event[1], *event[-3:]) for event in left) == joined

    # A recording by its bytes: a row for each, an event for each place where they lie.
    assert {row["sha256"] for row in live if _is_recording(row)} == {
        event["sha256"] for event in ways.own if _is_recording(event)
    }


@pytest.mark.parametrize("source", ["echo-data.img", "alexa-cloud.zip", "phone"])
def test_sample_evidence(
    source: str,
    python: Run,
    demo_evidence: Path,
    demo_case: Callable[[str], Path],
    demo_store: Callable[[str], Path],
    tmp_path: Path,
) -> None:
    made = demo_case(source)
    store, own = (_sorted(python, tmp_path, path) for path in (made / "store.plaso", demo_store(source)))
    _check(Ways(demo_evidence / source, made, store, own))


@pytest.fixture
def read_source(
    python: Run, read_events: Events, extract_to: Callable[[Path, Path], None], tmp_path: Path
) -> Callable[[Path], Ways]:
    """Reads a source in the three ways, without psort."""

    def read(source: Path) -> Ways:
        extract_to(tmp_path, source)
        arguments = ("--single_process", "--unattended", *QUIET, "--storage_file", "own.plaso", "--parsers", "alexa")
        python("-m", "echoforensics", "log2timeline", *arguments, source)
        store, own = (read_events(tmp_path / f"{name}.plaso") for name in ("store", "own"))
        return Ways(source, tmp_path, store, own)

    return read


@pytest.mark.skipif(not EVIDENCE.exists(), reason="../shared/evidence is absent")
@pytest.mark.parametrize("source", SOURCES)
def test_real_evidence(source: str, read_source: Callable[[Path], Ways]) -> None:
    _check(read_source(EVIDENCE / source))


@pytest.mark.skipif(not EVIDENCE.exists(), reason="../shared/evidence is absent")
def test_real_evidence_in_an_image(read_source: Callable[[Path], Ways], make_image: Callable[..., Path]) -> None:
    _check(read_source(make_image(EVIDENCE / "echo-1st-gen", "ext4", 64)))
