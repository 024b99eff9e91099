"""One process against two: ``python -m benchmarks.scale.workers``.

Wall-clock time says something on an idle machine only (see :mod:`benchmarks.scale.two_processors`). A single worker
hashes with two threads, and searches an image beside them, so that it uses a second processor too. So the two are also
compared with one worker on one processor, and two workers on two. The inputs are a disk with what an Echo has on it,
and sources of many rows. On the same disk: hashing alone, and log2timeline.
"""

from __future__ import annotations

import argparse
import os
import statistics
import sys
import tempfile
from pathlib import Path

from benchmarks.measure import Contender, commands, compare, table
from benchmarks.scale.sources import make_sources

_WORKERS = (1, 2)
#: One worker is to take at least this many times the wall-clock time of two.
_GOAL = 1.7
_HASHING = (
    "import sys; from chain_of_custody.digest import DEFAULT_ALGORITHMS; from echoforensics.evidence.source import"
    " open_source; open_source(__import__('pathlib').Path(sys.argv[1])).hash(DEFAULT_ALGORITHMS)"
)


def section(work: Path, mebibytes: int, rows: int, runs: int) -> str:
    """A part of the results."""
    inputs = make_sources(work, mebibytes, rows)
    image = next(iter(inputs.values()))
    contenders = {name: _of(work, source) for name, source in inputs.items()}
    lines = [
        "| source | 1: wall s, processor s | 2: wall s, processor s | as fast | 1, on one processor | 2, on two"
        " | as fast |",
        "|---|---|---|---|---|---|---|",
    ]
    for name, compared in contenders.items():
        compare(list(compared), runs)
        cells = []
        for one, two in (compared[:2], compared[2:]):
            faster = statistics.median(first / second for first, second in zip(one.seconds, two.seconds, strict=True))
            cells += [f"{each.median:.2f}, {statistics.median(each.processor):.2f}" for each in (one, two)]
            cells.append(f"{faster:.2f}")
        lines.append(f"| {name} | {' | '.join(cells)} |")
    shown = [each for compared in contenders.values() for each in compared]
    return "\n".join((
        "## Workers", "",
        f"`--workers 1` against `--workers 2`; the goal is {_GOAL} times as fast. First both may use all processors"
        " of the machine: one worker hashes and searches beside its main thread. Then one is bound to one processor,"
        " and two to two.", "", *lines, "",
        commands(shown, work), "", _disk(work, image, contenders[next(iter(inputs))][1], runs),
    ))  # fmt: skip


def _of(work: Path, source: Path) -> tuple[Contender, Contender, Contender, Contender]:
    """Extraction with one worker and with two, on any processors; and on as many processors as workers."""
    processors = [str(number) for number in sorted(os.sched_getaffinity(0))]
    one, two, bound_one, bound_two = (
        Contender(
            f"{source.name}, {count}{', bound' if bound else ''}",
            [*(["taskset", "-c", ",".join(processors[:count])] if bound else []),
             sys.executable, "-m", "echoforensics", "extract", str(source), "-c", str(work / "case"), "--unsigned",
             "--workers", str(count)],
            ["rm", "-rf", str(work / "case")],
        )
        for bound in (False, True)
        for count in _WORKERS
    )  # fmt: skip
    return one, two, bound_one, bound_two


def _disk(work: Path, image: Path, extract: Contender, runs: int) -> str:
    """The same disk, hashed alone, and read by plaso."""
    plaso = work / "store.plaso"
    hashing = Contender("hashing alone (MD5 + SHA-256)", [sys.executable, "-c", _HASHING, str(image)])
    theirs = Contender(
        "log2timeline, 2 workers, its own parsers for Linux, SHA-256 of each file",
        [str(Path(sys.executable).parent / "log2timeline"), "--workers", "2", "--unattended", "-q", "--status_view",
         "none", "--parsers", "linux", "--logfile", str(work / "plaso.log"), "--storage_file", str(plaso), str(image)],
        ["rm", "-f", str(plaso)], once=True,
    )  # fmt: skip
    compare([hashing, theirs], runs)
    contenders = [extract, hashing, theirs]
    return "\n".join((
        "## The Echo disk against hashing and plaso", "", table(contenders, extract), "",
        commands([hashing, theirs], work), "",
    ))  # fmt: skip


def main() -> None:
    """Print the part of the results."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--mebibytes", type=int, default=512, help="size of the disk")
    arguments.add_argument("--rows", type=int, default=100_000, help="rows of each other source")
    arguments.add_argument("--runs", type=int, default=3, help="counted runs of each command")
    given = arguments.parse_args()
    with tempfile.TemporaryDirectory(prefix="echoforensics-bench-") as work:
        print(section(Path(work), given.mebibytes, given.rows, given.runs))


if __name__ == "__main__":
    main()
