from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from echoforensics.case.case import Case
from echoforensics.report import markup
from echoforensics.zones import local_time, zone
from parsers.record import Clock, Timestamp
from tests.echoforensics.report.waiting import wait_until

Open = Callable[..., Any]
Report = Callable[..., Path]


def _texts(page: Any, selector: str) -> list[str]:
    return [str(text) for text in page.locator(selector).all_inner_texts()]


def _numbers(page: Any) -> list[str]:
    return [text.split()[0] for text in _texts(page, ".pane .cell.exhibit .first")]


def _wait_for_count(page: Any, shown: int, total: int) -> None:
    page.get_by_text(f"{markup.number(shown)} of {markup.number(total)} rows", exact=True).wait_for()


def _taller(page: Any) -> None:
    """A grid tall enough for each row of the sample, rather than scroll."""
    page.evaluate("document.querySelector('.grid').style.height = '9000px'; window.dispatchEvent(new Event('resize'))")


def test_rows_are_shown_and_filtered(sealed: Any, bundle: Path, open_page: Open) -> None:
    page = open_page(bundle, "#timeline")
    total = len(sealed.rows())
    _wait_for_count(page, total, total)
    assert page.get_attribute(".grid", "aria-rowcount") == str(total + 1)

    page.get_by_text("More filters").click()
    page.check("[name=sound]")
    page.select_option("#filter-kind", "alexa:cloud")
    wanted = [r for r in sealed.rows() if r["recording"] and r["data_type"].startswith("alexa:cloud:")]
    _wait_for_count(page, len(wanted), total)
    page.check("[name=fold]")
    _wait_for_count(page, len({row["record"] for row in wanted}), total)
    assert "kind=alexa%3Acloud" in page.url
    page.get_by_role("button", name="Clear").click()
    _wait_for_count(page, total, total)
    page.select_option("#filter-state", "deleted carved damaged")
    _wait_for_count(page, sum(row["state"] != "live" for row in sealed.rows()), total)


@pytest.mark.parametrize(
    "text",
    ["Turn OFF the lights", "ef-000001", "REC-", "status", "B0DEM0000000EF01", "alexa:cloud:card", "Creation", "é",
     ".img", "cloud", "0000000EF", "\\", "%", "_"],
)  # fmt: skip
def test_search_gives_the_answers_of_the_command(text: str, sealed: Any, bundle: Path, open_page: Open) -> None:
    with Case.open(sealed.path) as case:
        expected = {row["exhibit"] for row in case.rows(search=text)}
    page = open_page(bundle, "#timeline")
    _taller(page)
    page.fill("#filter-text", text)

    _wait_for_count(page, len(expected), len(sealed.rows()))
    assert set(_numbers(page)) == expected


def test_letters_are_folded_as_the_command_folds_them(bundle: Path, open_page: Open) -> None:
    page = open_page(bundle)
    letters = [chr(code) for code in range(0x80, 0x3000) if chr(code).isprintable()] + ["ﬁ", "ẞ", "Ａ"]
    folded = page.evaluate("letters => letters.map(one => EF.fullFold(one))", letters)

    unlike = []
    by_python: dict[str, set[str]] = {}
    for letter, here in zip(letters, folded, strict=True):
        by_python.setdefault(letter.casefold(), set()).add(here)
    for letter, forms in by_python.items():
        if len(forms) > 1:
            unlike.append(letter)
    by_browser: dict[str, set[str]] = {}
    for letter, here in zip(letters, folded, strict=True):
        by_browser.setdefault(here, set()).add(letter.casefold())
    unlike += [here for here, forms in by_browser.items() if len(forms) > 1]
    assert unlike == []


def test_deep_links_lead_to_filters(sealed: Any, bundle: Path, open_page: Open) -> None:
    wanted = [row for row in sealed.rows() if row["data_type"] == "echo:log:near_miss"]
    page = open_page(bundle, "#timeline?kind=echo%3Alog%3Anear_miss")

    _wait_for_count(page, len(wanted), len(sealed.rows()))
    assert page.input_value("#filter-kind") == "echo:log:near_miss"


def test_times_are_those_of_the_rows(sealed: Any, bundle: Path, open_page: Open) -> None:
    page = open_page(bundle, "#timeline")
    seoul = zone("Asia/Seoul")
    assert seoul is not None
    _taller(page)
    shown = dict(zip(_numbers(page), _texts(page, ".pane .cell.time"), strict=True))

    assert len(shown) == len(sealed.rows())
    for row in sealed.rows():
        if row["datetime"]:
            here = markup.local(local_time(row["timestamp"], seoul), "").strip()
            assert shown[row["exhibit"]].split("\n") == [markup.utc(row["datetime"]), here]
        elif row["recorded_time"]:
            assert shown[row["exhibit"]].split("\n") == ["time zone unknown:", row["recorded_time"]]
        else:
            assert shown[row["exhibit"]] == "no time"
    page.select_option("#zone", "UTC")
    wait_until(page, "!document.querySelector('.pane .cell.time .second')?.textContent.includes('+09:00')")


def test_times_far_from_now_are_exact(maker: Any, report_of: Report, open_page: Open) -> None:
    made = maker("x")
    for timestamp in (-62_135_596_800_000_000 + 86_400_000_000, -1, 253_370_764_799_999_999):
        made.record(Timestamp("Creation Time", "x", Clock.CLOUD, timestamp))
    page = open_page(report_of(made), "#timeline")

    assert _texts(page, ".pane .cell.time .first") == [
        "0001-01-02 00:00:00 UTC", "1969-12-31 23:59:59.999999 UTC", "9998-12-31 23:59:59.999999 UTC",
    ]  # fmt: skip


@pytest.mark.parametrize("name", ["Asia/Seoul", "Europe/Berlin", "America/New_York", "Asia/Kathmandu"])
def test_the_reader_s_zone_is_reckoned_as_the_tool_reckons_it(name: str, bundle: Path, open_page: Open) -> None:
    page = open_page(bundle)
    seconds = [*range(0, 2_000_000_000, 7_654_321), 1_711_846_799, 1_711_846_800, 1_730_008_799, 1_730_008_800]
    found = page.evaluate(
        "([name, seconds]) => { EF.setZone(name); return seconds.map(one => EF.local(one, 0, true)); }", [name, seconds]
    )

    there = zone(name)
    assert there is not None
    for second, shown in zip(seconds, found, strict=True):
        assert shown == markup.local(local_time(second * 1_000_000, there), "").strip()


def test_days_and_hours_are_those_of_the_zone_shown(maker: Any, report_of: Report, open_page: Open) -> None:
    made = maker("x")
    noon = 1_700_049_600_000_000  # 2023-11-15 12:00 UTC
    for hours in (0, 2, 4, 30):  # 21:00, 23:00, 01:00 of the next day, and the day after, in Seoul
        made.record(Timestamp("Creation Time", "x", Clock.CLOUD, noon + hours * 3_600_000_000))
    made.record(Timestamp("Creation Time", "15.11.2023 12:00", Clock.DEVICE, None))
    page = open_page(report_of(made, "Asia/Seoul"), "#timeline")

    page.fill("#filter-from", "2023-11-16")
    page.fill("#filter-to", "2023-11-16")
    words = "1 of 5 rows; 1 more are left out because their UTC is not known, and times are asked for"
    page.get_by_text(words, exact=True).wait_for()
    assert _numbers(page) == ["EF-0000003"]
    page.fill("#filter-to", "")
    page.get_by_text(words.replace("1 of", "2 of"), exact=True).wait_for()
    page.fill("#filter-from", "")
    page.select_option("#filter-hourfrom", "23")
    page.select_option("#filter-hourto", "1")
    page.get_by_text(words.replace("1 of", "2 of"), exact=True).wait_for()
    assert _numbers(page) == ["EF-0000002", "EF-0000003"]


def test_table_is_worked_by_keyboard(sealed: Any, bundle: Path, open_page: Open) -> None:
    page = open_page(bundle, "#timeline")
    page.focus(".grid")
    for key in ("ArrowDown", "ArrowDown", "ArrowUp", "End", "Home", "PageDown", "Enter"):
        page.keyboard.press(key)
    page.locator(".detail h2").wait_for()

    (chosen,) = _texts(page, ".pane .row.chosen .exhibit .first")
    row = next(row for row in sealed.rows() if row["exhibit"] == chosen)
    active = page.get_attribute(".grid", "aria-activedescendant")
    assert page.get_attribute(f"#{active}", "aria-selected") == "true"
    assert page.inner_text(".detail h2") == row["exhibit"]
    page.locator(".detail pre.bytes").first.wait_for()
    detail = page.inner_text(".detail")
    for name in ("message", "recorded_time", "data_type", "path", "locator", "sha256", "parser", "record", "evidence"):
        assert (row[name] or "the whole file") in detail, name
    for label in ("UTC", "Asia/Seoul", "Recorded as", "Whose clock", "Path", "Locator", "SHA-256 of the file"):
        assert label in detail
    page.focus(".detail")
    page.keyboard.press("Escape")
    assert page.is_hidden(".detail")
    assert page.evaluate("document.activeElement.className") == "grid"


def test_an_opened_row_shows_its_bytes(sealed: Any, bundle: Path, open_page: Open) -> None:
    row = next(row for row in sealed.rows() if row["data_type"] == "echo:log:wake_word")
    with Case.open(sealed.path) as case:
        content = case.trace(row["exhibit"]).found
    assert content is not None
    page = open_page(bundle, f"#{row['exhibit']}")

    page.locator(".detail pre.bytes.plain").wait_for()
    assert page.text_content(".detail pre.bytes.plain") == content.content[:256].decode()
    assert content.content[:16].hex(" ") in page.inner_text(".detail pre.bytes >> nth=0")
    assert str(content.offset) in page.inner_text(".detail pre.bytes >> nth=0")


def test_columns_are_the_reader_s_choice(bundle: Path, open_page: Open) -> None:
    page = open_page(bundle, "#timeline")
    assert _texts(page, ".grid .head .cell") == [
        "What the record says", "Time, below it Asia/Seoul", "Kind", "Exhibit",
    ]  # fmt: skip
    sentence = page.locator(".grid .head .cell").first.bounding_box()
    assert sentence["width"] > 500

    page.get_by_text("Columns", exact=True).click()
    page.uncheck(".columns input[value=kind]")
    page.check(".columns input[value=person]")
    assert _texts(page, ".grid .head .cell")[2:] == ["Exhibit", "Person"]
    page.reload()
    page.locator(".grid .head .cell.person").wait_for()


def test_on_a_phone_the_timeline_is_a_list_of_cards(sealed: Any, bundle: Path, open_page: Open) -> None:
    page = open_page(bundle, "#timeline")
    page.set_viewport_size({"width": 390, "height": 844})

    # The rows are drawn again for the new width.
    wait_until(page, "document.querySelector('.pane .row')?.getBoundingClientRect().height > 100")
    card = page.evaluate("document.querySelector('.pane .row').getBoundingClientRect().toJSON()")
    assert card["x"] + card["width"] <= 390
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    page.locator(".pane .row").first.click()
    page.locator(".detail h2").wait_for()
    assert page.locator(".detail").bounding_box()["width"] == 390


def test_links_lead_to_exhibits_again_and_again(sealed: Any, bundle: Path, open_page: Open) -> None:
    row = next(row for row in sealed.rows() if row["corroborated_by"])
    page = open_page(bundle, f"#{row['exhibit']}")
    assert page.inner_text(".detail h2") == row["exhibit"]
    assert page.locator(".row.chosen").is_visible()

    other = row["corroborated_by"][0]
    page.locator(".detail dd a", has_text=other).first.click()
    page.locator(".detail h2", has_text=other).wait_for()
    page.evaluate(f"location.hash = '#{row['exhibit']}'")
    page.locator(".detail h2", has_text=row["exhibit"]).wait_for()


def test_many_rows_are_drawn_a_window_at_a_time(maker: Any, report_of: Report, open_page: Open) -> None:
    made = maker("x")
    for _ in range(4_200):
        made.record()
    index = report_of(made)
    assert len(list((index.parent / "data").glob("rows-*.js"))) == 3

    page = open_page(index, "#timeline")

    _wait_for_count(page, 4_200, 4_200)
    assert 0 < page.locator(".pane .row").count() < 40
    page.focus(".grid")
    page.keyboard.press("End")
    page.locator(".row.chosen", has_text="EF-0004200").wait_for()
    page.fill("#filter-text", "number 4199")
    _wait_for_count(page, 1, 4_200)


def test_table_taller_than_browsers_scroll_is_shown_to_its_end(maker: Any, report_of: Report, open_page: Open) -> None:
    made = maker("x")
    for _ in range(500):
        made.record()
    index = report_of(made)
    head = index.parent / "data" / "head.js"
    text, count = re.subn(r'"tallest":\d+', '"tallest":3000', head.read_text(encoding="utf-8"))
    assert count == 1
    head.write_text(text, encoding="utf-8")

    page = open_page(index, "#timeline")

    assert page.evaluate("document.querySelector('.pane').clientHeight") == 3000
    page.focus(".grid")
    for key, wanted in (("End", "EF-0000500"), ("ArrowUp", "EF-0000499"), ("PageUp", None), ("Home", "EF-0000001")):
        page.keyboard.press(key)
        chosen = page.locator(".pane .row.chosen")
        assert wanted in (None, chosen.locator(".exhibit .first").inner_text())
        row, grid = chosen.bounding_box(), page.locator(".grid").bounding_box()
        assert grid["y"] + 35 <= row["y"]
        assert row["y"] + row["height"] <= grid["y"] + grid["height"] + 1
    page.evaluate("document.querySelector('.grid').scrollTop = 1e9")
    page.locator(".pane .row", has_text="EF-0000500").wait_for()


@pytest.mark.parametrize(("name", "view"), [("index.js", "timeline"), ("rows-0000.js", "timeline"),
                                            ("interactions-000.js", "interactions")])  # fmt: skip
def test_missing_files_are_reported(name: str, view: str, bundle: Path, open_page: Open) -> None:
    (bundle.parent / "data" / name).unlink()

    page = open_page(bundle, f"#{view}", lacking=name)

    page.get_by_text(f"A file of the folder data is missing or damaged ({name})").wait_for()
