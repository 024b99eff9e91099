from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from echoforensics.report import markup, recordings_section
from echoforensics.zones import local_time, zone
from parsers.record import Clock, Timestamp

Open = Callable[..., Any]
Report = Callable[..., Path]


def _texts(page: Any, selector: str) -> list[str]:
    return [str(text) for text in page.locator(selector).all_inner_texts()]


def _numbers(page: Any) -> list[str]:
    return [text.split()[0] for text in _texts(page, "#rows .exhibit .first")]


def _wait_for_count(page: Any, shown: int, total: int) -> None:
    page.get_by_text(f"{markup.number(shown)} of {markup.number(total)} rows", exact=True).wait_for()


def _load(audio: Any) -> float:
    """Have a player load its recording; gives the duration in seconds, or -1 where it cannot."""
    found: float = audio.evaluate(
        "audio => new Promise(done => { audio.onloadedmetadata = () => done(audio.duration);"
        " audio.onerror = () => done(-1); audio.preload = 'auto'; audio.load(); })"
    )
    return found


def test_rows_are_shown_and_filtered(sealed: Any, bundle: Path, open_page: Open) -> None:
    page = open_page(bundle)
    total = len(sealed.rows())
    assert page.inner_text("#count") == f"{total} of {total} rows"
    assert page.get_attribute("#grid", "aria-rowcount") == str(total + 1)
    assert page.is_hidden("#loading")

    page.fill("#filter-text", "Turn OFF the lights")
    expected = {row["exhibit"] for row in sealed.rows() if "turn off the lights" in str(row).lower()}
    _wait_for_count(page, len(expected), total)
    assert set(_numbers(page)) == expected

    page.fill("#filter-text", "")
    page.check("#filter-recordings")
    page.select_option("#filter-type", "alexa:cloud")
    wanted = [r for r in sealed.rows() if r["recording"] and r["data_type"].startswith("alexa:cloud:")]
    _wait_for_count(page, len(wanted), total)
    page.check("#filter-fold")
    _wait_for_count(page, len({row["record"] for row in wanted}), total)
    page.get_by_role("button", name="Clear").click()
    _wait_for_count(page, total, total)


def test_every_column_is_searched(sealed: Any, bundle: Path, open_page: Open) -> None:
    page = open_page(bundle)
    rows = sealed.rows()
    sample = next(row for row in rows if row["recording"] and row["utterance_id"] and row["corroborated_by"])

    for name in ("exhibit", "utterance_id", "recording", "path", "sha256", "record", "recorded_time", "parser"):
        expected = [r["exhibit"] for r in rows if sample[name].lower() in str([*r.values()]).lower()]
        page.fill("#filter-text", "in no row at all")
        _wait_for_count(page, 0, len(rows))
        page.fill("#filter-text", sample[name])
        _wait_for_count(page, len(expected), len(rows))
    page.fill("#filter-text", markup.utc(sample["datetime"]))
    expected = [r["exhibit"] for r in rows if r["datetime"] == sample["datetime"]]
    _wait_for_count(page, len(expected), len(rows))


def test_times_are_those_of_the_rows(sealed: Any, bundle: Path, open_page: Open) -> None:
    page = open_page(bundle)
    seoul = zone("Asia/Seoul")
    assert seoul is not None
    # Rather than scroll: a window tall enough for each row.
    page.set_viewport_size({"width": 1400, "height": 900})
    page.evaluate("document.getElementById('grid').style.height = '9000px'; window.dispatchEvent(new Event('resize'))")
    shown = dict(zip(_numbers(page), _texts(page, "#rows .when"), strict=True))

    assert len(shown) == len(sealed.rows())
    for row in sealed.rows():
        if row["datetime"]:
            here = markup.local(local_time(row["timestamp"], seoul), "").strip()
            assert shown[row["exhibit"]] == f"{markup.utc(row['datetime'])}\n{here}"
        elif row["recorded_time"]:
            assert shown[row["exhibit"]] == f"time zone unknown:\nrecorded as {row['recorded_time']}"
        else:
            assert shown[row["exhibit"]] == "no time"


def test_times_far_from_now_are_exact(maker: Any, report_of: Report, open_page: Open) -> None:
    made = maker("x")
    for timestamp in (-62_135_596_800_000_000 + 86_400_000_000, -1, 253_370_764_799_999_999):
        made.record(Timestamp("Creation Time", "x", Clock.CLOUD, timestamp))
    page = open_page(report_of(made))

    assert _texts(page, "#rows .when .first") == [
        "0001-01-02 00:00:00 UTC", "1969-12-31 23:59:59.999999 UTC", "9998-12-31 23:59:59.999999 UTC",
    ]  # fmt: skip


def test_dates_are_those_of_the_zone_shown(maker: Any, report_of: Report, open_page: Open) -> None:
    made = maker("x")
    noon = 1_700_049_600_000_000  # 2023-11-15 12:00 UTC
    for hours in (0, 2, 4, 30):  # 21:00, 23:00, 01:00 of the next day, and the day after, in Seoul
        made.record(Timestamp("Creation Time", "x", Clock.CLOUD, noon + hours * 3_600_000_000))
    made.record(Timestamp("Creation Time", "15.11.2023 12:00", Clock.DEVICE, None))
    page = open_page(report_of(made, "Asia/Seoul"))

    assert page.get_by_label("From (Asia/Seoul)").is_visible()
    page.fill("#filter-from", "2023-11-16")
    page.fill("#filter-to", "2023-11-16")
    words = "1 of 5 rows; 1 more are left out because their UTC is not known, and dates are asked for"
    page.get_by_text(words, exact=True).wait_for()
    assert _numbers(page) == ["EF-0000003"]
    page.fill("#filter-to", "")
    page.get_by_text(words.replace("1 of", "2 of"), exact=True).wait_for()


def test_recording_plays_and_its_duration_is_the_container_s(sealed: Any, bundle: Path, open_page: Open) -> None:
    page = open_page(bundle)

    assert page.locator("#recordings article").count() == sealed.outcome.recordings
    duration = _load(page.locator("#recordings audio").first)
    assert f"{duration:.3f} s" in page.locator("#recordings article").first.text_content()

    page.check("#filter-recordings")
    _wait_for_count(page, sum(row["recording"] is not None for row in sealed.rows()), len(sealed.rows()))
    page.locator("#rows .row").first.click()
    assert _load(page.locator("#detail audio")) == duration


def test_recording_that_does_not_play_is_offered_as_a_file(maker: Any, report_of: Report, open_page: Open) -> None:
    made = maker("x")
    made.recording(b"RIFF....WAVEnothing")
    page = open_page(report_of(made))
    audio = page.locator("#recordings audio")
    assert page.locator("#recordings .silent").count() == 0

    assert _load(audio) == -1
    assert page.locator("#recordings .silent").text_content() == "This browser cannot play it. Save the file"


def test_players_are_made_when_they_come_into_sight(
    maker: Any,
    report_of: Report,
    open_page: Open,
    sound: Callable[[int], bytes],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(recordings_section, "_MOST_PLAYERS", 1)
    made = maker("x")
    for number in range(60):
        made.recording(sound(number))
    page = open_page(report_of(made))
    assert page.locator("#recordings audio").count() < 60

    last = page.locator("#recordings article").last
    last.scroll_into_view_if_needed()
    assert _load(last.locator("audio")) == 1.0
    assert page.locator("#recordings a.play").count() > 0


def test_row_opens_with_the_keyboard_and_names_its_source(sealed: Any, bundle: Path, open_page: Open) -> None:
    page = open_page(bundle)
    page.focus("#filters button")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.id") == "grid"
    for key in ("ArrowDown", "ArrowDown", "ArrowUp", "End", "Home", "PageDown", "Enter"):
        page.keyboard.press(key)

    (chosen,) = _texts(page, "#rows .row.chosen .exhibit .first")
    row = next(row for row in sealed.rows() if row["exhibit"] == chosen.split()[0])
    active = page.get_attribute("#grid", "aria-activedescendant")
    assert page.get_attribute(f"#{active}", "aria-selected") == "true"
    assert page.inner_text("#detail h3") == row["exhibit"]
    detail = page.inner_text("#detail")
    for name in ("message", "recorded_time", "data_type", "path", "locator", "sha256", "parser", "record", "evidence"):
        assert row[name] in detail, name
    for label in ("UTC", "Asia/Seoul", "Recorded as", "Whose clock", "Path", "Locator", "SHA-256 of the file"):
        assert label in detail
    page.keyboard.press("Escape")
    assert page.is_hidden("#detail")
    assert page.evaluate("document.activeElement.id") == "grid"


def test_address_of_an_exhibit_leads_to_it(sealed: Any, bundle: Path, open_page: Open) -> None:
    wanted = sealed.rows()[-1]["exhibit"]

    page = open_page(bundle, f"#{wanted}")

    assert page.inner_text("#detail h3") == wanted
    assert page.locator(".row.chosen").is_visible()


def test_links_lead_to_exhibits_again_and_again(sealed: Any, bundle: Path, open_page: Open) -> None:
    row = next(row for row in sealed.rows() if row["corroborated_by"])
    page = open_page(bundle, f"#{row['exhibit']}")
    page.fill("#filter-text", row["exhibit"])
    _wait_for_count(page, 1, len(sealed.rows()))

    other = row["corroborated_by"][0]
    page.locator("#detail dd a", has_text=other).first.click()
    page.locator("#detail h3", has_text=other).wait_for()

    link = page.locator("#recordings h3 a").first
    for _ in range(2):
        link.click()
        page.locator("#detail h3", has_text=link.text_content()).wait_for()
        page.keyboard.press("Escape")
        assert page.is_hidden("#detail")


def test_hostile_text_does_nothing(maker: Any, report_of: Report, open_page: Open, hostile_text: str) -> None:
    made = maker()
    for _ in range(40):
        made.record()
    made.record(transcript=f"{hostile_text * 20}THE END")
    page = open_page(report_of(made, "Asia/Seoul"))
    page.focus("#grid")
    page.keyboard.press("End")
    page.keyboard.press("Enter")
    assert "THE END" not in page.inner_text("#detail")
    page.locator("#detail button.whole").first.click()

    assert page.evaluate("window.hurt") is None
    assert "[U+202E]gnp.exe" in page.inner_text("#detail")
    assert "<img src=x onerror=" in page.inner_text("#detail")
    assert "THE END" in page.inner_text("#detail")
    assert page.locator("img, a[href^=http]").count() == 0
    assert page.locator("script:not([src])").count() == 0


def test_many_rows_are_drawn_a_window_at_a_time(maker: Any, report_of: Report, open_page: Open) -> None:
    made = maker("x")
    for _ in range(5_200):
        made.record()
    index = report_of(made)
    assert len(list((index.parent / "data").glob("rows-*.js"))) == 2

    page = open_page(index)

    assert page.inner_text("#count") == "5\u202f200 of 5\u202f200 rows"
    assert 0 < page.locator("#rows .row").count() < 40
    page.focus("#grid")
    page.keyboard.press("End")
    assert _texts(page, ".row.chosen .exhibit .first") == ["EF-0005200"]
    page.fill("#filter-text", "number 5199")
    _wait_for_count(page, 1, 5_200)


def test_table_taller_than_browsers_scroll_is_shown_to_its_end(maker: Any, report_of: Report, open_page: Open) -> None:
    made = maker("x")
    for _ in range(500):
        made.record()
    index = report_of(made)
    head = index.parent / "data" / "head.js"
    text, count = re.subn(r'"tallest":\d+', '"tallest":3000', head.read_text(encoding="utf-8"))
    assert count == 1
    head.write_text(text, encoding="utf-8")

    page = open_page(index)

    assert page.evaluate("document.getElementById('rows').clientHeight") == 3000
    page.focus("#grid")
    for key, wanted in (("End", "EF-0000500"), ("ArrowUp", "EF-0000499"), ("PageUp", None), ("Home", "EF-0000001")):
        page.keyboard.press(key)
        chosen = page.locator("#rows .row.chosen")
        assert wanted in (None, chosen.locator(".exhibit .first").inner_text())
        row, grid = chosen.bounding_box(), page.locator("#grid").bounding_box()
        assert grid["y"] + 39 <= row["y"]
        assert row["y"] + row["height"] <= grid["y"] + grid["height"] + 1
    page.evaluate("document.getElementById('grid').scrollTop = 1e9")
    page.locator("#rows .row", has_text="EF-0000500").wait_for()


def test_missing_rows_are_reported(sealed: Any, bundle: Path, open_page: Open) -> None:
    (bundle.parent / "data" / "rows-000.js").unlink()

    page = open_page(bundle, lacking="rows-000.js")

    assert f"Only 0 of {len(sealed.rows())} rows could be loaded" in page.inner_text("#table .notice")


def test_page_needs_no_javascript_but_for_the_table(sealed: Any, bundle: Path, open_page: Open) -> None:
    page = open_page(bundle, script=False)

    assert page.is_hidden("#table")
    assert "This table needs JavaScript" in page.inner_text("#timeline")
    assert page.locator("#timeline a[href='timeline.csv']").first.is_visible()
    assert page.locator("#recordings audio").count() == sealed.outcome.recordings
    for section in ("case", "summary", "evidence", "custody", "method", "recordings", "issues", "limits"):
        assert page.is_visible(f"#{section} h2")


@pytest.mark.parametrize("media", ["print", "screen"])
def test_page_prints_without_its_controls(media: str, bundle: Path, open_page: Open) -> None:
    page = open_page(bundle)
    page.emulate_media(media=media)

    for selector in ("#filters", "#grid", "nav", "#recordings audio >> nth=0"):
        assert page.is_visible(selector) == (media == "screen"), selector
    assert page.is_visible("#recordings")
    assert page.is_visible("#count")


def test_roles_and_names_of_the_page(bundle: Path, open_page: Open) -> None:
    page = open_page(bundle)

    assert page.get_by_role("grid").get_by_role("columnheader").all_inner_texts() == [
        "Exhibit and type", "UTC, below it Asia/Seoul", "What the time is of", "What the record says",
    ]  # fmt: skip
    first = page.get_by_role("grid").get_by_role("row").nth(1)
    assert first.get_attribute("aria-rowindex") == "2"
    assert first.get_by_role("gridcell").count() == 4
    for name in ("Text", "Type", "Device", "only with a recording", "fold the rows of one record"):
        assert page.get_by_label(name, exact=True).is_visible()
    assert page.get_by_role("heading", level=1).inner_text() == "Echo evidence report"
    for link in page.get_by_role("navigation").get_by_role("link").all():
        assert page.locator(f"section{link.get_attribute('href')}").count() == 1
