"""What cannot be left out of an extraction, each part by itself: ``python -m benchmarks.floors``.

Where a goal is not reached, this says how much of the distance is the work itself: the inserts into the tables that a
case keeps, the hashes that name its records and seal its tables, the reading of a file, its hashes and its copy.
"""

from __future__ import annotations

import argparse
import csv
import hashlib
import json
import resource
import sqlite3
import subprocess
import sys
import tempfile
import time
from contextlib import closing
from pathlib import Path

from benchmarks.rows_into_case import KINDS, make_csv, make_recordings, plain
from echoforensics.case.record_table import index_records
from echoforensics.case.sealing.seal import table_digests
from echoforensics.case.store import Store
from echoforensics.extraction import run
from echoforensics.extraction.options import Options

#: Runs of which the least counts, where other work would make one take longer.
_TIMES = 3
#: The tables that a row of a CSV fills, in the order in which they are filled.
_TABLES = ("forms", "record_values", "timestamps", "places", "exhibits", "interactions", "interaction_members")


def rows_floor(work: Path, rows: int) -> list[str]:
    """The parts of bringing rows of CSV into a case, each with nothing of ours around it, in R."""
    once = plain(work, rows)
    source, case = work / "floor source", work / "floor case"
    source.mkdir()
    make_csv(source, rows)
    run.extract([source], case, None, Options(argv=("benchmark",), workers=1), lambda *_: None)
    took: dict[str, float] = {}
    begun = time.process_time()
    with (source / "utterances.csv").open(encoding="utf-8", newline="") as stream:
        read = sum(1 for _ in csv.reader(stream))
    took[f"reading {read:,} rows with csv"] = time.process_time() - begun
    with closing(sqlite3.connect(case / "case.db")) as db:
        held = {table: db.execute(f"SELECT * FROM {table}").fetchall() for table in _TABLES}
    begun = time.process_time()
    for record in held["record_values"]:
        hashlib.sha256(record[4].encode()).hexdigest()
    took["a SHA-256 for the id of each record"] = time.process_time() - begun
    with closing(Store(work / "floor.db", create=True, write=True)) as store:
        begun = time.process_time()
        with store.transaction():
            for table, listed in held.items():
                marks = ", ".join("?" * len(listed[0]))
                store.db.executemany(f"INSERT INTO {table} VALUES ({marks})", listed)
        took["inserts into the tables and their indexes"] = time.process_time() - begun
        begun = time.process_time()
        with store.transaction():
            index_records(store)
        took["the full-text index, its text read back from the tables"] = time.process_time() - begun
        begun = time.process_time()
        table_digests(store)
        took["digests of the tables, once"] = time.process_time() - begun
    whole = sum(took.values())
    lines = ["| part of a CSV row | R |", "|---|---|"]
    lines += [f"| {name} | {seconds / once:.1f} |" for name, seconds in took.items()]
    return [*lines, f"| all of these | {whole / once:.1f} |"]


def recordings_floor(work: Path, count: int) -> list[str]:
    """What it takes to read small files, hash them twice over, and write them, as a unit; and what extracting takes.

    Before, one recording is extracted, so that what a process makes once is not counted. The least of several runs
    counts.
    """
    source, one = work / "recordings", work / "one recording"
    for folder, recordings in ((source, count), (one, 1)):
        folder.mkdir()
        make_recordings(folder, recordings)
    run.extract([one], work / "warm", None, Options(argv=("benchmark",), workers=1), lambda *_: None)
    unit = took = float("inf")
    for number in range(_TIMES):
        copies = work / f"copies {number}"
        copies.mkdir()
        begun = time.process_time()
        for path in sorted(source.iterdir()):
            content = path.read_bytes()
            hashlib.md5(content, usedforsecurity=False).hexdigest()
            (copies / hashlib.sha256(content).hexdigest()).write_bytes(content)
        unit = min(unit, (time.process_time() - begun) / count)
        case, options = work / f"recordings case {number}", Options(argv=("benchmark",), workers=1)
        begun = time.process_time()
        run.extract([source], case, None, options, lambda *_: None)
        took = min(took, (time.process_time() - begun) / count)
    return [
        f"A recording of 0.1 s, read, hashed (MD5, SHA-256) and written: {unit * 1e6:.0f} us. Extracting one of"
        f" {count:,}: {took * 1e6:.0f} us, {took / unit:.1f} times as much."
    ]


def workers_floor(work: Path, rows: int) -> list[str]:
    """How the processor time of two workers is shared out: no more can be won than the busiest process leaves."""
    lines = ["| kind | the process that writes, s | the others, s | at most as fast |", "|---|---|---|---|"]
    for kind in ("CSV", "Echo log"):
        source, case = work / f"shared {kind}", work / f"shared case {kind}"
        source.mkdir()
        KINDS[kind](source, rows)
        command = [sys.executable, "-m", "benchmarks.floors", "--shares", str(source), str(case)]
        own, others = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
        lines.append(f"| {kind} | {own:.2f} | {others:.2f} | {(own + others) / max(own, others):.2f} |")
    return lines


def shares(source: Path, case: Path) -> tuple[float, float]:
    """Processor seconds of an extraction with two workers: of this process, and of those that it started."""
    begun = time.process_time()
    run.extract([source], case, None, Options(argv=("benchmark",), workers=2), lambda *_: None)
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return time.process_time() - begun, used.ru_utime + used.ru_stime


def section(work: Path, rows: int, recordings: int) -> str:
    """A part of the results."""
    return "\n".join((
        "## Floors", "", "What cannot be left out, each part by itself.", "", *rows_floor(work, rows), "",
        *recordings_floor(work, recordings), "",
        f"Two workers, {rows:,} rows: one file is parsed by one process, while another writes.", "",
        *workers_floor(work, rows), "",
        f"    python -m benchmarks.floors --rows {rows} --recordings {recordings}", "",
    ))  # fmt: skip


def main() -> None:
    """Print the part of the results, or how one extraction is shared out."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--rows", type=int, default=50_000)
    arguments.add_argument("--recordings", type=int, default=2_000)
    arguments.add_argument("--shares", nargs=2, type=Path, metavar=("SOURCE", "CASE"))
    given = arguments.parse_args()
    if given.shares:
        json.dump(shares(*given.shares), sys.stdout)
        return
    with tempfile.TemporaryDirectory(prefix="echoforensics-bench-") as work:
        print(section(Path(work), given.rows, given.recordings))


if __name__ == "__main__":
    main()
