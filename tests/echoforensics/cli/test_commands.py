from __future__ import annotations

import csv
import io
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner

from echoforensics.cli.main import cli

ROOT = Path(__file__).parents[3]
Run = Callable[..., "subprocess.CompletedProcess[str]"]


def test_whole_job_from_the_command_line(run: Run, sample_sources: list[Path], tmp_path: Path) -> None:
    done = run("extract", *sample_sources, "-c", "case", "--examiner", "A. Person", "--json")
    assert done.returncode == 3, done.stderr
    outcome = json.loads(done.stdout)
    assert (outcome["evidence"], outcome["issues"]) == (3, 1)
    assert "No examiner key was found; created " in done.stderr

    text = run("timeline", "case", "-f", "jsonl").stdout
    rows = [json.loads(line) for line in text.splitlines()]
    assert len(rows) == outcome["rows"]
    assert text == run("timeline", "case", "-f", "jsonl", "-o", "t.jsonl").stdout + (tmp_path / "t.jsonl").read_text()

    shown = run("verify", "case")
    assert (shown.returncode, shown.stdout.splitlines()[-1]) == (0, "Verified.")
    assert json.loads(run("verify", "case", "--json").stdout)["ok"] is True

    trace = run("trace", "case", rows[0]["exhibit"])
    assert trace.returncode == 0
    assert "Read again from the evidence." in trace.stdout
    assert "the same as when it was extracted" in trace.stdout

    report = run("report", "case", "-o", "bundle")
    assert report.returncode == 0, report.stderr
    assert (tmp_path / "bundle" / "index.html").is_file()


@pytest.mark.parametrize("option", ["--fingerprint", "--expect-head"])
def test_verify_refuses_what_is_no_hash(run: Run, copy_of_sealed: Path, option: str) -> None:
    done = run("verify", copy_of_sealed, option, "xyz")
    assert done.returncode == 2
    assert f"{option}: 'xyz' is not the 64 hexadecimal digits of a SHA-256" in done.stderr


def test_verify_fails_with_one(run: Run, copy_of_sealed: Path) -> None:
    victim = next(path for path in sorted((copy_of_sealed / "artefacts").rglob("*")) if path.is_file())
    victim.write_bytes(victim.read_bytes() + b"x")

    done = run("verify", copy_of_sealed)

    assert (done.returncode, done.stdout.splitlines()[-1]) == (1, "VERIFICATION FAILED")


@pytest.mark.parametrize(
    "arguments",
    [
        ("extract", "absent", "-c", "case", "--unsigned"),
        ("extract", "empty", "-c", "case", "--unsigned"),
        ("extract", "junk", "-c", "case", "--unsigned"),
        ("extract", "folder", "-c", "folder/case", "--unsigned"),
        ("extract", "folder", "-c", "case", "--unsigned", "--timezone", "Nowhere/At_All"),
        ("extract", "folder", "-c", "case", "--key", "absent.pem"),
        ("timeline", "folder"),
        ("verify", "absent"),
        ("trace", "absent", "EF-1"),
        ("verify", "junk"),
        ("case", "drop", "folder", "1", "--reason", "x", "--unsigned"),
        ("report", "absent", "-o", "x"),
        ("key", "show"),
        ("parsers", "no_such_parser"),
    ],
)
def test_wrong_input_ends_with_two_and_one_line(arguments: tuple[str, ...], run: Run, tmp_path: Path) -> None:
    (tmp_path / "empty").write_bytes(b"")
    (tmp_path / "junk").write_bytes(b"nothing anybody knows" * 100)
    (tmp_path / "folder").mkdir()

    done = run(*arguments)

    assert done.returncode == 2
    lines = [line for line in done.stderr.splitlines() if not line.startswith("UNSIGNED")]
    assert len(lines) == 1, done.stderr
    assert lines[0].startswith("echoforensics: ")
    assert "Traceback" not in done.stderr


def test_timeline_options(run: Run, sealed: object, copy_of_sealed: Path) -> None:
    def rows(*options: str) -> list[dict[str, str]]:
        done = run("timeline", copy_of_sealed, "-f", "jsonl", *options)
        assert done.returncode == 0, done.stderr
        return [json.loads(line) for line in done.stdout.splitlines()]

    everything = rows()
    assert {row["recording"] is None for row in rows("--recordings-only")} == {False}
    assert {row["data_type"] for row in rows("--type", "alexa:cloud:activity")} == {"alexa:cloud:activity"}
    assert {row["local_time"][-6:] for row in rows("--timezone", "Asia/Seoul", "--from", "2024-03-09")} == {"+09:00"}
    evening = rows("--from", "2024-03-09T21:00", "--to", "2024-03-09T22:00", "--timezone", "UTC")
    assert 0 < len(evening) < len(everything)
    assert all("2024-03-09T21" in row["datetime"] for row in evening)
    assert rows("--search", "lights")
    assert rows("--search", "no such words at all") == []
    table = run("timeline", copy_of_sealed).stdout
    assert len(list(csv.reader(io.StringIO(table)))) == len(everything) + 1


@pytest.mark.parametrize("content", [None, b"", b"not a ledger\n"])
def test_case_without_a_sound_ledger_is_reported_in_one_line(
    content: bytes | None, run: Run, copy_of_sealed: Path
) -> None:
    ledger = copy_of_sealed / "custody.jsonl"
    ledger.unlink()
    if content is not None:
        ledger.write_bytes(content)

    for arguments in (
        ("verify", copy_of_sealed),
        ("report", copy_of_sealed, "-o", "bundle"),
        ("timeline", copy_of_sealed),
        ("trace", copy_of_sealed, "1"),
    ):
        done = run(*arguments)
        assert "Traceback" not in done.stderr, arguments
        assert done.returncode == 1, arguments
        assert "EF-0000001" not in done.stdout
    done = run("timeline", copy_of_sealed, "--unverified")
    assert (done.returncode, done.stderr[:11]) == (0, "UNVERIFIED:")
    messages = [row["message"] for row in csv.DictReader(io.StringIO(done.stdout))]
    assert {message[:13] for message in messages} == {"[UNVERIFIED] "}


def test_nothing_is_written_into_a_case_or_a_source(run: Run, copy_of_sealed: Path, sample_sources: list[Path]) -> None:
    for target in (copy_of_sealed / "x.csv", sample_sources[2] / "x.csv"):
        done = run("timeline", copy_of_sealed, "-o", target)
        assert done.returncode == 2
        assert "nothing is written there" in done.stderr
        assert not target.exists()


def test_reader_that_stops_early_is_no_error(run: Run, copy_of_sealed: Path) -> None:
    command = f"{sys.executable} -m echoforensics timeline {copy_of_sealed} -f jsonl | head -c 100"
    done = subprocess.run(
        ["bash", "-o", "pipefail", "-c", command],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert "Traceback" not in done.stderr


def test_keys(run: Run, tmp_path: Path) -> None:
    made = run("key", "create", "mine.pem", ECHOFORENSICS_PASSPHRASE="long and secret")
    assert made.returncode == 0, made.stderr
    fingerprint = made.stdout.split("fingerprint")[1].split()[0]
    assert len(fingerprint) == 64
    assert b"ENCRYPTED" in (tmp_path / "mine.pem").read_bytes()
    assert (tmp_path / "mine.pem").stat().st_mode & 0o777 == 0o600

    assert run("key", "create", "mine.pem", ECHOFORENSICS_PASSPHRASE="x").returncode == 2
    assert run("key", "show", "mine.pem", ECHOFORENSICS_PASSPHRASE="wrong").returncode == 2
    assert run("key", "show", "mine.pem").returncode == 2
    shown = run("key", "show", "mine.pem", ECHOFORENSICS_PASSPHRASE="long and secret")
    assert fingerprint in shown.stdout
    assert "BEGIN PUBLIC KEY" in shown.stdout

    drawn = run("key", "create", "other.pem")
    assert drawn.returncode == 0
    assert run("key", "show", "other.pem").returncode == 0
    assert (tmp_path / "other.pem.passphrase").stat().st_mode & 0o777 == 0o600


def test_parsers_are_listed_and_described(run: Run) -> None:
    names = [line.split()[0] for line in run("parsers").stdout.splitlines()]
    assert len(names) >= 5
    for name in names:
        described = CliRunner().invoke(cli, ["parsers", name]).output
        assert "Known by" in described
        assert "Does not show" in described
    assert run("parsers", names[0]).stdout == CliRunner().invoke(cli, ["parsers", names[0]]).output
    assert [one["name"] for one in json.loads(run("parsers", "--json").stdout)] == names


def test_demo_runs_twice_and_leaves_strangers_alone(run: Run, tmp_path: Path) -> None:
    if shutil.which("mkfs.ext4", path="/usr/sbin:/sbin:/usr/bin") is None:
        pytest.skip("mkfs.ext4 is not installed")
    for _ in range(2):
        done = run("demo", "here")
        assert done.returncode == 0, done.stderr
        assert "FAIL artefacts" in done.stdout
        assert str(tmp_path / "here" / "report" / "index.html") in done.stdout.splitlines()[-1]
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "thesis.txt").write_text("mine")
    assert run("demo", "full").returncode == 2
    assert (tmp_path / "full" / "thesis.txt").read_text() == "mine"


def test_every_command_explains_itself(run: Run) -> None:
    listed = run("--help").stdout
    for name in ("demo", "extract", "timeline", "trace", "report", "verify", "key", "parsers"):
        assert name in listed
        assert run(name, "--help").returncode == 0
