"""What a terminal is given, and machines whose locale, names or links are not as usual."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import echoforensics as ef
from echoforensics.cli.progress import pace, remaining
from echoforensics.cli.safe_text import SafeStream, given_text, safe

ROOT = Path(__file__).parents[3]
Run = Callable[..., "subprocess.CompletedProcess[str]"]
_POSIX = pytest.mark.skipif(sys.platform != "linux", reason="names of any bytes are Linux's")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("plain", "plain"),
        ("Küche 台所", "Küche 台所"),
        ("\u202egnp.exe", "\\u202egnp.exe"),
        ("\x1b[2J\x07\x9b", "\\u001b[2J\\u0007\\u009b"),
        ("a\u2066b\u2028c\nd", "a\\u2066b\\u2028c\\u000ad"),
        ("\U000e0041", "\\U000e0041"),
        ("\ud800", "\\ud800"),
        ("👩\u200d🔬", "👩\u200d🔬"),
    ],
)
def test_what_steers_a_terminal_is_written_out(text: str, expected: str) -> None:
    assert safe(text) == expected


def test_a_stream_keeps_its_line_ends_and_json_stays_json() -> None:
    stream = io.StringIO()
    SafeStream(stream).write(json.dumps("\u202ex\x1b", ensure_ascii=False) + "\r\n")
    assert stream.getvalue() == '"\\u202ex\\u001b"\r\n'
    assert json.loads(stream.getvalue()) == "\u202ex\x1b"


@pytest.mark.parametrize(
    ("text", "expected"), [("J\udcc3\udcbcrgen", "Jürgen"), ("Jürgen", "Jürgen"), ("\udcff", "\\xff")]
)
def test_text_that_the_locale_could_not_decode(text: str, expected: str) -> None:
    assert given_text(text) == expected


def test_how_long_yet_is_not_guessed() -> None:
    assert remaining(1, 10**9, 0.001) == ""
    assert remaining(10**6, 10**9, 60) == ""
    assert remaining(10**8, 10**9, 60) == "0:09:00"
    assert remaining(5, 0, 60) == ""
    # Half was read ahead: the other half took its time from the beginning of the stage.
    assert remaining(6 * 10**8, 10**9, 60, 5 * 10**8) == "0:04:00"
    assert remaining(10**9, 10**9, 60, 10**9) == ""
    assert pace(6 * 10**8, 10**9, 60, 5 * 10**8) == "60% of 1,000 MB at 2 MB/s, 0:04:00 left"
    assert pace(10**8, 10**9, 60) == "10% of 1,000 MB at 2 MB/s, 0:09:00 left"


@_POSIX
def test_an_examiner_in_the_c_locale(tmp_path: Path) -> None:
    (tmp_path / "phone").mkdir()
    done = subprocess.run(
        [sys.executable, "-m", "echoforensics", "extract", "phone", "-c", "case", "--unsigned", "--examiner", "Jürgen"],
        env={**os.environ, "PYTHONPATH": str(ROOT), "LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"},
        cwd=tmp_path, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    with ef.open_case(tmp_path / "case") as case:
        assert case.store.info()["examiner"] == "Jürgen"


@_POSIX
def test_a_source_whose_name_is_not_utf_8(run: Run, tmp_path: Path) -> None:
    source = tmp_path / os.fsdecode(b"phone\xff")
    source.mkdir()
    (source / "x").write_text("x")
    for _ in range(2):
        done = run("extract", source, "-c", "case", "--unsigned")
        assert done.returncode == 0, done.stderr
    verified = run("verify", "case")
    assert verified.returncode == 0
    assert "source phone\\udcff: unchanged" in verified.stdout
    with ef.open_case(tmp_path / "case") as case:
        assert [item.location for item in case.evidence()] == [source]


@_POSIX
def test_a_link_in_a_circle(run: Run, tmp_path: Path) -> None:
    (tmp_path / "loop").symlink_to("loop")
    done = run("extract", "loop", "-c", "case", "--unsigned")
    assert (done.returncode, done.stderr.splitlines()[1:]) == (
        2,
        ["echoforensics: loop: there is no such file or folder"],
    )


def test_the_database_of_a_case_is_not_its_folder(run: Run, copy_of_sealed: Path) -> None:
    done = run("verify", copy_of_sealed / "case.db")
    assert done.returncode == 2
    assert f"give the case folder, {copy_of_sealed}\n" in done.stderr


def test_a_journal_beside_the_database(run: Run, copy_of_sealed: Path) -> None:
    # A header of SQLite's rollback journal: magic, one page, nonce, pages of the database, sectors, size of a page.
    numbers = b"".join(number.to_bytes(4, "big") for number in (1, 7, 1, 512, 4096))
    (copy_of_sealed / "case.db-journal").write_bytes(bytes.fromhex("d9d505f920a163d7") + numbers + bytes(8192))
    done = run("verify", copy_of_sealed)
    assert done.returncode == 1
    assert "case.db-journal" in done.stdout + done.stderr


def test_trace_and_interactions_write_out_what_turns_text_about(run: Run, tmp_path: Path) -> None:
    activity: dict[str, Any] = {
        "activityStatus": "SUCCESS", "creationTimestamp": 1710024007007, "utteranceId": None,
        "description": json.dumps({"summary": "alexa \u202egnp.exe"}), "id": "A#1710024007007#AB72C64C86AW2#B0TEST1",
        "registeredCustomerId": "A", "sourceDeviceIds": [{"deviceType": "AB72C64C86AW2", "serialNumber": "B0TEST1"}],
    }  # fmt: skip
    (tmp_path / "x").mkdir()
    (tmp_path / "x" / "activities.json").write_text(json.dumps({"activities": [activity], "startDate": None}))
    assert run("extract", "x", "-c", "case", "--unsigned").returncode == 0
    for command in (("trace", "case", "1"), ("interactions", "case"), ("interactions", "case", "-f", "text")):
        shown = run(*command).stdout
        assert "alexa \\u202egnp.exe" in shown
        assert "\u202e" not in shown
