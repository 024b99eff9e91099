"""``-v`` and ``--log FILE`` of every command."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import click
import pytest

from echoforensics.cli.main import SUMMARIES, cli

Run = Callable[..., "subprocess.CompletedProcess[str]"]
_LINE = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z (INFO|ERROR) +(.*)")


@pytest.fixture
def source(tmp_path: Path) -> Path:
    folder = tmp_path / "source"
    folder.mkdir()
    (folder / "one\u202eexe.txt").write_text("one")
    return folder


def _commands(command: click.Command) -> Iterator[click.Command]:
    if isinstance(command, click.Group):
        for each in command.commands.values():
            yield from _commands(each)
    else:
        yield command


@pytest.mark.parametrize("name", sorted(SUMMARIES))
def test_every_command_has_both_once(name: str) -> None:
    for _ in range(2):
        command = cli.get_command(click.Context(cli), name)
        assert command
        for each in _commands(command):
            options = [option for parameter in each.params for option in parameter.opts]
            assert (options.count("-v"), options.count("--log")) == (1, 1)
            assert len(options) == len(set(options))


def test_a_log_says_what_was_done_and_how_it_ended(run: Run, source: Path, tmp_path: Path) -> None:
    done = run("extract", source, "-c", "case", "--unsigned", "--log", "log.txt")
    assert done.returncode == 0, done.stderr
    lines = [_LINE.fullmatch(line) for line in (tmp_path / "log.txt").read_text().splitlines()]
    assert all(lines)
    logged = [line[2] for line in lines if line]
    assert logged[0].startswith("echoforensics ")
    assert "'extract'" in logged[0]
    assert "reading source: one\\u202eexe.txt" in logged
    assert "sealing" in logged
    assert re.fullmatch(r"ended done after \d+\.\d{3} s", logged[-1])
    again = run("verify", "case", "--log", "log.txt")
    assert again.returncode == 0
    assert (tmp_path / "log.txt").read_text().count("ended done") == 2


def test_an_error_is_in_the_log(run: Run, tmp_path: Path) -> None:
    done = run("info", "nothing", "--log", "log.txt")
    assert done.returncode == 2
    text = (tmp_path / "log.txt").read_text()
    assert "ERROR   CaseError: nothing: not a case folder" in text
    assert "ended with CaseError after" in text


def test_verbose_says_it_on_standard_error_and_once(run: Run, source: Path) -> None:
    done = run("extract", source, "-c", "case", "--unsigned", "-v", "--json")
    assert done.stderr.count("sealing") == 1
    assert done.stdout.startswith("{")
    plain = run("verify", "case", "-v")
    assert plain.stderr.count("verifying ledger") == 1


def test_a_log_lies_in_nothing_that_is_sealed_or_hashed(run: Run, source: Path, tmp_path: Path) -> None:
    inside = run("extract", source, "-c", "case", "--unsigned", "--log", source / "log.txt")
    assert inside.returncode == 2
    assert "which the command itself reads or writes" in inside.stderr
    assert run("extract", source, "-c", "case", "--unsigned", "--log", tmp_path / "case" / "x").returncode == 2
    assert not (tmp_path / "case").exists()
    assert run("extract", source, "-c", "case", "--unsigned").returncode == 0
    other = run("parsers", "--log", tmp_path / "case" / "log.txt")
    assert (other.returncode, "lies in a case" in other.stderr) == (2, True)
    assert run("verify", "case").returncode == 0
    assert run("parsers", "--log", "log.txt").returncode == 0
    missing = run("parsers", "--log", tmp_path / "gone" / "log.txt")
    assert (missing.returncode, "cannot be written: No such file or directory" in missing.stderr) == (2, True)


def test_nothing_is_added_to_what_is_no_log(run: Run, source: Path, tmp_path: Path) -> None:
    other = tmp_path / "examiner.pem"
    other.write_text("-----BEGIN ENCRYPTED PRIVATE KEY-----")
    done = run("extract", source, "-c", "case", "--unsigned", "--log", other.name)
    assert done.returncode == 2
    assert "holds something else than a log" in done.stderr
    assert other.read_text() == "-----BEGIN ENCRYPTED PRIVATE KEY-----"
    assert not (tmp_path / "case").exists()
    other.write_text("")
    assert run("extract", source, "-c", "case", "--unsigned", "--log", other.name).returncode == 0


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a device that is always full")
def test_a_log_that_cannot_be_written_is_reported_once(run: Run, source: Path) -> None:
    done = run("extract", source, "-c", "case", "--unsigned", "--log", "/dev/full")
    assert done.returncode == 0
    assert done.stderr.count("is not whole") == 1
    assert "Traceback" not in done.stderr
