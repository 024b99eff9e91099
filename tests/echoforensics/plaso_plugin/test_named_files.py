"""Files that name the Alexa service behind their heads only: under plaso they are read, or named, as in a case."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from dfvfs.path.factory import Factory

RECORD = {
    "recordKey": "A0SAMPLECUSTOMER#1704101038009#A0SAMPLETYPE1#G000SAMPLE000001", "recordType": "VOICE_HISTORY",
    "timestamp": 1704101038009, "utteranceType": "GENERAL", "voiceHistoryRecordItems": [],
}  # fmt: skip
OTHER = "2024-01-01 10:23:58.812  - debug: other.0 (28967) nothing of use\n"
LOG = (OTHER * 1500 + f"answer: {json.dumps({'customerHistoryRecords': [RECORD]})}\n").encode()
UNREAD = bytes(range(256)) * 400 + b"customerHistoryRecords"


def _run(read_file: Callable[..., Any], path: Path, expression: str = "echoforensics") -> tuple[list[Any], list[str]]:
    """The events of our parsers, and the warnings; those of plaso's own on the file's times are left out."""
    run = read_file(Factory.NewPathSpec("OS", location=str(path)), expression)
    return [event for event in run.events if event.data_type.startswith(("alexa:", "echo:"))], run.warnings


def test_an_answer_behind_the_head_of_a_log_is_read(read_file: Callable[..., Any], tmp_path: Path) -> None:
    assert len(LOG) > 65536
    (tmp_path / "x.log").write_bytes(LOG)
    events, warnings = _run(read_file, tmp_path / "x.log")
    assert [event.data_type for event in events] == ["alexa:cloud:history"]
    assert warnings == []
    assert _run(read_file, tmp_path / "x.log", "echoforensics/recording") == ([], [])


def test_a_file_that_is_not_read_is_a_warning_by_name(read_file: Callable[..., Any], tmp_path: Path) -> None:
    (tmp_path / "x.bin").write_bytes(UNREAD)
    (tmp_path / "other.log").write_text(OTHER)
    events, (warning,) = _run(read_file, tmp_path / "x.bin")
    assert events == []
    assert "named_file: The file names the Alexa service" in warning
    assert _run(read_file, tmp_path / "other.log") == ([], [])


def test_a_file_that_is_claimed_and_gives_nothing_is_a_warning_too(
    read_file: Callable[..., Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("parsers.captures.har.Har.parse", lambda *_: iter(()))
    entry = {"request": {"url": "https://alexa.amazon.de/api/cards"}, "response": {}}
    (tmp_path / "x.har").write_text(json.dumps({"log": {"version": "1.2", "creator": {}, "entries": [entry]}}))
    events, (warning,) = _run(read_file, tmp_path / "x.har")
    assert events == []
    assert "named_file: The file names the Alexa service" in warning


def test_members_of_an_archive_are_read_and_named_too(read_file: Callable[..., Any], tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "x.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in (("x.log", LOG), ("x.bin", UNREAD), ("other.log", OTHER.encode())):
            archive.writestr(name, content)
    events, (warning,) = _run(read_file, tmp_path / "x.zip")
    assert [(event.data_type, event.path.rpartition("!/")[2]) for event in events] == [("alexa:cloud:history", "x.log")]
    assert "x.zip!/x.bin: named_file: The file names the Alexa service" in warning


def test_a_long_member_is_named_and_not_copied_out(
    read_file: Callable[..., Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("echoforensics.plaso_plugin.archive_reading._MAX_HELD", 1000)
    with zipfile.ZipFile(tmp_path / "x.zip", "w") as archive:
        archive.writestr("x.log", LOG)
        archive.writestr("other.log", OTHER * 100)
    events, (warning,) = _run(read_file, tmp_path / "x.zip")
    assert events == []
    assert "x.log: names the Alexa service, but is longer than 1000 bytes" in warning
