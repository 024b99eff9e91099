"""The library: its examples are run as they are, and what it gives is what the commands give."""

from __future__ import annotations

import datetime as dt
import doctest
import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

import echoforensics as ef
from echoforensics.case.case import Case
from echoforensics.case.results import Results, Rows
from echoforensics.cli.keys import default_path
from echoforensics.errors import CaseError, ExaminerKeyError, UsageError
from echoforensics.verification import CaseVerification

ROOT = Path(__file__).parents[2]
EXAMPLES = (
    Case,
    CaseVerification,
    Results,
    Rows,
    ef.extract,
    ef.open_case,
    ef.verify,
    ef.Parser,
    ef.Record,
    ef.Issue,
    ef.Timestamp,
    ef.register,
)


@pytest.fixture
def in_demo(demo: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A working folder with the demo's case, evidence and key; what an example makes there goes with the test."""
    for name in ("case", "evidence", "examiner.pem", "examiner.pem.passphrase"):
        (tmp_path / name).symlink_to(demo / name)
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize("public", EXAMPLES, ids=lambda public: public.__name__)
def test_examples(public: object, in_demo: Path) -> None:
    finder = doctest.DocTestFinder(recurse=True)
    with ef.open_case(in_demo / "case") as case:
        names = {"ef": ef, "case": case, "datetime": dt}
        found = [test for test in finder.find(public, globs=names) if test.examples]
        assert found, f"{public} has no example"
        for test in found:
            runner = doctest.DocTestRunner(optionflags=doctest.NORMALIZE_WHITESPACE)
            output: list[str] = []
            assert runner.run(test, out=output.append).failed == 0, "".join(output)


def test_every_public_name_is_there_and_has_an_example() -> None:
    assert set(ef.__all__) <= set(dir(ef))
    shown = {example.__name__ for example in EXAMPLES}
    assert {getattr(ef, name).__name__ for name in ef.__all__} <= shown
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        _ = ef.nothing


def test_import_loads_nothing_heavy() -> None:
    heavy = ("plaso", "pytsk3", "hyperscan", "yaml", "rich", "click", "numpy", "pyarrow", "sqlite3")
    code = f"import sys, echoforensics; print([name for name in {heavy!r} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_rows_are_those_of_the_command(in_demo: Path) -> None:
    command = [sys.executable, "-m", "echoforensics", "timeline", "case", "-f", "jsonl", "-o", "rows.jsonl"]
    subprocess.run(command, env={**os.environ, "PYTHONPATH": str(ROOT)}, check=True)
    written = [json.loads(line) for line in (in_demo / "rows.jsonl").read_text().splitlines()]
    with ef.open_case("case") as case:
        assert list(case.rows()) == written
        assert len(case.rows()) == len(written) == case.counts().rows


def test_arrow_and_pandas_hold_the_same_rows(in_demo: Path) -> None:
    with ef.open_case("case") as case:
        rows, table, frame = list(case.rows()), case.to_arrow(), case.to_pandas()
    assert table.schema.field("datetime").type == pa.timestamp("us", tz="UTC")
    columns = table.to_pylist()
    for row, column in zip(rows, columns, strict=True):
        stamp = column.pop("datetime")
        assert (stamp.isoformat(timespec="microseconds") if stamp else None) == row["datetime"]
        assert column == {name: value for name, value in row.items() if name != "datetime"}
    assert len(frame) == len(rows)
    assert frame["datetime"].isna().sum() == sum(row["datetime"] is None for row in rows)


def _of_the_device(row: dict[str, str | None]) -> bool:
    """Whether a row names the device, or is of its own disk and names none."""
    return row["device_serial"] == "B0DEM0000000EF01" or (
        row["device_serial"] is None and row["evidence"] == "echo-data.img"
    )


@pytest.mark.parametrize(
    ("wanted", "is_wanted"),
    [
        (
            {"state": ["deleted"]},
            lambda row: "deleted" in row["message"].lower(),
        ),
        ({"evidence": ["phone"]}, lambda row: row["evidence"] == "phone" or int(row["places"]) > 1),
        ({"start": "2024-03-09T21:14", "end": "2024-03-09T21:15"}, lambda row: "T21:14" in (row["datetime"] or "")),
        ({"search": "LIGHTS"}, lambda row: "lights" in json.dumps(row).lower()),
        ({"devices": ["B0DEM0000000EF01"]}, _of_the_device),
    ],
)
def test_filters(in_demo: Path, wanted: dict[str, object], is_wanted: Callable[[dict[str, Any]], bool]) -> None:
    with ef.open_case("case") as case:
        found = list(case.rows(**wanted))  # type: ignore[arg-type]
        assert found
        assert len(found) < case.counts().rows
        assert all(is_wanted(row) for row in found)  # type: ignore[arg-type]


def test_states_share_the_rows_out(in_demo: Path) -> None:
    with ef.open_case("case") as case:
        by_state = [len(case.rows(state=[state])) for state in ("live", "deleted", "carved")]
        assert sum(by_state) == case.counts().rows
        with pytest.raises(UsageError, match="'gone' is not a state of a row"):
            list(case.rows(state=["gone"]))


def test_results_are_numbered_from_0(in_demo: Path) -> None:
    with ef.open_case("case") as case:
        rows = case.rows()
        assert rows[3] == list(rows)[3]
        with pytest.raises(IndexError, match="there are fewer than 75 rows"):
            _ = rows[74]
        with pytest.raises(ValueError, match="must be None or an integer"):
            _ = rows[-1]


def test_a_datetime_needs_a_zone(in_demo: Path) -> None:
    with ef.open_case("case") as case:
        aware = dt.datetime(2024, 3, 9, 21, 14, tzinfo=dt.UTC)
        assert len(case.rows(start=aware)) == len(case.rows(start="2024-03-09T21:14"))
        with pytest.raises(UsageError, match="has no zone"):
            case.rows(start=aware.replace(tzinfo=None))


def test_pages_of_a_notebook_are_escaped(in_demo: Path) -> None:
    results = Results("names", lambda: [{"name": "<script>alert(1)</script>"}] * 12)
    page = results._repr_html_()
    assert "<script>" not in page
    assert page.count("&lt;script&gt;") == 10
    assert page.endswith("<p>2 more names.</p>")
    assert Results("names", list)._repr_html_() == "<p>No names.</p>"
    with ef.open_case("case") as case:
        assert "<caption>" in case._repr_html_()
        assert case.rows()._repr_html_().count("<tr>") == 11
    assert ef.verify("case", sources=False)._repr_html_().startswith("<p>verified")


def test_a_case_without_a_key_is_reported_as_unsigned(in_demo: Path) -> None:
    with ef.extract("evidence/alexa-cloud.zip", "CASE", key=None) as case:
        assert case.sealed
    assert repr(ef.verify("CASE")).startswith("<verified, but not signed: ")


def test_what_is_not_there_is_named(in_demo: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(CaseError, match="not a case folder"):
        ef.open_case("evidence")
    with pytest.raises(ExaminerKeyError, match="no such key"):
        ef.extract("evidence", "CASE", key="absent.pem")
    with pytest.raises(ExaminerKeyError):
        ef.extract("evidence", "CASE", key="examiner.pem", passphrase="wrong")
    assert not Path("CASE").exists()
    monkeypatch.setenv("ECHOFORENSICS_KEY", "here.pem")
    assert default_path() == Path("here.pem")
