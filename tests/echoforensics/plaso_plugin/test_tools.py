"""plaso's tools as commands of ours: what is given is passed on, and what they need of ours is there."""

from __future__ import annotations

import json
import shutil
import zipfile
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

QUIET = ("-q", "--status_view", "none", "--logfile", "plaso.log")

Run = Callable[..., Any]
Events = Callable[[Path], list[dict[str, Any]]]


@pytest.mark.parametrize("tool", ["log2timeline", "psteal", "psort", "pinfo", "image_export"])
def test_each_tool_answers_for_itself(tool: str, python: Run) -> None:
    assert python("-m", "echoforensics", tool, "-V").stdout.startswith(f"plaso - {tool} version 20260720")


def test_exit_codes_and_unknown_options_are_the_tool_s_own(python: Run) -> None:
    refused = python("-m", "echoforensics", "psort", "--there-is-no-such-option", code=2)
    assert "unrecognized arguments: --there-is-no-such-option" in refused.stderr
    python("-m", "echoforensics", "pinfo", "absent.plaso", code=1)


def test_psteal_makes_a_timeline_in_one_step(python: Run, demo_evidence: Path, tmp_path: Path) -> None:
    quiet = ("-q", "--status_view", "none", "--unattended")
    arguments = (*quiet, "--single_process", "--parsers", "alexa", "-o", "json_line", "-w", "out.jsonl")
    source = ("--source", demo_evidence / "alexa-cloud.zip", "--storage_file", "x.plaso")
    python("-m", "echoforensics", "psteal", *arguments, *source)
    events = [json.loads(line) for line in (tmp_path / "out.jsonl").read_text("utf-8").splitlines()]
    assert Counter(event["data_type"] for event in events) == {
        "alexa:cloud:account": 1, "alexa:cloud:activity": 10, "alexa:cloud:device": 1, "alexa:cloud:listed_url": 4,
        "alexa:cloud:notification": 3, "alexa:cloud:page": 2, "alexa:cloud:wake_word": 1, "recording:audio": 5,
    }  # fmt: skip
    (first,) = {event["message"] for event in events if event.get("locator") == "json:/0/response/activities/4"}
    assert first == (
        "The account's history records an utterance with status SUCCESS; the text recognised by the service is"
        ' "alexa never mind".'
    )


def test_psort_finds_our_tagging_rules_in_its_data_folder(
    python: Run, demo_case: Callable[[str], Path], tmp_path: Path
) -> None:
    # psort writes the tags into the storage file.
    shutil.copy(demo_case("echo-data.img") / "store.plaso", tmp_path / "x.plaso")
    arguments = ("--analysis", "tagging", "--tagging-file", "tag_alexa.txt", "-o", "json_line", "-w", "out.jsonl")
    python("-m", "echoforensics", "psort", *QUIET, *arguments, "x.plaso")
    events = [json.loads(line) for line in (tmp_path / "out.jsonl").read_text("utf-8").splitlines()]
    tagged = [event for event in events if "tag" in event]
    wake_words = [event for event in events if event["data_type"] == "echo:log:wake_word"]
    assert wake_words
    assert all("alexa_wake_word" in event["tag"]["labels"] for event in wake_words)
    assert len(tagged) < len(events)


def test_image_export_knows_our_artefact_definitions(python: Run, demo_evidence: Path, tmp_path: Path) -> None:
    arguments = ("--artifact_filters", "AlexaEchoFirstGeneration", "-w", "exported", "--unattended")
    python(
        "-m", "echoforensics", "image_export", "-q", "--logfile", "x.log", *arguments, demo_evidence / "echo-data.img"
    )
    found = {path.name for path in (tmp_path / "exported").rglob("*") if path.is_file()}
    assert {"messages", "messages_00000102_20240309221500.gz", "volume"} <= found


def test_pinfo_reads_a_store_in_which_several_files_had_warnings(python: Run, tmp_path: Path) -> None:
    folder = tmp_path / "evidence"
    folder.mkdir()
    for name in ("a.zip", "b.zip"):
        with zipfile.ZipFile(folder / name, "w") as archive:
            archive.writestr("x.txt", b"text")
        content = (folder / name).read_bytes()
        (folder / name).write_bytes(content.replace(b"PK\x01\x02", b"PK\x01\x09"))
    arguments = ("--single_process", "--unattended", *QUIET, "--storage_file", "x.plaso", "--parsers", "alexa")
    python("-m", "echoforensics", "log2timeline", *arguments, folder)
    printed = python("-m", "echoforensics", "pinfo", "x.plaso").stdout
    assert "a.zip" in printed
    assert "b.zip" in printed
    assert "No analysis reports stored." in printed


def test_the_data_folder_can_be_written_for_plain_psort(
    python: Run, demo_case: Callable[[str], Path], tmp_path: Path
) -> None:
    python("-m", "echoforensics", "plaso", "data", "own-data")
    shutil.copy(demo_case("phone") / "store.plaso", tmp_path / "x.plaso")
    python("-m", "plaso.scripts.psort", *QUIET, "--data", "own-data", "-o", "dynamic", "-w", "out.csv", "x.plaso")
    written = (tmp_path / "out.csv").read_text("utf-8")
    assert "WARNING DEFAULT FORMATTER" not in written
    assert "Voice recording" in written
    refused = python("-m", "echoforensics", "plaso", "data", "own-data", code=2)
    assert "exists and is not an empty folder" in refused.stderr
