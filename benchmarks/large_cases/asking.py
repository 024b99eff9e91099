"""Rows written as Parquet by day, and asked: ``python -m benchmarks.large_cases.asking --rows N``.

The rows are made, not extracted: what is measured is the writing and the asking. Processor time, so that a busy
machine says the same.
"""

from __future__ import annotations

import argparse
import resource
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from benchmarks.large_cases.made_rows import made_rows
from echoforensics.case.sql_query.query_database import QueryDatabase
from echoforensics.export.about import AboutExport
from echoforensics.export.parquet import write_by_day
from echoforensics.querying.answers import QueryAnswer

QUERIES = {
    "count": "SELECT count(*) FROM rows",
    "rows by data type": "SELECT data_type, count(*) FROM rows GROUP BY 1 ORDER BY 1",
    "one day": "SELECT count(*) FROM rows WHERE datetime >= '2024-03-09' AND datetime < '2024-03-10'",
    "one device, by time": (
        "SELECT datetime, message FROM rows WHERE device_serial LIKE '%00000000007' ORDER BY datetime"
    ),
    "a text": "SELECT count(*) FROM rows WHERE message ILIKE '%ten minutes%'",
    "recordings in more than one evidence item": (
        "SELECT recording, count(DISTINCT evidence) AS n FROM rows WHERE recording IS NOT NULL GROUP BY 1 HAVING n > 1"
    ),
    "busiest device of each day": (
        "SELECT day, device_serial, n FROM (SELECT datetime::DATE AS day, device_serial, count(*) AS n FROM rows"
        " GROUP BY 1, 2) QUALIFY row_number() OVER (PARTITION BY day ORDER BY n DESC, device_serial) = 1"
    ),
}
#: How many rows are made to see what making them takes.
_SAMPLE = 100_000
_ABOUT = AboutExport("made", "", "", "", datetime(2026, 1, 1, tzinfo=UTC), "benchmark", None, {})


def section(folder: Path, rows: int) -> str:
    """A part of the results."""
    sample = min(rows, _SAMPLE)
    made = _processor(lambda: sum(1 for _ in made_rows(sample))) * rows / sample
    written = _processor(lambda: write_by_day(made_rows(rows), folder, _ABOUT)) - made
    files = sorted(folder.rglob("*.parquet"))
    size = sum(path.stat().st_size for path in files)
    lines = ["| query | rows of the answer | wall s | processor s |", "|---|---|---|---|"]
    for name, sql in QUERIES.items():
        with QueryDatabase() as database:
            database.fill([], [("made", files)], sql)
            begun, used = time.perf_counter(), time.process_time()
            count = sum(1 for _ in QueryAnswer(database, sql, "").rows())
            wall, processor = time.perf_counter() - begun, time.process_time() - used
        lines.append(f"| {name} | {count:,} | {wall:.2f} | {processor:.2f} |")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return "\n".join((
        "## Parquet, written and asked", "",
        f"{rows:,} rows of 1,000 devices over a year, in {len(files)} files by day: {size / 1e6:,.0f} MB"
        f" ({size / rows:.0f} bytes a row). Written in {written:.1f} s of processor time, without that for making the"
        f" rows ({rows / written:,.0f} rows/s). Peak memory of all of it: {peak:,.0f} MiB.", "", *lines, "",
        f"    python -m benchmarks.large_cases.asking --rows {rows}", "",
    ))  # fmt: skip


def _processor(run: Callable[[], int]) -> float:
    used = time.process_time()
    run()
    return time.process_time() - used


def main() -> None:
    """Print the part of the results."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--rows", type=int, default=1_000_000)
    given = arguments.parse_args()
    with tempfile.TemporaryDirectory(prefix="echoforensics-bench-") as folder:
        print(section(Path(folder), given.rows))


if __name__ == "__main__":
    main()
