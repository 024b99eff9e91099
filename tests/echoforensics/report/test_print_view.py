from __future__ import annotations

import re
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Open = Callable[..., Any]
Report = Callable[..., Path]


def _printed(page: Any, path: Path) -> str:
    page.pdf(path=str(path), format="A4", prefer_css_page_size=True)
    return subprocess.run(["pdftotext", "-layout", path, "-"], check=True, capture_output=True, text=True).stdout


def test_a_selection_is_printed_whole(sealed: Any, bundle: Path, open_page: Open, tmp_path: Path) -> None:
    page = open_page(bundle, "#timeline?kind=alexa%3Acloud%3Acard")
    wanted = [row for row in sealed.rows() if row["data_type"] == "alexa:cloud:card"]
    page.get_by_text(f"{len(wanted)} of {len(sealed.rows())} rows", exact=True).wait_for()
    page.get_by_role("button", name="Print these").click()
    page.locator("table.printed tbody tr").first.wait_for()

    assert page.locator("table.printed tbody tr").count() == len(wanted)
    text = page.inner_text("#view-print")
    for row in wanted:
        assert row["message"] in text
        assert row["exhibit"] in text
    assert page.locator("table.printed thead th").count() == 3
    page.emulate_media(media="print")
    assert page.evaluate("getComputedStyle(document.querySelector('.printed thead')).display") == "table-header-group"


def test_pages_are_numbered_and_heads_repeated(maker: Any, report_of: Report, open_page: Open, tmp_path: Path) -> None:
    made = maker("x")
    for number in range(60):
        made.record(transcript=f"{number:03} " + "a long sentence that goes on " * 8 + "to its end")
    page = open_page(report_of(made), "#timeline")
    page.get_by_role("button", name="Print these").click()
    page.locator("table.printed tbody tr").nth(59).wait_for()

    text = " ".join(_printed(page, tmp_path / "printed.pdf").split())

    pages = text.count("What the record says")
    assert pages > 2
    assert f"1 / {pages}" in text
    assert f"{pages} / {pages}" in text
    assert text.count("to its end") == 60
    assert "Print these" not in text


def test_interactions_are_printed_with_their_reasons(bundle: Path, open_page: Open, tmp_path: Path) -> None:
    page = open_page(bundle, "#interactions?signs=1")
    page.get_by_role("button", name="Print these").click()
    page.locator("#view-print .card").first.wait_for()

    text = _printed(page, tmp_path / "printed.pdf")

    assert "Signs that it was not intended" in text
    assert "What speaks against it" in text
    assert "why they belong together" in text or "and what it is" in text


def test_what_is_marked_is_printed(bundle: Path, open_page: Open) -> None:
    page = open_page(bundle, "#IN-0000004")
    page.keyboard.press("m")
    page.goto(f"{bundle.as_uri()}#EF-0000003")
    page.locator(".detail h2").wait_for()
    page.locator(".detail").get_by_role("button", name="Mark", exact=True).click()
    page.goto(f"{bundle.as_uri()}#marks")
    page.get_by_role("button", name="Print what is marked").click()
    page.locator("#view-print .card").wait_for()

    assert page.locator("#view-print .card").get_attribute("data-subject") == "IN-0000004"
    assert page.locator("table.printed tbody tr").count() == 1


@pytest.mark.parametrize("name", ["index.html", "about.html", "recordings.html"])
def test_pages_print_without_their_controls(name: str, bundle: Path, open_page: Open, tmp_path: Path) -> None:
    page = open_page(bundle.with_name(name), script=name == "index.html")
    page.emulate_media(media="print")

    assert page.is_hidden(".top")
    assert page.is_visible("main h1 >> nth=0")
    assert re.search(r"\b1\s*/\s*\d", _printed(page, tmp_path / "printed.pdf"))
