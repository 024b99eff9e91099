from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
from collections.abc import Callable, Iterable
from pathlib import Path

import pytest

from echoforensics.case.case import Case
from echoforensics.case.exhibits.row import Query
from echoforensics.case.row_query import rows
from echoforensics.export import jsonl
from echoforensics.verification import verify_case
from tests.killed_at_call import killing_program

#: The sample holds a recording that breaks off, so a whole run ends with this.
INCOMPLETE = 3
#: Even a few files are parsed by the pool.
POOLED = "from echoforensics.extraction import parsing; parsing.POOL_FILES = 1"


def _arguments(case: Path, sources: list[Path], workers: int = 1) -> list[str]:
    return ["extract", *map(str, sources), "-c", str(case), "--unsigned", "--workers", str(workers)]


def _command(case: Path, sources: list[Path]) -> list[str]:
    return [sys.executable, "-m", "echoforensics", *_arguments(case, sources)]


def _environment() -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": str(Path(__file__).parents[4])}


def _timeline(case: Path, target: Path) -> bytes:
    with Case.open(case) as opened, target.open("w", encoding="utf-8") as stream:
        jsonl.write(rows(opened.store, Query()), stream)
    return target.read_bytes()


def _killed_at(call: int, case: Path, sources: list[Path], workers: int) -> int:
    """Extract, and be killed at the call of a function of this number.

    Calls are counted, not seconds, so that a busy machine kills where an idle one does. Gives 0; or how many calls
    there were, if the command ended before.
    """
    command = [sys.executable, "-c", killing_program(POOLED), str(call), *_arguments(case, sources, workers)]
    done = subprocess.run(command, env=_environment(), stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=False)
    if done.returncode == -signal.SIGKILL:
        return 0
    assert done.returncode == INCOMPLETE
    return int(done.stdout.splitlines()[-1])


@pytest.mark.parametrize("workers", [1, 2])
def test_killed_at_any_moment_leaves_a_case_that_verifies_and_completes(
    workers: int, sample_sources: list[Path], tmp_path: Path, series: Callable[..., Iterable[int]]
) -> None:
    calls = _killed_at(0, tmp_path / "whole", sample_sources, workers)
    expected = _timeline(tmp_path / "whole", tmp_path / "whole.jsonl")
    # For endurance: seventy cases, each killed up to three times.
    for number in series(70, share=70):
        draw, case = random.Random(number), tmp_path / f"killed-{number}"
        # Each of the runs that are killed begins where the one before left off. Most is written towards the end.
        for _ in range(3):
            killed = _killed_at(calls - int(calls * draw.random() ** 2), case, sample_sources, workers) == 0
            if (case / "case.db").exists():
                assert verify_case(case, sources=False, allow_incomplete=True).ok
            if not killed:
                break
        last = subprocess.run(_command(case, sample_sources), env=_environment(), check=False)

        assert last.returncode == INCOMPLETE
        result = verify_case(case)
        assert (result.ok, result.complete) == (True, True)
        assert _timeline(case, tmp_path / "killed.jsonl") == expected


def test_killed_while_the_database_was_made_the_next_run_completes(tmp_path: Path, sample_sources: list[Path]) -> None:
    case = tmp_path / "case"
    (case / "artefacts").mkdir(parents=True)
    for name in ("case.db.partial", "case.db.partial-journal"):
        (case / name).write_bytes(b"half written")

    done = subprocess.run(_command(case, sample_sources[-1:]), env=_environment(), check=False)

    assert done.returncode in (0, 3)
    assert verify_case(case).complete
    assert not list(case.glob("case.db.partial*"))
