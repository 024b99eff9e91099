"""Adding one row to cases of more and more rows: ``python -m benchmarks.scale.adding --rows N...``.

Beside the processor time: how many rows were written out for digests, and how many steps SQLite took, which do not
depend on what else a machine does. ``--added KIND`` is what the one row is of: an alarm of a device bears on no
interaction. An utterance is one: :data:`_LATER` adds one after all others, ``CSV`` one before them, which gives each of
them another number.
"""

from __future__ import annotations

import argparse
import json
import shlex
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from benchmarks.rows_into_case import KINDS, extract
from echoforensics.case.custody.database_file import file_digest
from echoforensics.case.sealing import seal
from echoforensics.case.store import Store
from echoforensics.extraction import run
from echoforensics.extraction.options import Options

#: An utterance of a time after those of the case.
_LATER = "CSV, of a later time"
#: Steps of SQLite between two counts.
_STEPS = 1000


def measured(source: Path, case: Path) -> dict[str, float]:
    """Add a source to a case, in this process: seconds of the processor, rows written out, steps of SQLite."""
    counted = {"rows": 0, "steps": 0}
    digest, opened = seal._digest, Store.__init__  # noqa: SLF001 (what is counted)

    def counting_rows(rows: Any, *others: Any) -> str:
        return digest(_Counted(rows, counted), *others)

    def count_steps() -> int:
        counted["steps"] += _STEPS
        return 0

    def counting_steps(store: Store, *given: Any, **named: Any) -> None:
        opened(store, *given, **named)
        store.db.set_progress_handler(count_steps, _STEPS)

    seal._digest, Store.__init__ = counting_rows, counting_steps  # type: ignore[method-assign] # noqa: SLF001
    begun = time.process_time()
    run.extract([source], case, None, Options(argv=("benchmark",), workers=1), lambda *_: None)
    return {"seconds": time.process_time() - begun, **counted}


class _Counted:
    """A cursor whose rows are counted."""

    def __init__(self, rows: Any, counted: dict[str, int]) -> None:
        self._rows, self._counted = rows, counted

    def fetchmany(self, size: int) -> list[Any]:
        found: list[Any] = self._rows.fetchmany(size)
        self._counted["rows"] += len(found)
        return found


def section(work: Path, sizes: list[int], kinds: list[str]) -> str:
    """A part of the results."""
    lines = ["| rows of the case | one more of | processor s | rows written out | steps of SQLite, thousands |"
             " SHA-256 of case.db alone, s |", "|---|---|---|---|---|---|"]  # fmt: skip
    for kind in kinds:
        (work / kind).mkdir()
        KINDS["CSV" if kind == _LATER else kind](work / kind, 1)
        if kind == _LATER:
            table = work / kind / "utterances.csv"
            table.write_text(table.read_text(encoding="utf-8").replace(",2024-", ",2044-"), encoding="utf-8")
    for rows in sizes:
        source, case = work / f"source {rows}", work / f"case {rows}"
        source.mkdir()
        KINDS["CSV"](source, rows)
        extract(source, case)
        for kind in kinds:
            copy = work / "copy"
            shutil.copytree(case, copy)
            command = [sys.executable, "-m", "benchmarks.scale.adding", "--one", str(work / kind), str(copy)]
            found = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
            begun = time.process_time()
            file_digest(copy / "case.db")
            hashing = time.process_time() - begun
            shutil.rmtree(copy)
            lines.append(
                f"| {rows:,} | {kind} | {found['seconds']:.2f} | {found['rows']:,} | {found['steps'] / 1000:,.0f}"
                f" | {hashing:.2f} |"
            )
    return "\n".join((
        "## Adding one row to a case", "",
        "Without the start of the program. The file is hashed before and after: that much grows with the case,"
        " as nothing is written on top of one that is not as it was sealed. Interactions are numbered by their start:"
        " those after an added one are written again.", "", *lines, "",
        f"    python -m benchmarks.scale.adding --rows {' '.join(map(str, sizes))} --added {shlex.join(kinds)}", "",
    ))  # fmt: skip


def main() -> None:
    """Print the part of the results, or measure one addition."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--rows", type=int, nargs="+", default=[10_000, 100_000])
    arguments.add_argument("--added", nargs="+", default=["SQLite", _LATER, "CSV"], choices=[*KINDS, _LATER])
    arguments.add_argument("--one", nargs=2, type=Path, metavar=("SOURCE", "CASE"))
    given = arguments.parse_args()
    if given.one:
        json.dump(measured(*given.one), sys.stdout)
        return
    with tempfile.TemporaryDirectory(prefix="echoforensics-bench-") as work:
        print(section(Path(work), given.rows, given.added))


if __name__ == "__main__":
    main()
