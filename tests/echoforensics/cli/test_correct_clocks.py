"""Times by a measured clock are beside those recorded, and never in their place."""

from __future__ import annotations

import csv
import io
import json
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pyarrow.parquet as pq

from echoforensics.case.clocks.clock_corrections import ClockCorrections, Correction
from echoforensics.case.clocks.clock_facts import Basis
from echoforensics.case.clocks.clock_readings import ClockReading

Run = Callable[..., subprocess.CompletedProcess[str]]
S = 1_000_000
#: What the demo's device log measures.
BASIS = "-1.377 s (between -2.399 and -0.765 s, by 4 pairs of times)"


def _row(timestamp: int | None, clock: str = "device") -> Any:
    return {"timestamp": timestamp, "clock": clock, "evidence": "echo", "path": "/var/log/messages"}


def test_a_time_is_corrected_only_where_its_clock_was_measured() -> None:
    stream = ClockReading("echo", "device", 10 * S, 20 * S, str(Basis.STREAM), 4, 2 * S, S, 3 * S)
    server = ClockReading("echo", "device", None, 20 * S, str(Basis.SERVER), 1, -S, -S, -S)
    clocks = ClockCorrections([server, ClockReading("echo", "phone"), stream])
    by_stream = "-2.000 s (between -3.000 and -1.000 s, by 4 pairs of times)"
    assert clocks.of(_row(10 * S)) == Correction("1970-01-01T00:00:08.000000+00:00", by_stream)
    by_server = "+1.000 s (between +1.000 and +1.000 s, by 1 pair of times)"
    assert clocks.of(_row(9 * S)) == Correction("1970-01-01T00:00:10.000000+00:00", by_server)
    assert clocks.of(_row(20 * S)) is None
    assert clocks.of(_row(None)) is None
    assert clocks.of(_row(10 * S, "phone")) is None
    assert clocks.of(_row(10 * S, "cloud")) is None


def test_each_table_has_both_times(run: Run, sealed: Any, tmp_path: Path) -> None:
    found: dict[str, list[dict[str, Any]]] = {}
    for form in ("csv", "jsonl", "xlsx", "parquet"):
        path = tmp_path / f"rows.{form}"
        done = run("timeline", sealed.path, "-o", path, "--correct-clocks", "--type", "echo:log:wake_word")
        assert done.returncode == 0, done.stderr
        if form == "csv":
            found[form] = list(csv.DictReader(io.StringIO(path.read_text(encoding="utf-8"))))
        elif form == "jsonl":
            found[form] = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
        elif form == "xlsx":
            head, *rows = openpyxl.load_workbook(path, read_only=True)["Timeline"].values
            found[form] = [dict(zip(head, row, strict=True)) for row in rows]
        else:
            found[form] = pq.read_table(path).to_pylist()
    expected = [(row["datetime"], row["corrected_datetime"], row["correction"]) for row in found["jsonl"]]
    for row in found["parquet"]:
        row["datetime"] = row["datetime"].isoformat(timespec="microseconds")
    for rows in found.values():
        both = [(row["datetime"], row["corrected_datetime"] or None, row["correction"] or None) for row in rows]
        assert [(time, corrected, basis and basis.lstrip("'")) for time, corrected, basis in both] == expected
    assert {row["correction"].lstrip("'") for row in found["csv"]} - {""} == {BASIS}
    corrected = [row for row in found["jsonl"] if row["correction"]]
    assert corrected
    assert all(row["corrected_datetime"] < row["datetime"] for row in corrected)


def test_formats_with_one_time_refuse(run: Run, sealed: Any) -> None:
    done = run("timeline", sealed.path, "-f", "body", "--correct-clocks")
    assert done.returncode == 2
    assert "--correct-clocks is for csv, jsonl, xlsx, parquet; body has one time for each row" in done.stderr
