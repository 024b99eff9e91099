"""How long two workers take on two processors of their own: ``python -m benchmarks.scale.two_processors``.

The clock says something on an idle machine only, so this is worked out from processor seconds. In each stage of a run
(opening, reading and parsing, joining, sealing) two processors are busy for at least as long as the busiest process of
that stage, and for at least half of what all its processes use. One processor takes what all processes use. Processes
that wait for each other within a stage can make it longer, so the clock of an idle machine is a little above this.

On a busy machine the same work takes more processor seconds in one run than in another. So the work of all processes
of a run is compared with the path of the same run, too: that says how well it is shared, and is a little more than
what is gained, as two workers do somewhat more work than one.
"""

from __future__ import annotations

import argparse
import os
import select
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.measure import children_seconds, family
from benchmarks.scale.sources import make_sources
from echoforensics.extraction import run
from echoforensics.extraction.options import Options
from parsers.registry import imported

if TYPE_CHECKING:
    from collections.abc import Mapping

_GOAL = 1.7
#: Seconds between two looks at the processes.
_LOOK = 0.02
_TICKS = os.sysconf("SC_CLK_TCK")
#: Of the fields of /proc/PROCESS/stat after the name: processor time as a user, and in the system.
_USER, _SYSTEM = 11, 12


def used_by(process: int) -> float:
    """Processor seconds of a process; 0 if it has ended."""
    try:
        fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0.0
    return (int(fields[_USER]) + int(fields[_SYSTEM])) / _TICKS


def path_of(stages: Mapping[str, Mapping[int, float]]) -> float:
    """Seconds that two processors take at least."""
    return sum(max([*used.values(), sum(used.values()) / 2]) for used in stages.values())


def measured(source: Path, case: Path, workers: int) -> tuple[float, dict[str, Counter[int]]]:
    """Processor seconds of an extraction in a fresh process: all of them, and by stage and process."""
    command = [sys.executable, "-m", "benchmarks.scale.two_processors", "--one", str(source), str(case), str(workers)]
    used = children_seconds()
    stages: dict[str, Counter[int]] = {}
    stage, before, latest = "start", Counter[int](), Counter[int]()
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        while stage != "end":
            following = (
                process.stdout.readline().strip() if select.select([process.stdout], [], [], _LOOK)[0] else stage
            )
            # What has ended keeps what it was last seen with.
            latest.update({each: used_by(each) - latest[each] for each in family(process.pid) if used_by(each)})
            if following != stage:
                stages.setdefault(stage, Counter()).update(latest - before)
                stage, before = following or "end", latest.copy()
    return children_seconds() - used, stages


def _one(source: Path, case: Path, workers: int) -> None:
    """In the fresh process: extract, and print each stage when it begins."""
    imported()
    last = ""

    def report(message: str, *_: int) -> None:
        nonlocal last
        word = message.split(maxsplit=1)[0]
        stage = word if word in ("joining", "sealing") else "parsing"
        if stage != last:
            print(stage, flush=True)
        last = stage

    print("open", flush=True)
    run.extract([source], case, None, Options(argv=("benchmark",), workers=workers), report)


def section(work: Path, mebibytes: int, rows: int, runs: int) -> str:
    """A part of the results."""
    inputs = make_sources(work, mebibytes, rows)
    lines = [
        "| source | 1: s of one processor | 2: s of all processes | 2: s of two processors, at least"
        " | of it start, opening, joining, sealing | as fast as one, at most | of all processes, at most |",
        "|---|---|---|---|---|---|---|",
    ]  # fmt: skip
    for name, source in inputs.items():
        one = min(measured(source, work / f"case {time.monotonic_ns()}", 1)[0] for _ in range(runs))
        both = (measured(source, work / f"case {time.monotonic_ns()}", 2) for _ in range(runs))
        two, stages = min(both, key=lambda each: path_of(each[1]))
        path, alone = path_of(stages), path_of({stage: used for stage, used in stages.items() if stage != "parsing"})
        lines.append(
            f"| {name} | {one:.2f} | {two:.2f} | {path:.2f} | {alone:.2f} | {one / path:.2f} | {two / path:.2f} |"
        )
    return "\n".join((
        "## Two workers on two processors, from processor seconds", "",
        f"`--workers 1` on one processor against `--workers 2` on two; the goal is {_GOAL}.", "", *lines, "",
        f"    python -m benchmarks.scale.two_processors --mebibytes {mebibytes} --rows {rows}", "",
    ))  # fmt: skip


def main() -> None:
    """Print the part of the results."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--mebibytes", type=int, default=512, help="size of the disk")
    arguments.add_argument("--rows", type=int, default=100_000, help="rows of each other source")
    arguments.add_argument("--runs", type=int, default=2, help="runs of each; the shortest counts")
    arguments.add_argument("--one", nargs=3, metavar=("SOURCE", "CASE", "WORKERS"), help=argparse.SUPPRESS)
    given = arguments.parse_args()
    if given.one:
        _one(Path(given.one[0]), Path(given.one[1]), int(given.one[2]))
        return
    with tempfile.TemporaryDirectory(prefix="echoforensics-bench-") as work:
        print(section(Path(work), given.mebibytes, given.rows, given.runs))


if __name__ == "__main__":
    main()
