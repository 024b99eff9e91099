"""Rows into a case from a thousand on, each ten times as many: ``python -m benchmarks.scale.growth --rows N...``.

Of each size: processor time, peak memory, and how large the case is; of all of them the exponent with which the time
grows (1: in proportion). R is as in ``benchmarks/rows_into_case.py``, taken at each size in the same run.
"""

from __future__ import annotations

import argparse
import math
import shlex
import statistics
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from benchmarks.measure import Contender
from benchmarks.rows_into_case import KINDS, extract, plain

#: Of recordings a tenth as many are made: each is a file.
_TENTH = "recordings"
#: Smaller sizes say more of the start than of the rows, and are left out of the exponent.
_FITTED_FROM = 10_000
#: Of what takes little time, so many runs: the least counts.
_TIMES = 3


@dataclass(frozen=True)
class Size:
    """What a number of rows came to.

    Attributes:
        rows: how many.
        seconds: of processor time, without the start.
        once: R for as many rows, seconds.
        peak_mib: of the command and its workers together.
        share: size of case.db as a multiple of the source's.
    """

    rows: int
    seconds: float
    once: float
    peak_mib: float
    share: float


def grow(work: Path, kind: str, sizes: list[int]) -> list[Size]:
    """Extract sources of one kind and of these sizes."""
    empty = work / "empty"
    empty.mkdir(exist_ok=True)
    start = min(extract(empty, work / f"nothing {kind} {number}") for number in range(_TIMES))
    return [_size(work / f"{kind} {rows}", kind, rows, start) for rows in sizes]


def _size(folder: Path, kind: str, rows: int, start: float) -> Size:
    source, case = folder / "source", folder / "case"
    source.mkdir(parents=True)
    KINDS[kind](source, rows)
    command = [sys.executable, "-m", "echoforensics", "extract", str(source), "-c", str(case), "--unsigned"]
    whole = Contender(f"{kind}, {rows} rows", command)
    print(whole.name, file=sys.stderr)
    whole.run(counted=True)
    once = min(plain(folder, rows) for _ in range(_TIMES if rows < _FITTED_FROM else 1))
    share = (case / "case.db").stat().st_size / sum(path.stat().st_size for path in source.iterdir())
    return Size(rows, whole.processor[0] - start, once, whole.peak_mib[0], share)


def exponent(sizes: list[Size]) -> float:
    """With which power of the number of rows the time grows: the slope of a straight line through the logarithms."""
    fitted = [size for size in sizes if size.rows >= _FITTED_FROM and size.seconds > 0]
    if len(fitted) < 2:
        return math.nan
    logarithms = [(math.log(size.rows), math.log(size.seconds)) for size in fitted]
    return statistics.linear_regression(*zip(*logarithms, strict=True)).slope


def section(work: Path, kinds: list[str], rows: list[int]) -> str:
    """A part of the results."""
    lines = ["| kind | rows | processor s | R | peak MiB | case.db / source |", "|---|---|---|---|---|---|"]
    powers = []
    for kind in kinds:
        grown = grow(work, kind, [count // 10 for count in rows] if kind.startswith(_TENTH) else rows)
        lines += [
            f"| {kind} | {size.rows:,} | {size.seconds:.2f} | {size.seconds / size.once:.1f} | {size.peak_mib:.0f}"
            f" | {size.share:.1f} |"
            for size in grown
        ]
        if len(grown) > 1:
            powers.append(f"{kind} {exponent(grown):.2f}")
    fitted = (
        f" Exponents, fitted from {_FITTED_FROM:,} rows on (1: in proportion): {', '.join(powers)}." if powers else ""
    )
    return "\n".join((
        "## Growth", "",
        f"`extract` of many rows, without the time of an extraction of nothing.{fitted}",
        "", *lines, "",
        f"    python -m benchmarks.scale.growth --kinds {shlex.join(kinds)} --rows {' '.join(map(str, rows))}",
        "",
    ))  # fmt: skip


def main() -> None:
    """Print the part of the results."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--rows", type=int, nargs="+", default=[1_000, 10_000, 100_000, 1_000_000])
    arguments.add_argument("--kinds", nargs="+", default=["CSV"], choices=list(KINDS))
    arguments.add_argument("--output", type=Path, help="where to write the results too")
    given = arguments.parse_args()
    with tempfile.TemporaryDirectory(prefix="echoforensics-bench-") as work:
        text = section(Path(work), given.kinds, given.rows)
    if given.output:
        given.output.write_text(text)
    print(text)


if __name__ == "__main__":
    main()
