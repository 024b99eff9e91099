from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from echoforensics.case.case import Case
from echoforensics.report.bundle import write_report

Open = Callable[..., Any]


def _texts(page: Any, selector: str) -> list[str]:
    return [str(text) for text in page.locator(selector).all_inner_texts()]


def _wait_for_count(page: Any, shown: int, total: int) -> None:
    page.get_by_text(f"{shown} of {total} rows", exact=True).wait_for()


def test_rows_are_shown_and_filtered(sealed: Any, bundle: Path, open_page: Open) -> None:
    page = open_page(bundle)
    total = len(sealed.rows())
    assert page.inner_text("#count") == f"{total} of {total} rows"
    assert page.get_attribute("#grid", "aria-rowcount") == str(total)

    page.fill("#filter-text", "turn off the lights")
    expected = {row["exhibit"] for row in sealed.rows() if "turn off the lights" in str(row).lower()}
    _wait_for_count(page, len(expected), total)
    assert set(_texts(page, ".row .exhibit .first")) == expected

    page.fill("#filter-text", "")
    page.check("#filter-recordings")
    page.select_option("#filter-type", "alexa:cloud:activity")
    wanted = [r for r in sealed.rows() if r["recording"] and r["data_type"] == "alexa:cloud:activity"]
    _wait_for_count(page, len(wanted), total)
    page.check("#filter-fold")
    folded = len({row["record"] for row in wanted})
    _wait_for_count(page, folded, total)


def test_recording_plays_and_its_duration_is_the_container_s(sealed: Any, bundle: Path, open_page: Open) -> None:
    page = open_page(bundle)
    audio = page.locator("#recordings audio").first

    audio.evaluate(
        "element => new Promise(done => { element.onloadedmetadata = done; element.load(); element.preload = 'auto'; })"
    )
    shown = page.locator("#recordings article").first.inner_text()

    assert f"{audio.evaluate('element => element.duration'):.3f} s" in shown
    assert page.locator("#recordings article").count() == sealed.outcome.recordings


def test_row_opens_with_enter_and_names_its_source(bundle: Path, open_page: Open) -> None:
    page = open_page(bundle)
    page.focus("#grid")
    for key in ("ArrowDown", "ArrowDown", "ArrowUp", "End", "Home", "Enter"):
        page.keyboard.press(key)

    detail = page.inner_text("#detail")
    assert _texts(page, ".row.chosen .exhibit .first")[0] in detail
    for label in ("UTC", "Asia/Seoul", "As recorded", "Whose clock", "Path", "Locator", "File's SHA-256"):
        assert label in detail
    page.keyboard.press("Escape")
    assert page.is_hidden("#detail")


def test_address_of_an_exhibit_leads_to_it(sealed: Any, bundle: Path, open_page: Open) -> None:
    wanted = sealed.rows()[-1]["exhibit"]

    page = open_page(bundle, f"#{wanted}")

    assert page.inner_text("#detail h3") == wanted
    assert page.locator(".row.chosen").is_visible()


def test_hostile_text_does_nothing(make_case: Callable[[int], Path], tmp_path: Path, open_page: Open) -> None:
    with Case.open(make_case(40)) as case:
        index = write_report(case, tmp_path / "bundle")

    page = open_page(index)
    page.focus("#grid")
    page.keyboard.press("Enter")

    assert page.evaluate("window.hurt") is None
    assert "[U+202E]gnp.exe" in page.inner_text("#detail")
    assert "<img src=x onerror=" in page.inner_text("#detail")
    assert page.locator("img").count() == 0


def test_many_rows_are_drawn_a_window_at_a_time(
    make_case: Callable[[int], Path], tmp_path: Path, open_page: Open
) -> None:
    with Case.open(make_case(12_000)) as case:
        index = write_report(case, tmp_path / "bundle")
    assert len(list((index.parent / "data").glob("rows-*.js"))) == 3

    page = open_page(index)

    assert page.inner_text("#count") == "12000 of 12000 rows"
    assert 0 < page.locator(".row").count() < 60
    page.focus("#grid")
    page.keyboard.press("End")
    assert _texts(page, ".row.chosen .exhibit .first") == ["EF-0012000"]
    page.fill("#filter-text", "number 11999")
    _wait_for_count(page, 1, 12_000)


@pytest.mark.parametrize("media", ["print", "screen"])
def test_page_prints_without_its_controls(media: str, bundle: Path, open_page: Open) -> None:
    page = open_page(bundle)
    page.emulate_media(media=media)

    assert page.is_visible("#filters") == (media == "screen")
    assert page.is_visible("#recordings")
