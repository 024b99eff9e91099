from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

from echoforensics.case.case import Case
from echoforensics.case.row_query import Query, rows
from echoforensics.export import jsonl
from echoforensics.verification import verify_case


def _command(case: Path, sources: list[Path]) -> list[str]:
    return [sys.executable, "-m", "echoforensics", "extract", *map(str, sources), "-c", str(case), "--unsigned"]


def _timeline(case: Path, target: Path) -> bytes:
    with Case.open(case) as opened, target.open("w", encoding="utf-8") as stream:
        jsonl.write(rows(opened.store, Query()), stream)
    return target.read_bytes()


def test_killed_at_any_moment_leaves_a_case_that_verifies_and_completes(
    sample_sources: list[Path], tmp_path: Path
) -> None:
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[3])}
    begun = time.monotonic()
    whole = subprocess.run(_command(tmp_path / "whole", sample_sources), env=environment, check=False)
    took = time.monotonic() - begun
    assert whole.returncode == 3  # the sample holds a recording that breaks off
    draw, case, killed = random.Random(7), tmp_path / "killed", 0

    for number in range(12):
        process = subprocess.Popen(_command(case, sample_sources), env=environment, stderr=subprocess.DEVNULL)
        time.sleep(took * (0.35 + 0.6 * draw.random()) if number else took * 0.5)
        process.send_signal(signal.SIGKILL)
        killed += process.wait() == -signal.SIGKILL
        if (case / "case.db").exists():
            assert verify_case(case, sources=False).ok
    last = subprocess.run(_command(case, sample_sources), env=environment, check=False)

    assert killed >= 6
    assert last.returncode == 3
    result = verify_case(case)
    assert (result.ok, result.complete) == (True, True)
    assert _timeline(case, tmp_path / "a.jsonl") == _timeline(tmp_path / "whole", tmp_path / "b.jsonl")


def test_killed_while_the_database_was_made_the_next_run_completes(tmp_path: Path, sample_sources: list[Path]) -> None:
    case = tmp_path / "case"
    (case / "artefacts").mkdir(parents=True)
    for name in ("case.db.partial", "case.db.partial-journal"):
        (case / name).write_bytes(b"half written")

    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[3])}
    done = subprocess.run(_command(case, sample_sources[-1:]), env=environment, check=False)

    assert done.returncode in (0, 3)
    assert verify_case(case).complete
    assert not list(case.glob("case.db.partial*"))
