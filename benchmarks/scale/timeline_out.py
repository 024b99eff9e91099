"""A timeline written out: ours, sqlite3 with json, and psort: ``python -m benchmarks.scale.timeline_out``.

``--plain DATABASE FILE`` writes the rows of a case with ``sqlite3`` and ``json`` and nothing else.
"""

from __future__ import annotations

import argparse
import json
import sqlite3
import statistics
import subprocess
import sys
import tempfile
from contextlib import closing
from pathlib import Path

from benchmarks.measure import Contender, commands, compare, table
from benchmarks.rows_into_case import make_csv


def write_plain(database: Path, target: Path) -> None:
    """Write every row as a line of JSON, in the order of times."""
    with closing(sqlite3.connect(database)) as db, target.open("w", encoding="utf-8") as stream:
        rows = db.execute("SELECT * FROM rows ORDER BY timestamp IS NULL, timestamp, exhibit")
        names = [column[0] for column in rows.description]
        for row in rows:
            stream.write(json.dumps(dict(zip(names, row, strict=True)), ensure_ascii=False) + "\n")


def section(work: Path, rows: int, runs: int) -> str:
    """A part of the results."""
    source, case, store = work / "source", work / "case", work / "store.plaso"
    source.mkdir()
    make_csv(source, rows)
    ours = [sys.executable, "-m", "echoforensics"]
    subprocess.run([*ours, "extract", str(source), "-c", str(case), "--unsigned"], check=True, capture_output=True)
    subprocess.run([*ours, "timeline", str(case), "-f", "plaso", "-o", str(store)], check=True, capture_output=True)
    plain, out, theirs = work / "plain.jsonl", work / "out.jsonl", work / "psort.jsonl"
    contenders = [
        Contender(
            "timeline -f jsonl", [*ours, "timeline", str(case), "-f", "jsonl", "-o", str(out), "--force"],
        ),
        Contender(
            "sqlite3 with json",
            [sys.executable, "-m", "benchmarks.scale.timeline_out", "--plain", str(case / "case.db"), str(plain)],
        ),
        Contender(
            "psort -o json_line",
            [str(Path(sys.executable).parent / "psort"), "--unattended", "-q", "--status_view", "none", "-o",
             "json_line", "--logfile", str(work / "psort.log"), "-w", str(theirs), str(store)],
            ["rm", "-f", str(theirs)],
        ),
    ]  # fmt: skip
    compare(contenders, runs)
    used = [statistics.median(each.processor) for each in contenders]
    return "\n".join((
        "## A timeline written out", "",
        f"{rows:,} rows. In processor time, ours takes {used[0] / used[1]:.2f} times what sqlite3 with json takes (the"
        f" goal is 2), and psort {used[2] / used[0]:.1f} times what ours takes (the goal is 10).", "",
        table(contenders, contenders[0]), "", commands(contenders, work), "",
    ))  # fmt: skip


def main() -> None:
    """Print the part of the results, or write rows with nothing but sqlite3 and json."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--rows", type=int, default=100_000)
    arguments.add_argument("--runs", type=int, default=3, help="counted runs of each command")
    arguments.add_argument("--plain", nargs=2, type=Path, metavar=("DATABASE", "FILE"))
    given = arguments.parse_args()
    if given.plain:
        write_plain(*given.plain)
        return
    with tempfile.TemporaryDirectory(prefix="echoforensics-bench-") as work:
        print(section(Path(work), given.rows, given.runs))


if __name__ == "__main__":
    main()
