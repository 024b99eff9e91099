"""What Timesketch's own client would send of a timeline: the real importer, with a session that only takes notes."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from timesketch_import_client.importer import ImportStreamer
from tools.timesketch_importer import upload_file

from echoforensics.case.case import Case
from echoforensics.case.exhibits.row import Query
from echoforensics.case.schema import ROW_COLUMNS
from echoforensics.export import csv_table, jsonl
from echoforensics.export.output import Target, export
from echoforensics.zones import instant

PAGE = Path(__file__).parents[2] / "docs/timesketch.md"
TIME = ("datetime", "timestamp", "timestamp_desc")
NOT_A_TIME = {"datetime": "1970-01-01T00:00:00+00:00", "timestamp": 0, "timestamp_desc": "Not a time"}

#: A row as it is sent, or as it arrives.
Sent = dict[str, Any]


class Server:
    """Stands for a sketch and its session; keeps what is sent, by the name of the timeline."""

    id = 7

    def __init__(self) -> None:
        self.api = SimpleNamespace(api_root="http://timesketch.invalid/api/v1", session=self)
        self.timelines: dict[str, list[Sent]] = {}
        self.files: list[bytes] = []

    def post(self, url: str, data: dict[str, Any], files: dict[str, Any]) -> Any:
        assert url == "http://timesketch.invalid/api/v1/upload/"
        if "file" in files:
            self.files.append(files["file"].read())
        else:
            lines = files["events"][1].split("\n")
            self.timelines.setdefault(data["name"], []).extend(json.loads(line) for line in lines if line)
        answer = {"objects": [{"id": 1, "searchindex": {"index_name": "index"}}], "meta": {"task_id": "1"}}
        return SimpleNamespace(status_code=200, reason="OK", text="", json=lambda: answer)


def _sent(path: Path) -> list[Sent]:
    """What the command timesketch_importer would send of a file."""
    server = Server()
    upload_file(server, {"timeline_name": "Case"}, str(path))
    assert list(server.timelines) == ["Case"]
    return server.timelines["Case"]


def _row(**values: object) -> Sent:
    absent = dict.fromkeys(ROW_COLUMNS)
    return {**absent, "exhibit": "EF-0000001", "timestamp_desc": "Recorded Time", "corroborated_by": [], **values}


def _written(tmp_path: Path, *rows: Sent, form: str = "jsonl") -> Path:
    path = tmp_path / f"rows.{form}"
    with path.open("w", encoding="utf-8", newline="") as stream:
        (jsonl if form == "jsonl" else csv_table).write(rows, stream)
    return path


def _exported(sealed: Any, tmp_path: Path, form: str, query: Query | None = None) -> Path:
    path = tmp_path / f"rows.{form}"
    with Case.open(sealed.path) as case:
        export(case, query or Query(), Target(form, path, replace=True), None)
    return path


def _same_time(sent: Sent, ours: Sent) -> bool:
    known = sent["timestamp"] == ours["timestamp"] and sent["timestamp_desc"] == ours["timestamp_desc"]
    return known and datetime.fromisoformat(sent["datetime"]) == datetime.fromisoformat(ours["datetime"])


def _sender() -> Any:
    """The function ``send`` of the page."""
    (code,) = re.findall(r"```python\n(.+?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    names: dict[str, Any] = {"__name__": "send"}
    exec(compile(code, str(PAGE), "exec"), names)
    return names["send"]


def test_the_sample_case_has_rows_of_both_kinds(sealed: Any) -> None:
    rows = sealed.rows()

    assert {row["datetime"] is None for row in rows} == {True, False}
    assert all((row["datetime"] is None) == (row["timestamp"] is None) for row in rows)
    assert any(row["timestamp"] and row["timestamp"] % 1_000_000 for row in rows)


def test_every_dated_row_of_a_case_arrives_as_it_is(sealed: Any, tmp_path: Path) -> None:
    ours = [row for row in sealed.rows() if row["datetime"]]
    sent = _sent(_exported(sealed, tmp_path, "jsonl", Query(start=instant("0001-01-01", None))))

    assert len(sent) == len(ours) > 50
    for theirs, row in zip(sent, ours, strict=True):
        assert _same_time(theirs, row)
        assert {**theirs, "datetime": row["datetime"]} == row


def test_a_row_without_a_time_in_utc_would_be_sent_with_an_empty_date(tmp_path: Path) -> None:
    undated = _row(message="A time of an unknown zone.", recorded_time="2024-03-11 07:00:00.000")

    (sent,) = _sent(_written(tmp_path, undated))

    # Why the page has a step for such rows. A server's field for the date takes no empty text.
    assert sent == undated | {"datetime": ""}


def test_without_the_columns_a_local_time_would_be_taken_for_utc() -> None:
    server = Server()
    row = {"message": "A time of an unknown zone.", "recorded_time": "2024-03-11 07:00:00.000"}
    with ImportStreamer() as streamer:
        streamer.set_sketch(server)
        streamer.set_timeline_name("Case")
        streamer.add_dict(dict(row))

    # Why the export writes null and does not leave the columns out.
    assert server.timelines["Case"][0]["datetime"] == "2024-03-11T07:00:00"


def test_the_page_sends_every_row_and_gives_none_a_time_that_it_has_not(sealed: Any, tmp_path: Path) -> None:
    server, ours = Server(), sealed.rows()

    counts = _sender()(_exported(sealed, tmp_path, "jsonl"), server, "Case")

    dated, undated = server.timelines["Case"], server.timelines["Case, time in UTC unknown"]
    assert counts == [len(dated), len(undated)] == [len([r for r in ours if r["datetime"]]), 4]
    for theirs, row in zip(dated, (row for row in ours if row["datetime"]), strict=True):
        assert _same_time(theirs, row)
        assert {**theirs, "datetime": row["datetime"]} == row
    for theirs, row in zip(undated, (row for row in ours if not row["datetime"]), strict=True):
        assert theirs == row | NOT_A_TIME | {"time_description": row["timestamp_desc"]}
    assert {row["time_description"] for row in undated} == {"Not a time", "Scheduled to start"}


def test_the_commands_of_the_page_make_two_files_of_every_row(
    sealed: Any, tmp_path: Path, run_program: Callable[..., str]
) -> None:
    rows = _exported(sealed, tmp_path, "jsonl")
    (expression,) = re.findall(r"jq -c '(.+?)' rows\.jsonl", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    undated = tmp_path / "undated.jsonl"
    undated.write_text(run_program("jq", "-c", expression, rows), encoding="utf-8")
    server = Server()
    _sender()(rows, server, "Case")

    assert "--from 0001-01-01 -o dated.jsonl" in PAGE.read_text(encoding="utf-8")
    assert _sent(undated) == server.timelines["Case, time in UTC unknown"]
    dated = _exported(sealed, tmp_path, "jsonl", Query(start=instant("0001-01-01", None)))
    assert _sent(dated) == server.timelines["Case"]


@given(st.lists(st.text(st.characters(exclude_categories=["Cs"])), min_size=1, max_size=5))
def test_any_text_arrives_in_one_line(tmp_path_factory: pytest.TempPathFactory, texts: list[str]) -> None:
    ours = [_row(message=text, datetime="2017-07-17T06:20:31.123456+00:00", timestamp=1) for text in texts]
    path = _written(tmp_path_factory.mktemp("any"), *ours)

    assert [row["message"] for row in _sent(path)] == texts


@pytest.mark.parametrize("mark", [chr(code) for code in (0x0B, 0x0C, 0x1C, 0x1D, 0x1E, 0x85, 0x2028, 0x2029)])
def test_a_character_at_which_the_client_ends_a_line_loses_no_row(tmp_path: Path, mark: str) -> None:
    row = _row(message=f"one{mark}two\r\nthree", datetime="2017-07-17T06:20:31.000000+00:00", timestamp=1)
    path = _written(tmp_path, row)

    assert path.read_text(encoding="utf-8").splitlines() == [path.read_text(encoding="utf-8").rstrip("\n")]
    (sent,) = _sent(path)
    assert sent["message"] == row["message"]


@pytest.mark.parametrize("year", [1, 1600, 1969, 2262, 9999])
def test_far_times_arrive_to_the_microsecond(tmp_path: Path, year: int) -> None:
    when = f"{year:04}-12-31T23:59:59.999999+00:00"
    row = _row(message="m", datetime=when, timestamp=instant(when, None))

    (sent,) = _sent(_written(tmp_path, row))

    assert _same_time(sent, row)


def test_values_arrive_as_they_stand(tmp_path: Path) -> None:
    row = _row(
        message="=1+1", datetime="2017-07-17T06:20:31.000001+00:00", timestamp=1500272431000001, device_serial="00123",
        parser_version="1", recorded_time="340282366920938463463374607431768211456", transcript="null",
        corroborated_by=["EF-0000002", "EF-0000003"],
    )  # fmt: skip

    assert _sent(_written(tmp_path, row)) == [row]


def test_every_row_of_a_csv_arrives_with_its_time(sealed: Any, tmp_path: Path) -> None:
    ours = sealed.rows()
    sent = _sent(_exported(sealed, tmp_path, "csv"))

    for theirs, row in zip(sent, ours, strict=True):
        assert theirs["message"] == row["message"]
        if row["datetime"] is None:
            assert [theirs[name] for name in TIME] == [None, None, row["timestamp_desc"]]
        else:
            assert _same_time(theirs, row)


def test_what_the_page_says_of_csv(tmp_path: Path) -> None:
    time = {"datetime": "2017-07-17T06:20:31.000001+00:00", "timestamp": 1500272431000001}
    row = _row(message="=1+1", device_serial="00123", parser_version="1", corroborated_by=["EF-2", "EF-3"], **time)
    empty = [_row(message="m", transcript=word, **time) for word in ("null", "None", "NaN", "NA", "")]

    first, *others = _sent(_written(tmp_path, row, *empty, form="csv"))

    assert _same_time(first, row)
    assert (first["message"], first["device_serial"], first["corroborated_by"]) == ("'=1+1", 123, "EF-2 EF-3")
    assert [found["transcript"] for found in others] == [None] * 5


def test_how_far_times_in_csv_are_exact(tmp_path: Path) -> None:
    times = [f"{year}-12-31T23:59:59.999999+00:00" for year in (1700, 2200, 9999)]
    rows = [_row(message="m", datetime=when, timestamp=instant(when, None)) for when in times]

    # One row without a time makes fractions of the whole column.
    *sent, _ = _sent(_written(tmp_path, *rows, _row(message="m"), form="csv"))

    assert [_same_time(theirs, row) for theirs, row in zip(sent, rows, strict=True)] == [True, True, False]
    assert [datetime.fromisoformat(row["datetime"]) for row in sent] == [datetime.fromisoformat(when) for when in times]


def test_a_plaso_store_is_sent_as_it_is(tmp_path: Path) -> None:
    store, server = tmp_path / "rows.plaso", Server()
    store.write_bytes(b"SQLite format 3\0")

    upload_file(server, {"timeline_name": "Case"}, str(store))

    assert server.files == [b"SQLite format 3\0"]
