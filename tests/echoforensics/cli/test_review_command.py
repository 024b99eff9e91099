"""``echoforensics review``, as its user runs it."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from tests.echoforensics.cli.conftest import Run

ROOT = Path(__file__).parents[3]
Serve = Callable[..., "Iterator[Server]"]


class Server:
    """A server that runs: what it said, and where it is."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        assert process.stdout is not None
        self.process = process
        self.lines: list[str] = []
        for line in process.stdout:
            self.lines.append(line.rstrip("\n"))
            if line.startswith(("link", "no link")) or len(self.lines) == 3:
                break
        self.origin = next((line.removeprefix("open ") for line in self.lines if line.startswith("open ")), "")

    def stop(self, how: signal.Signals = signal.SIGINT) -> tuple[int, str]:
        self.process.send_signal(how)
        _, errors = self.process.communicate()
        return self.process.returncode, errors


@contextmanager
def serving(demo: Path, room: Path, *options: str) -> Iterator[Server]:
    arguments = ["review", demo / "case", "--key", demo / "examiner.pem", "--room", room, "--port", "0", *options]
    with subprocess.Popen(
        [sys.executable, "-m", "echoforensics", *map(str, arguments)],
        env={**os.environ, "PYTHONPATH": str(ROOT), "HOME": str(room.parent)}, stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    ) as process:  # fmt: skip
        try:
            yield Server(process)
        finally:
            process.kill()


def test_the_first_start_shows_a_link_and_where_to_open_it(run: Run, demo: Path, tmp_path: Path) -> None:
    with serving(demo, tmp_path / "room") as server:
        where, opened, link = server.lines
        page = httpx.get(server.origin, follow_redirects=True)
        offered = httpx.get(link.rpartition(" ")[2].replace("/set-up/", "/api/set-up/")).json()
        code, errors = server.stop()

    assert where == f"review room of case: {tmp_path / 'room'}"
    assert re.fullmatch(r"open http://localhost:\d+", opened)
    assert link.startswith("link for the first supervisor, good once and for a day: http://localhost:")
    assert (page.status_code, str(page.url)) == (200, f"{server.origin}/sign-in?next=%2Fwork")
    assert (offered["role"], offered["webauthn"]["rp"]["id"]) == ("supervisor", "localhost")
    assert code == 0
    head = errors.rpartition(" ")[2].strip()
    verified = run("verify", tmp_path / "room", "--expect-head", head)
    assert verified.returncode == 0, verified.stdout
    assert "Verified." in verified.stdout
    ledger = tmp_path / "room" / "audit.jsonl"
    ledger.write_bytes(ledger.read_bytes().replace(b"person added", b"person addid", 1))
    altered = run("verify", tmp_path / "room", "--json")
    assert altered.returncode == 1
    assert '"ok": false, "kind": "review room"' in altered.stdout


def test_a_new_link_is_made_for_a_person_and_sigterm_stops_it_as_cleanly(demo: Path, tmp_path: Path) -> None:
    with serving(demo, tmp_path / "room") as server:
        assert server.stop(signal.SIGTERM)[0] == 0
    with serving(demo, tmp_path / "room", "--new-link", "supervisor") as server:
        link = server.lines[2]
        offered = httpx.get(link.rpartition(" ")[2].replace("/set-up/", "/api/set-up/")).json()

    assert link.startswith("link for supervisor, good once")
    assert offered["name"] == "supervisor"
    whats = re.findall('"action":"([^"]+)"', (tmp_path / "room" / "audit.jsonl").read_text())
    assert whats[-4:] == ["link made", "server stopped", "server started", "link made"]


@pytest.mark.parametrize(
    ("options", "why"),
    [
        (["--certificate", "a.pem"], "go together"),
        (["--new-link", "nobody", "--port", "0"], "no account with the name 'nobody'"),
        (["--host", "192.0.2.7", "--port", "0"], "cannot listen"),
    ],
)
def test_what_cannot_be_served_says_why(run: Run, demo: Path, tmp_path: Path, options: list[str], why: str) -> None:
    done = run("review", demo / "case", "--key", demo / "examiner.pem", "--room", tmp_path / "room", *options)

    assert done.returncode == 2
    assert why in done.stderr


def test_a_case_whose_seal_fails_is_refused(run: Run, demo: Path, tmp_path: Path) -> None:
    shutil.copytree(demo / "case", tmp_path / "copy")
    with (tmp_path / "copy" / "case.db").open("r+b") as stream:
        stream.seek(5000)
        stream.write(b"altered")

    done = run("review", tmp_path / "copy", "--key", demo / "examiner.pem", "--port", "0")

    assert done.returncode == 1
    assert "only a case that is as it was sealed is reviewed" in done.stderr
