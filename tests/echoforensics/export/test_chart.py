"""Pictures of a timeline: what they count, and that they are SVG."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any, cast
from zoneinfo import ZoneInfo

import pytest
from lxml import etree

from echoforensics.case.case import Case
from echoforensics.case.exhibits.row import Query, Row
from echoforensics.errors import UsageError
from echoforensics.export.about import about_export
from echoforensics.export.chart import write as chart_file
from echoforensics.export.chart.activity import COLUMNS, Activity, Lane, Lanes
from echoforensics.export.chart.lanes import lanes_of
from echoforensics.export.chart.svg import draw
from parsers.times import PLANNED_TIMES, utc

SVG = "{http://www.w3.org/2000/svg}"


def _row(timestamp: int | None, serial: str | None = None, what: str = "Recorded Time") -> Row:
    return cast("Row", {"timestamp": timestamp, "device_serial": serial, "timestamp_desc": what})


def _titles(picture: str) -> list[str]:
    """What each box says when it is pointed at."""
    return [
        str(box.findtext(f"{SVG}title")) for box in etree.fromstring(picture.encode()).iter(f"{SVG}rect") if len(box)
    ]


def test_days_and_hours_are_those_of_the_zone() -> None:
    activity = Activity(ZoneInfo("Asia/Seoul"))
    activity.add([_row(utc(2024, 3, 9, 22, 40, 7), "S1"), _row(utc(2024, 3, 9, 1, 0, 0)), _row(None)])
    day = activity.place(utc(2024, 3, 10, 0, 0, 0) or 0)[0]
    assert activity.hours == {(day, 7): 1, (day - 1, 10): 1}
    assert activity.devices == {"S1": {day: 1}}
    assert (activity.shown, activity.unknown, activity.planned) == (2, 1, 0)


def test_plans_and_expiries_are_counted_apart() -> None:
    activity = Activity(None)
    activity.add(_row(utc(2047, 1, 1), what=what) for what in sorted(PLANNED_TIMES))
    assert (activity.shown, activity.planned) == (0, len(PLANNED_TIMES))


def test_a_long_time_has_columns_of_several_days() -> None:
    activity = Activity(None)
    activity.add([_row(utc(1990, 1, 1)), _row(utc(2024, 1, 1)), _row(-(10**16))])
    assert activity.days_in_column > 30
    first, last = activity.days
    assert -(-(last - first + 1) // activity.days_in_column) <= COLUMNS


def test_the_picture_says_its_zone_filters_and_what_it_leaves_out(opened: Case) -> None:
    zone = ZoneInfo("Europe/Amsterdam")
    activity = Activity(zone)
    activity.add(opened.rows())
    query = Query(types=("alexa:cloud",))
    picture = draw(activity, about_export(opened, query, zone), [Lanes("Gaps", (Lane("no & log", ((0, 1 << 52),)),))])
    text = " ".join(str(found) for found in etree.fromstring(picture.encode()).itertext())
    assert "E. Xaminer & <Söhne>" in text
    assert "Days and hours are those of Europe/Amsterdam. Filters: types: alexa:cloud." in text
    assert (
        f"{activity.shown} rows are shown. Not shown: {activity.unknown} without a known time in UTC, 0 about" in text
    )
    assert "G0TEST000001" in text
    titles = _titles(picture)
    assert "no & log" in titles
    days = [int(title.split()[1]) for title in titles if title.startswith("20") and "," not in title]
    assert sum(days) == activity.shown
    assert "<script" not in picture
    assert "http" not in picture.replace("http://www.w3.org/2000/svg", "")


def test_interactions_clocks_and_gaps_of_the_case_are_drawn(sealed: Any) -> None:
    with Case.open(sealed.path) as case:
        activity = Activity(None)
        activity.add(case.rows())
        lanes = {found.title: found.lanes for found in lanes_of(case, activity)}
        interactions, clocks, gaps = lanes.values()
        timed = [one for one in case.interactions() if one.start is not None]
        assert sum(len(lane.spans) for lane in interactions) >= len(timed) > 0
        assert [lane.label for lane in clocks] == ["+1.377 s  echo-data.img"]
        assert [lane.label.partition(" ")[0] for lane in gaps] == sorted(
            {gap.data_type for gap in case.gaps() if gap.start is not None or gap.end is not None}
        )
        text = draw(activity, about_export(case, Query(), None), lanes_of(case, activity))
        assert {"+1.377 s  echo-data.img"} <= set(_titles(text))


def test_a_picture_without_rows_says_so(opened: Case) -> None:
    assert "0 rows are shown" in draw(Activity(None), about_export(opened, Query(), None))


def test_the_file(opened: Case, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"must end in \.svg or \.png"):
        chart_file.write(opened, Query(), tmp_path / "x.gif", None)
    written = chart_file.write(opened, Query(), tmp_path / "x.svg", None)
    assert (tmp_path / "x.svg").read_bytes().startswith(b"<svg ")
    assert written.rows + written.left_out == len(opened.rows())
    with pytest.raises(UsageError, match="add --force"):
        chart_file.write(opened, Query(), tmp_path / "x.svg", None)


def test_png_needs_typst_and_says_so(opened: Case, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(chart_file, "find_spec", lambda _: None)
    with pytest.raises(UsageError, match=r"`pip install typst`, or name an \.svg"):
        chart_file.write(opened, Query(), tmp_path / "x.png", None)
    assert list(tmp_path.iterdir()) == []


def test_png_is_what_typst_makes_of_the_picture(opened: Case, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class Typst:
        @staticmethod
        def compile(page: str, **how: Any) -> bytes:
            assert how["format"] == "png"
            return b"PNG of " + (Path(page).parent / "picture.svg").read_bytes()

    monkeypatch.setattr(chart_file, "find_spec", lambda _: True)
    monkeypatch.setitem(sys.modules, "typst", cast("Any", Typst))
    chart_file.write(opened, Query(), tmp_path / "x.png", None)
    assert (tmp_path / "x.png").read_bytes().startswith(b"PNG of <svg ")
