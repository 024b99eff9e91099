"""What it costs to bring rows into a case, by kind of evidence and by phase, against sqlite3 with a full-text index.

Everything is CPU time in one run. R is reading as many rows of CSV with ``csv``, and inserting them with an FTS5 index
by ``sqlite3``: as multiples of it, the figures of two machines can be compared.
"""

from __future__ import annotations

import argparse
import csv
import gc
import hashlib
import json
import os
import resource
import sqlite3
import subprocess
import sys
import tempfile
import time
import wave
from contextlib import closing
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from echoforensics.case.entry_table import NewEntry, add_entry
from echoforensics.case.evidence_table import EvidenceState, Opening, add_evidence, set_state
from echoforensics.case.record_id import RecordNumbers
from echoforensics.case.record_table import add_prepared, prepare_all
from echoforensics.case.sealing.seal import table_digests
from echoforensics.case.store import Store
from echoforensics.demo.device_log import log
from echoforensics.demo.story import NearMiss
from echoforensics.extraction.findings import findings
from echoforensics.timeline.numbering import number_rows
from parsers.parser import HEAD_SIZE, Source
from parsers.record import Record
from parsers.registry import claiming, load

if TYPE_CHECKING:
    from collections.abc import Callable

    from echoforensics.case.record_table import PreparedRecord
    from parsers.parser import Parser

T = TypeVar("T")

_START = datetime(2024, 3, 9, tzinfo=UTC)
_WORDS = ("what time is it", "turn on the kitchen light", "play some jazz", "set a timer for ten minutes", "stop")
_PHASES = ("parse", "prepare", "add", "number", "digest")
#: So many runs of what the others are compared with, and of each kind: the least counts.
_TIMES, _RUNS = 3, 2
#: As the program sets it (echoforensics/cli/main.py).
_COLLECT_AFTER = 50_000
#: Records that are prepared and added at once, as an extraction does.
_PREPARED, _AT_ONCE = 100, 1000


def make_csv(folder: Path, rows: int) -> None:
    """A table of utterances of a data export."""
    with (folder / "utterances.csv").open("w", encoding="utf-8", newline="") as stream:
        table = csv.writer(stream)
        table.writerow(("Utterance text", "Utterance Creation Date", "Currently Playing Song", "Contact Name"))
        for row in range(rows):
            when = _START + timedelta(seconds=37 * row)
            table.writerow(
                (f"{_WORDS[row % 5]} {row}", f"{when:%Y-%m-%dT%H:%M:%SZ}", f"Song {row % 977}", "Ann Example")
            )


def make_sqlite(folder: Path, rows: int) -> None:
    """The alarms that a device keeps."""
    with closing(sqlite3.connect(folder / "alarms.db")) as db:
        db.execute("CREATE TABLE Notifications (id TEXT, client TEXT, type TEXT, time INTEGER, earcon TEXT)")
        start = int(_START.timestamp()) * 1000
        found = (
            (f"{row:08x}-alarm", f"client {row % 7}", "ALARM", start + row * 37_000, "chime.wav") for row in range(rows)
        )
        db.executemany("INSERT INTO Notifications VALUES (?, ?, ?, ?, ?)", found)
        db.commit()


def make_log(folder: Path, rows: int) -> None:
    """The system log of an Echo: near misses among its chatter."""
    events = [NearMiss(_START + timedelta(seconds=60 * row, milliseconds=row % 999), 0.5, -2.5) for row in range(rows)]
    (folder / "syslog").write_bytes(log(_START, _START + timedelta(seconds=60 * rows), events))


def make_history(folder: Path, rows: int) -> None:
    """Answers of the service with activities, a hundred in each."""
    pages = [
        {
            "request": f"/api/activities?startTime=&size=100&offset={first}",
            "response": {
                "activities": [_activity(row) for row in range(first, min(first + 100, rows))],
                "startDate": None,
            },
        }
        for first in range(0, rows, 100)
    ]
    (folder / "traffic.json").write_text(json.dumps(pages))


def _activity(row: int) -> dict[str, object]:
    created = int(_START.timestamp()) * 1000 + row * 600_000
    when = datetime.fromtimestamp(created / 1000 - 2, UTC)
    serial = f"B0TEST0000000{row % 3:03d}"
    stream = (
        f"AB72C64C86AW2:1.0/{when:%Y/%m/%d/%H}/{serial}/{when:%M:%S}::TNIH_2V.{row:08x}-5b1e-4f0a-9c3d-{row:012d}ZXV"
    )
    description = {"summary": f"alexa {_WORDS[row % 5]}", "firstUtteranceId": f"{stream}/0", "firstStreamId": stream}
    return {
        "activityStatus": "SUCCESS", "creationTimestamp": created, "description": json.dumps(description),
        "id": f"ATEST#{created}#AB72C64C86AW2#{serial}", "registeredCustomerId": "ATEST", "utteranceId": f"{stream}/0",
        "sourceDeviceIds": [{"deviceType": "AB72C64C86AW2", "serialNumber": serial}], "version": 1,
    }  # fmt: skip


def make_recordings(folder: Path, rows: int) -> None:
    """Short recordings, each another."""
    for row in range(rows):
        with wave.open(str(folder / f"{row}.wav"), "wb") as sound:
            sound.setnchannels(1)
            sound.setsampwidth(2)
            sound.setframerate(16_000)
            sound.writeframes(row.to_bytes(4, "little") * 800)


KINDS = {
    "CSV": make_csv, "SQLite": make_sqlite, "Echo log": make_log, "history JSON": make_history,
    "recordings of 0.1 s": make_recordings,
}  # fmt: skip


def plain(folder: Path, rows: int) -> float:
    """R: CPU seconds of reading rows with ``csv``, and inserting them with a full-text index by ``sqlite3``."""
    (folder / "r").mkdir(exist_ok=True)
    (folder / "r" / "plain.db").unlink(missing_ok=True)
    make_csv(folder / "r", rows)
    before = time.process_time()
    with closing(sqlite3.connect(folder / "r" / "plain.db")) as db:
        db.execute("CREATE VIRTUAL TABLE rows USING fts5(text, time, song, name)")
        with (folder / "r" / "utterances.csv").open(encoding="utf-8", newline="") as stream:
            table = csv.reader(stream)
            next(table)
            db.executemany("INSERT INTO rows VALUES (?, ?, ?, ?)", table)
        db.commit()
    return time.process_time() - before


def phases(folder: Path, database: Path) -> tuple[int, dict[str, float]]:
    """How many rows the files of a folder give, and the CPU seconds of each phase."""
    took = dict.fromkeys(_PHASES, 0.0)
    with closing(Store(database, create=True, write=True)) as store:
        item = add_evidence(store, "made", folder, "folder", [], Opening())
        store.begin()
        for path in sorted(folder.iterdir()):
            _add_file(store, item, path, took)
        set_state(store, item, EvidenceState.EXTRACTED)
        store.commit()
        _timed(took, "number", lambda: number_rows(store))
        _timed(took, "digest", lambda: table_digests(store))
        return store.count("exhibits"), took


def _add_file(store: Store, item: int, path: Path, took: dict[str, float]) -> None:
    content = path.read_bytes()
    sha256, numbers = hashlib.sha256(content).hexdigest(), RecordNumbers()
    new = NewEntry(
        evidence_id=item, path=path.name, addresses=(path.name,), kind="file", state="allocated", note="", times={},
        size=len(content), sha256=sha256, artefact=True, mode=None, read_by=(), remark="", parsed=True,
    )  # fmt: skip
    entry = add_entry(store, new)
    source = Source(path.name, len(content), content[:HEAD_SIZE], lambda: path.open("rb"))
    for parser in claiming(source, load()):
        found = _timed(took, "parse", partial(_records, parser, source))
        made = _timed(took, "prepare", partial(_prepared, found, sha256, numbers, item))
        for first in range(0, len(made), _AT_ONCE):
            _timed(took, "add", partial(add_prepared, store, entry, entry, made[first : first + _AT_ONCE]))


def _records(parser: Parser, source: Source) -> list[Record]:
    return [one for one in findings(parser, source) if isinstance(one, Record)]


def _prepared(found: list[Record], sha256: str, numbers: RecordNumbers, item: int) -> list[PreparedRecord]:
    numbered = [(one, numbers.number(sha256, one.parser, one.locator), ordinal) for ordinal, one in enumerate(found, 1)]
    made: list[PreparedRecord] = []
    for first in range(0, len(numbered), _PREPARED):
        made += prepare_all(numbered[first : first + _PREPARED], sha256, item)
    return made


def _timed(took: dict[str, float], phase: str, work: Callable[[], T]) -> T:
    before = time.process_time()
    result = work()
    took[phase] += time.process_time() - before
    return result


def extract(folder: Path, case: Path) -> float:
    """CPU seconds of the command, with its children.

    Compiled modules are kept beside the case, as an installed program has them: the first run of several makes them.
    """
    environment = {**os.environ, "PYTHONPYCACHEPREFIX": str(case.parent / "compiled")}
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    command = [sys.executable, "-m", "echoforensics", "extract", str(folder), "-c", str(case), "--unsigned"]
    subprocess.run(command, check=True, capture_output=True, env=environment)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def main() -> None:
    """Print a table."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--rows", type=int, default=20_000, help="rows of each kind; of recordings a tenth")
    arguments.add_argument("--kinds", nargs="*", default=list(KINDS), choices=list(KINDS))
    given = arguments.parse_args()
    gc.set_threshold(_COLLECT_AFTER, *gc.get_threshold()[1:])
    with tempfile.TemporaryDirectory(prefix="echoforensics-bench-") as made:
        work = Path(made)
        once = min(plain(work, given.rows) for _ in range(_TIMES)) / given.rows
        empty = work / "empty"
        empty.mkdir()
        # The first run compiles modules, and other work makes any run take longer: the least counts.
        start = min(extract(empty, work / f"case of nothing {number}") for number in range(_TIMES))
        print(
            f"R is {once * 1e6:.1f} us a row, and is taken again beside each kind; an extraction of nothing takes"
            f" {start:.2f} s, which is taken off. Each is the least of {_TIMES} runs, and of {_RUNS} for each kind.\n"
        )
        print(f"| kind | rows | extract, R | {' | '.join(f'{phase}, us' for phase in _PHASES)} | case.db / source |")
        print(f"|---|{'---|' * (len(_PHASES) + 3)}")
        for number, kind in enumerate(given.kinds):
            print(_line(work, number, kind, given.rows, start), flush=True)


def _line(work: Path, number: int, kind: str, rows: int, start: float) -> str:
    source = work / f"source {number}"
    source.mkdir()
    KINDS[kind](source, rows // 10 if kind.startswith("recordings") else rows)
    once, whole = float("inf"), float("inf")
    for run in range(_RUNS):
        once = min(once, plain(work, rows) / rows)
        case = work / f"case {number} {run}"
        whole = min(whole, extract(source, case) - start)
    once = min(once, plain(work, rows) / rows)
    count, took = phases(source, work / f"{number}.db")
    size = (case / "case.db").stat().st_size / sum(path.stat().st_size for path in source.iterdir())
    cells = " | ".join(f"{took[phase] / count * 1e6:.1f}" for phase in _PHASES)
    return f"| {kind} | {count:,} | {whole / count / once:.1f} | {cells} | {size:.1f} |"


if __name__ == "__main__":
    main()
