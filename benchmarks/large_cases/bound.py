"""A cluster's two workers by the clock, with a processor each: ``python -m benchmarks.large_cases.bound``.

One process uses a second processor too, where there is one: it hashes and searches beside its main thread. So it is
bound to one processor here, and the others to two: a scheduler and the command share them with the workers, which on
machines of their own they do not. The cluster runs already, as one of a laboratory does; ``--dask local`` starts its
own. That says something on an idle machine only.
"""

from __future__ import annotations

import argparse
import os
import statistics
import sys
import tempfile
from pathlib import Path

from benchmarks.large_cases.critical_path import made_images, own_cluster
from benchmarks.measure import Contender, commands, compare
from echoforensics.cluster.connection import forked_workers
from echoforensics.extraction.parts.cluster_run import PRELOAD

#: By name: on how many processors, with which options.
_COMPARED = {
    "one process, on one processor": (1, ("--workers", "1")),
    "pool, 2 workers on two": (2, ("--workers", "2")),
    "Dask, 2 workers on two, started for it": (2, ("--dask", "local", "--workers", "2")),
}
_GOAL = 1.7


def section(work: Path, images: list[Path], runs: int) -> str:
    """A part of the results."""
    with forked_workers(PRELOAD), own_cluster() as cluster:
        running = ("--dask", cluster.scheduler_address, "--workers", "2")
        compared = {**_COMPARED, "Dask, 2 workers on two, that ran before": (2, running)}
        contenders = [_contender(name, *how, images, work / "case") for name, how in compared.items()]
        compare(contenders, runs)
    one = contenders[0]
    lines = ["| engine | wall s | times as fast |", "|---|---|---|"]
    for each in contenders:
        faster = statistics.median(first / other for first, other in zip(one.seconds, each.seconds, strict=True))
        lines.append(f"| {each.name} | {each.median:.1f} | {faster:.2f} |")
    size = sum(image.stat().st_size for image in images) // 2**20
    shown = commands(contenders, work).replace(cluster.scheduler_address, "SCHEDULER")
    return "\n".join((
        "## One processor, and two workers on two", "",
        f"{len(images)} images, {size:,} MiB together, with few rows; the goal is {_GOAL} times as fast.", "",
        *lines, "", shown, "",
    ))  # fmt: skip


def _contender(name: str, count: int, options: tuple[str, ...], images: list[Path], case: Path) -> Contender:
    processors = ",".join(str(number) for number in sorted(os.sched_getaffinity(0))[:count])
    command = [
        "taskset", "-c", processors, sys.executable, "-m", "echoforensics", "extract", *map(str, images),
        "-c", str(case), "--unsigned", *options,
    ]  # fmt: skip
    return Contender(name, command, ["rm", "-rf", str(case)])


def main() -> None:
    """Print the part of the results."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--images", type=int, default=4)
    arguments.add_argument("--mebibytes", type=int, default=1024, help="size of each image")
    arguments.add_argument("--runs", type=int, default=2, help="counted runs of each command")
    given = arguments.parse_args()
    with tempfile.TemporaryDirectory(prefix="echoforensics-bench-") as folder:
        print(section(Path(folder), made_images(Path(folder), given.images, given.mebibytes), given.runs))


if __name__ == "__main__":
    main()
