"""Several images by one process, by a pool, and by Dask: ``python -m benchmarks.large_cases.engines``.

Each image is a disk with what an Echo has on it, and differs from the others in its last sector.
"""

from __future__ import annotations

import argparse
import shutil
import statistics
import sys
import tempfile
from pathlib import Path

from benchmarks.measure import Contender, commands, compare
from benchmarks.scale.echo_disk import build

_ENGINES = {
    "one process": ("--workers", "1"),
    "pool, 2 workers": ("--workers", "2"),
    "Dask, 2 workers of this machine": ("--dask", "local", "--workers", "2"),
}
_SECTOR = 512
#: Counts the processor time of workers, which are no children of the command.
_FAMILY = (sys.executable, "-m", "benchmarks.large_cases.whole_family")


def section(work: Path, images: int, mebibytes: int, runs: int) -> str:
    """A part of the results."""
    first = work / "0.dd"
    build(first, mebibytes)
    for number in range(1, images):
        shutil.copyfile(first, work / f"{number}.dd")
    for number in range(images):
        with (work / f"{number}.dd").open("ab") as stream:
            stream.write(b"%d" % number + bytes(_SECTOR - len(str(number))))
    sources = [str(work / f"{number}.dd") for number in range(images)]
    case = work / "case"
    contenders = [
        Contender(
            name,
            [
                *_FAMILY,
                sys.executable,
                "-m",
                "echoforensics",
                "extract",
                *sources,
                "-c",
                str(case),
                "--unsigned",
                *options,
            ],
            ["rm", "-rf", str(case)],
            once=runs == 1,
        )
        for name, options in _ENGINES.items()
    ]
    compare(contenders, runs)
    size = sum(path.stat().st_size for path in case.rglob("*") if path.is_file())
    lines = ["| engine | wall s | processor s | peak MiB of all processes |", "|---|---|---|---|"]
    lines += [
        f"| {each.name} | {each.median:.1f} | {statistics.median(each.processor):.1f}"
        f" | {statistics.median(each.peak_mib):,.0f} |"
        for each in contenders
    ]
    return "\n".join((
        "## One process, a pool, Dask", "",
        f"{images} images of {mebibytes} MiB; the case has {size / 2**20:,.0f} MiB."
        " Wall time says something on an idle machine only.", "", *lines, "", commands(contenders, work), "",
    ))  # fmt: skip


def main() -> None:
    """Print the part of the results."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--images", type=int, default=8)
    arguments.add_argument("--mebibytes", type=int, default=256, help="size of each image")
    arguments.add_argument("--runs", type=int, default=3, help="counted runs of each command")
    given = arguments.parse_args()
    with tempfile.TemporaryDirectory(prefix="echoforensics-bench-") as work:
        print(section(Path(work), given.images, given.mebibytes, given.runs))


if __name__ == "__main__":
    main()
