"""Where ``timeline`` writes and in which format, and what it says when nothing is found."""

from __future__ import annotations

import csv
import json
import sqlite3
import subprocess
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from echoforensics.case.case import Case
from echoforensics.case.exhibits.row import Query
from echoforensics.case.query_check import why_none
from echoforensics.library import extract

Run = Callable[..., "subprocess.CompletedProcess[str]"]


def _refused(done: subprocess.CompletedProcess[str]) -> str:
    assert (done.returncode, done.stdout) == (2, "")
    (line,) = done.stderr.splitlines()
    return line.removeprefix("echoforensics: ")


def test_the_ending_sets_the_format(run: Run, sealed: Any, tmp_path: Path) -> None:
    for name in ("x.jsonl", "x.csv", "X.CSV", "x.plaso", "plain"):
        done = run("timeline", sealed.path, "-o", name)
        recorded = f"The digest of {name} is in {name}.sha256; `sha256sum -c {name}.sha256` compares.\n"
        assert (done.returncode, done.stderr) == (0, f"{sealed.outcome.rows} rows written to {name}\n{recorded}")
    rows = [json.loads(line) for line in (tmp_path / "x.jsonl").read_text("utf-8").splitlines()]
    assert len(rows) == sealed.outcome.rows
    assert (tmp_path / "x.csv").read_bytes() == (tmp_path / "plain").read_bytes()
    assert (tmp_path / "x.csv").read_bytes() == (tmp_path / "X.CSV").read_bytes()
    with closing(sqlite3.connect(tmp_path / "x.plaso")) as db:
        assert db.execute("SELECT count(*) FROM event").fetchone() == (len(rows),)


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (("-o", "x.jsonl", "-f", "csv"), "x.jsonl: the ending is that of jsonl, but -f says csv; change one of them"),
        (("-o", "x.csv", "-f", "plaso"), "x.csv: the ending is that of csv, but -f says plaso; change one of them"),
        (
            ("-o", "x.txt"),
            "x.txt: no format has the ending .txt; give -f csv, jsonl, xlsx, body, tln, l2tcsv, parquet,"
            " case-uco, dat, kml, plaso",
        ),
        (("-o", "x.jsonl", "--excel"), "--excel is for csv; jsonl is written here"),
        (("-f", "plaso"), "plaso cannot go to standard output; name a file with -o"),
        (("-f", "dat", "-o", "-"), "dat cannot go to standard output; name a folder with -o"),
        (("--partition-by", "day"), "parquet cannot go to standard output; name a folder with -o"),
        (("-o", "x.csv", "--partition-by", "day"), "--partition-by is for parquet; csv is written here"),
    ],
)  # fmt: skip
def test_contradictions_are_refused(arguments: tuple[str, ...], expected: str, run: Run, sealed: Any) -> None:
    assert _refused(run("timeline", sealed.path, *arguments)) == expected


def test_a_file_is_replaced_by_force_alone(run: Run, sealed: Any, tmp_path: Path) -> None:
    for name in ("x.jsonl", "x.csv", "x.plaso"):
        target = tmp_path / name
        target.write_text("mine")
        assert _refused(run("timeline", sealed.path, "-o", name)).startswith(f"{name}: already exists")
        assert target.read_text() == "mine"
        assert run("timeline", sealed.path, "-o", name, "--force").returncode == 0
        assert target.stat().st_size > 1000
    (tmp_path / "folder.csv").mkdir()
    assert "is not a file" in _refused(run("timeline", sealed.path, "-o", "folder.csv", "--force"))
    assert sorted(path.name for path in tmp_path.iterdir() if path.suffix != ".sha256") == [
        "folder.csv", "x.csv", "x.csv.about.json", "x.jsonl", "x.jsonl.about.json", "x.plaso",
    ]  # fmt: skip


def test_excel_gets_a_byte_order_mark(run: Run, sealed: Any, tmp_path: Path) -> None:
    run("timeline", sealed.path, "-o", "with.csv", "--excel")
    run("timeline", sealed.path, "-o", "without.csv")
    marked, plain = (tmp_path / "with.csv").read_bytes(), (tmp_path / "without.csv").read_bytes()
    assert marked == b"\xef\xbb\xbf" + plain
    with (tmp_path / "with.csv").open(encoding="utf-8-sig", newline="") as stream:
        assert next(csv.reader(stream))[0] == "exhibit"
    assert run("timeline", sealed.path, "--excel").stdout.startswith("\ufeffexhibit,")


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (
            ("--from", "2024-03-10", "--to", "2024-03-09"),
            "--from must be before --to: from 2024-03-09T15:00:00+00:00 on, and before 2024-03-09T15",
        ),
        (
            ("--type", "echo:log:wakeword"),
            "there is no data type or family 'echo:log:wakeword' in this case; alike are:",
        ),
        (("--person", "x"), "there is no person 'x' in this case; there are: Demo Household"),
        (("--account", "ADEMOHOUSHOLD"), "there is no account 'ADEMOHOUSHOLD' in this case; alike are: ADEMOHOUSEHOLD"),
        (
            ("--regex", "("),
            "--regex: '(' is not a regular expression: missing ), unterminated subpattern at position 0",
        ),
        (("--type", "echo:nonsense"), "there is no data type or family 'echo:nonsense' in this case; there are: "),
        (
            ("--type", "wake_word"),
            "there is no data type or family 'wake_word' in this case; alike are: alexa:cloud:wake_word,"
            " echo:log:wake_word",
        ),
        (
            ("--device", "nonsense"),
            "there is no device serial, type or name 'nonsense' in this case; there are: AB72C64C86AW2, B0D",
        ),
        (
            ("--evidence", "echo"),
            "there is no evidence item 'echo' in this case; alike are: echo-data.img",
        ),
        (
            ("--evidence", "nonsense"),
            "there is no evidence item 'nonsense' in this case; there are: echo-data.img, alexa-cloud.zip, phone",
        ),
    ],
)
def test_what_is_not_in_the_case_is_refused_with_what_is(
    arguments: tuple[str, ...], expected: str, run: Run, sealed: Any, tmp_path: Path
) -> None:
    assert _refused(run("timeline", sealed.path, "-o", "x.csv", *arguments)).startswith(expected)
    assert not (tmp_path / "x.csv").exists()


@pytest.mark.parametrize("name", ["echo", "echo:log", "echo:log:*", "echo:log:wake_word", "alexa:cloud:"])
def test_families_are_known(name: str, run: Run, sealed: Any) -> None:
    done = run("timeline", sealed.path, "-f", "jsonl", "--type", name)
    assert done.returncode == 0, done.stderr
    assert done.stdout


def test_an_empty_answer_says_why(run: Run, sealed: Any) -> None:
    done = run("timeline", sealed.path, "-f", "jsonl", "--from", "1999-01-01", "--to", "1999-01-02", "--search", "zzzz")
    assert (done.returncode, done.stdout) == (0, "")
    zone, none = done.stderr.splitlines()
    assert zone == "--from and --to are read in Asia/Seoul: the zone of the case."
    assert none.startswith("No rows: no row lies between --from and --to; the rows' times go from 20")
    assert none.endswith("; no row has the text 'zzzz'.")


@pytest.mark.parametrize(
    ("arguments", "zone"),
    [
        ((), "Asia/Seoul: the zone of the case."),
        (("--timezone", "Europe/London"), "Europe/London: as --timezone says."),
    ],
)
def test_bounds_are_read_in_a_zone_that_is_named(arguments: tuple[str, ...], zone: str, run: Run, sealed: Any) -> None:
    # 06:14 in Seoul, 21:14 the day before in London: half a minute in which the wake word was heard.
    hour = "2024-03-10T06:14" if not arguments else "2024-03-09T21:14"
    bounds = ("--from", f"{hour}:20", "--to", f"{hour}:30")
    done = run("timeline", sealed.path, "-f", "jsonl", *bounds, *arguments, "--type", "echo:log:wake_word")
    assert done.stderr == f"--from and --to are read in {zone}\n"
    (row,) = map(json.loads, done.stdout.splitlines())
    assert row["datetime"] == "2024-03-09T21:14:24.169000+00:00"


def test_rows_outside_the_bounds_are_counted(run: Run, sealed: Any) -> None:
    words = [row for row in sealed.rows() if row["data_type"] == "echo:log:wake_word"]
    arguments = ("--type", "echo:log:wake_word", "--from", "2024-03-09T12:00Z", "--to", "2024-03-09T12:01Z")
    done = run("timeline", sealed.path, "-f", "jsonl", *arguments)
    before = sum(row["datetime"] < "2024-03-09T12" for row in words)
    assert 0 < before < len(words)
    assert done.stderr.endswith(
        f"; of {len(words)} that match all else, {before} before --from, {len(words) - before} after --to, and 0"
        " without a time that is known in UTC.\n"
    )


def test_why_none(sealed: Any) -> None:
    with Case.open(sealed.path) as case:
        both = Query(types=("echo:log:wake_word",), states=("carved",))
        assert why_none(case.store, both) == "no row matches --state"
        both = Query(types=("echo:log:wake_word",), recordings_only=True, evidence=("alexa-cloud.zip",))
        assert why_none(case.store, both) == (
            "rows match each of --type, --evidence, --recordings-only alone, but no row matches all of them"
        )


def test_why_none_where_there_is_nothing(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    with extract(tmp_path / "empty", tmp_path / "case", key=None) as case:
        assert why_none(case.store, Query(types=("echo",))) == "the case has no rows"


def test_why_none_where_rows_are_not_made_yet(copy_of_sealed: Path) -> None:
    with closing(sqlite3.connect(copy_of_sealed / "case.db")) as db, db:
        db.execute("DELETE FROM exhibits")
    with Case.open(copy_of_sealed) as case:
        assert why_none(case.store, Query()) == (
            "the case has no rows yet: it has 47 records, and rows are made when an extraction ends"
        )


def test_the_command_draws_instead_of_writing_or_as_well(run: Run, sealed: Any, tmp_path: Path) -> None:
    done = run("timeline", sealed.path, "--plot", "x.svg", "--type", "echo")
    assert (done.returncode, done.stdout) == (0, "")
    assert done.stderr.splitlines()[-2].endswith(" rows written to x.svg")
    done = run("timeline", sealed.path, "--plot", "y.svg", "-o", "y.csv")
    assert done.returncode == 0
    assert {path.name for path in tmp_path.iterdir()} >= {"x.svg", "y.svg", "y.csv", "y.csv.about.json"}
