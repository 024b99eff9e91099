"""Workers end with the command, however it ends."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

#: The command, with a parser that never comes to an end, and with workers for the smallest source.
COMMAND = """
import signal, sys, time
# A shell that starts the tests in the background has them ignore it, and so everything they start.
signal.signal(signal.SIGINT, signal.default_int_handler)
from echoforensics.cli.main import main
from echoforensics.extraction import parsing
from parsers.parser import About, Parser
from parsers.registry import register
class Endless(Parser):
    name, version, about = "endless", "1", About("Without end", ("echo:endless",), (), "", "")
    def claims(self, source):
        return source.head.startswith(b"endless")
    def parse(self, source):
        while True:
            time.sleep(0.1)
        yield
register(Endless)
parsing.POOL_FILES = 1
main()
"""
INTERRUPTED = 130
#: Far more than it takes, in a machine however busy.
PATIENCE = 60


@pytest.fixture
def running(tmp_path: Path) -> subprocess.Popen[str]:
    """The command, with two workers that are at work."""
    if not Path("/proc/self/task").is_dir():
        pytest.skip("the system does not list the children of a process")
    for number in range(2):
        (tmp_path / "endless").mkdir(exist_ok=True)
        (tmp_path / "endless" / f"{number}.txt").write_text(f"endless {number}")
    arguments = ["extract", tmp_path / "endless", "-c", tmp_path / "case", "--unsigned", "--workers", "2"]
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[4])}
    process = subprocess.Popen(
        [sys.executable, "-c", COMMAND, *map(str, arguments)],
        env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True,
    )  # fmt: skip
    deadline = time.monotonic() + PATIENCE
    while len(children(process.pid)) < 2 and time.monotonic() < deadline:
        time.sleep(0.05)
    return process


def children(process: int) -> list[int]:
    found = Path(f"/proc/{process}/task/{process}/children")
    return [int(child) for child in found.read_text().split()] if found.exists() else []


def _gone(processes: list[int]) -> bool:
    deadline = time.monotonic() + PATIENCE
    while any(map(_runs, processes)) and time.monotonic() < deadline:
        time.sleep(0.05)
    return not any(map(_runs, processes))


def _runs(process: int) -> bool:
    try:
        state = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state != "Z"


@pytest.mark.parametrize("sent", [signal.SIGKILL, signal.SIGTERM])
def test_they_end_when_it_is_killed(running: subprocess.Popen[str], sent: signal.Signals) -> None:
    workers = children(running.pid)
    assert len(workers) == 2

    running.send_signal(sent)
    running.communicate(timeout=PATIENCE)

    assert running.returncode == -sent
    assert _gone(workers)


def test_interrupted_by_the_keyboard_it_says_one_line(running: subprocess.Popen[str]) -> None:
    workers = children(running.pid)
    assert len(workers) == 2

    os.killpg(running.pid, signal.SIGINT)
    _, errors = running.communicate(timeout=PATIENCE)

    assert running.returncode == INTERRUPTED
    assert errors.splitlines()[-1] == "interrupted; repeat the command to continue"
    assert "Traceback" not in errors
    assert _gone(workers)
