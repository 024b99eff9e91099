"""Body files, TLN and log2timeline's CSV, read by mactime, DuckDB, Python's csv and compared with plaso's psort."""

from __future__ import annotations

import csv
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import unquote

import duckdb
from plaso.output.mediator import OutputMediator

from echoforensics.case.exhibits.row import Row
from echoforensics.export import body, epochs
from echoforensics.export.about import Written

Export = Callable[..., Written]


def _dated(rows: list[Row]) -> list[Row]:
    found = [row for row in rows if row["timestamp"] is not None]
    assert 0 < len(found) < len(rows)
    return found


def test_mactime_shows_each_row_at_its_second(
    write: Export, all_rows: list[Row], tmp_path: Path, run_program: Callable[..., str]
) -> None:
    written = write(tmp_path / "x.body")
    expected = _dated(all_rows)
    assert written == (len(expected), len(all_rows) - len(expected), "no time in UTC that mactime can show")

    # From a day on: the times that a line does not have are 0, which mactime shows as well.
    answer = run_program("mactime", "-b", tmp_path / "x.body", "-d", "-y", "1970-01-02")
    # mactime gives a line end in a name as it is, and quotes.
    lines = list(csv.DictReader(answer.splitlines(keepends=True)))
    shown = {_exhibit(line["File Name"]): line for line in lines}
    assert len(lines) == len(shown) == len(expected)
    for row in expected:
        line = shown[row["exhibit"]]
        assert line["Date"] == f"{row['datetime'][:19]}Z"  # type: ignore[index]
        assert line["Type"] == ("...b" if row["timestamp_desc"] == "Creation Time" else "m...")
        assert line["File Name"].startswith(f"export/{row['path']} [{row['data_type']}; {row['timestamp_desc']}; ")
        assert line["File Name"].endswith(row["message"])


def _exhibit(text: str) -> str:
    found = re.search(r"EF-\d{7}", text)
    assert found
    return found[0]


def test_a_body_file_has_eleven_fields_and_its_names_are_turned_back(
    write: Export, all_rows: list[Row], tmp_path: Path
) -> None:
    write(tmp_path / "x.body")
    lines = [line.split("|") for line in (tmp_path / "x.body").read_text("utf-8").split("\n")[:-1]]
    assert {len(line) for line in lines} == {11}
    assert [unquote(line[1]).partition("] ")[2] for line in lines] == [row["message"] for row in _dated(all_rows)]


def test_times_of_1970_and_before_are_left_out_of_a_body_file(all_rows: list[Row]) -> None:
    lines: list[str] = []
    rows = [{**all_rows[0], "timestamp": time} for time in (-1, 0, 999_999, 1_000_000)]

    class Lines:
        def write(self, text: str) -> None:
            lines.append(text)

    assert body.write(rows, Lines()).left_out == 3  # type: ignore[arg-type]
    assert [line.split("|")[7:] for line in lines] in ([["0", "1", "0", "0\n"]], [["0", "0", "0", "1\n"]])


def test_the_letters_of_times_are_plasos() -> None:
    mediator = OutputMediator.__new__(OutputMediator)
    for description in (*epochs.MACB, "Recorded Time", "Start Time"):
        assert epochs.macb(description) == mediator.GetMACBRepresentationFromDescriptions([description])


def test_tln_is_read_by_duckdb(write: Export, all_rows: list[Row], tmp_path: Path) -> None:
    written = write(tmp_path / "x.tln")
    expected = _dated(all_rows)
    assert (written.rows, written.left_out) == (len(expected), len(all_rows) - len(expected))
    found = duckdb.execute(
        f"SELECT * FROM read_csv('{tmp_path / 'x.tln'}', delim='|', quote='', escape='', header=false,"
        " max_line_size=200000, columns={'time': 'BIGINT', 'source': 'VARCHAR', 'host': 'VARCHAR', 'who': 'VARCHAR',"
        " 'text': 'VARCHAR'})"
    ).fetchall()
    assert len(found) == len(expected)
    for (time, source, host, who, text), row in zip(found, expected, strict=True):
        assert time == row["timestamp"] // 1_000_000  # type: ignore[operator]
        assert (source, host or None, who or None) == (row["data_type"], row["device_serial"], row["account"])
        assert unquote(text).startswith(f"{row['timestamp_desc']}; {row['message']} [{row['exhibit']}; export/")


def test_l2tcsv_has_the_columns_and_times_of_psort(write: Export, all_rows: list[Row], tmp_path: Path) -> None:
    assert write(tmp_path / "x.l2tcsv").rows == len(all_rows)
    write(tmp_path / "x.plaso")
    plaso = tmp_path / "psort.csv"
    # Without the fifteen seconds for which it shows that the format is an old one.
    program = (
        "from plaso.cli import tools; tools.CLITool._WaitUserWarning = lambda _: None; "
        "from plaso.scripts.psort import Main; Main()"
    )
    subprocess.run(
        [sys.executable, "-c", program, "-q", "--status_view", "none", "--logfile", tmp_path / "log",
         "-o", "l2tcsv", "-w", plaso, tmp_path / "x.plaso"], check=True, capture_output=True, cwd=tmp_path,
    )  # fmt: skip
    ours = list(csv.DictReader((tmp_path / "x.l2tcsv").open(encoding="utf-8", newline="")))
    theirs = list(csv.DictReader(plaso.open(encoding="utf-8", newline="")))
    assert list(ours[0]) == list(theirs[0])
    assert len(ours) == len(theirs) == len(all_rows)
    times = ("date", "time", "timezone", "MACB")
    assert Counter(tuple(line[name] for name in times) for line in ours) == Counter(
        tuple(line[name] for name in times) for line in theirs
    )


def test_l2tcsv_has_the_zone_that_was_asked_for(write: Export, all_rows: list[Row], tmp_path: Path) -> None:
    write(tmp_path / "x.l2tcsv", local="Asia/Seoul")
    lines = list(csv.DictReader((tmp_path / "x.l2tcsv").open(encoding="utf-8", newline="")))
    for line, row in zip(lines, all_rows, strict=True):
        assert (line["notes"], line["timezone"]) == (
            row["exhibit"],
            "Asia/Seoul" if row["timestamp"] is not None else "-",
        )
        assert line["desc"].replace("\\r", "\r").replace("\\n", "\n") == row["message"]
        if row["timestamp"] is None:
            assert (line["date"], line["time"]) == ("00/00/0000", "--:--:--")
        else:
            when = datetime.strptime(f"{line['date']} {line['time']} +0900", "%m/%d/%Y %H:%M:%S %z")
            assert when == datetime.fromtimestamp(row["timestamp"] // 1_000_000, UTC)
