from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

from echoforensics.case.case import Case
from echoforensics.case.clocks.clock_readings import ClockReading
from echoforensics.report.bundle import write_report
from parsers.record import Clock, Timestamp

Open = Callable[..., Any]
Report = Callable[..., Path]


def _plain(html: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]*>", "", html))


def test_what_was_found_is_said_in_sentences_of_the_case(sealed: Any, bundle: Path) -> None:
    page = bundle.read_text(encoding="utf-8")
    (sentences,) = re.findall(r'<ol class="findings">(.*?)</ol>', page, re.DOTALL)
    found = [_plain(sentence) for sentence in re.findall(r"<li>(.*?)</li>", sentences, re.DOTALL)]

    rows = sealed.rows()
    with Case.open(sealed.path) as case:
        interactions = list(case.interactions())
        unintended = [one for one in interactions if one.unintended]
    deleted = {row["record"] for row in rows if row["state"] == "deleted"}
    for beginning in (
        f"Records show {len(interactions)} interactions",
        f"There are {len({row['record'] for row in rows})} records, in {len(rows)} rows of the timeline, from 2024-",
        "Records name 1 account and 1 device: Kitchen Echo",
        f"There are {sealed.outcome.recordings} distinct recordings",
        f"{len(unintended)} interactions show signs",
        f"{len(deleted)} records were found in data no longer in use",
        "No record is a sign of tampering",
        "1 thing could not be read.",
    ):
        assert any(sentence.startswith(beginning) for sentence in found), (beginning, found)


def test_each_sentence_leads_to_the_rows_behind_it(sealed: Any, bundle: Path, open_page: Open) -> None:
    page = open_page(bundle)
    deleted = sum(row["state"] == "deleted" for row in sealed.rows())
    page.locator(".findings li", has_text="no longer in use").get_by_role("link").click()
    page.get_by_text(f"{deleted} of {len(sealed.rows())} rows", exact=True).wait_for()

    page.get_by_role("link", name="Overview").click()
    page.locator(".findings li", has_text="show signs").get_by_role("link").click()
    page.locator(".card .signs").first.wait_for()
    assert page.locator(".card").count() == page.locator(".card .signs").count()

    page.get_by_role("link", name="Overview").click()
    page.get_by_role("link", name="Kitchen Echo").click()
    page.locator(".pane .row").first.wait_for()
    assert page.input_value("#filter-device") == "B0DEM0000000EF01"
    with Case.open(sealed.path) as case:
        count = len(case.rows(devices=["B0DEM0000000EF01"]))
    page.get_by_text(f"{count} of {len(sealed.rows())} rows", exact=True).wait_for()


def test_warnings_come_before_all_else(maker: Any, report_of: Report) -> None:
    page = report_of(maker("x")).read_text(encoding="utf-8")

    assert 0 < page.index("This case is UNSIGNED") < page.index('class="findings"')


def test_a_wrong_clock_is_warned_of(sealed: Any, tmp_path: Path, monkeypatch: Any) -> None:
    wrong = ClockReading("echo-data.img", "device", basis="the id of a stream", pairs=3, offset=-7_200_000_000,
                         least=-7_200_000_000, most=-7_199_000_000, exhibits=("EF-0000004",))  # fmt: skip
    slight = ClockReading("phone", "phone", basis="the id of a stream", pairs=3, offset=1_000_000, least=0, most=2)
    with Case.open(sealed.path) as case:
        monkeypatch.setattr(case, "clocks", lambda: [wrong, slight])
        page = write_report(case, tmp_path / "bundle").read_text(encoding="utf-8")

    assert f"A clock was wrong. {wrong.sentence}".replace("'", "&#x27;") in page
    assert slight.sentence.replace("'", "&#x27;") not in page


def test_a_case_without_times_and_recordings_says_so(maker: Any, report_of: Report) -> None:
    made = maker("x")
    made.record(Timestamp("Creation Time", "unreadable", Clock.DEVICE, None))
    page = report_of(made).read_text(encoding="utf-8")

    assert "There are 1 record, in 1 row; no time in UTC is known." in page
    assert "recordings" not in re.findall(r'<ol class="findings">(.*?)</ol>', page, re.DOTALL)[0]


def test_facts_stand_apart_from_interpretation(bundle: Path) -> None:
    page = bundle.read_text(encoding="utf-8")

    (apart,) = re.findall(r'<section class="apart".*?</section>', page, re.DOTALL)
    assert "None of it is an interpretation" in apart
    assert page.index('class="findings"') < page.index(apart)


def test_page_needs_no_javascript_but_for_its_views(sealed: Any, bundle: Path, open_page: Open) -> None:
    page = open_page(bundle, script=False)

    assert page.locator("#view-overview .findings li").count() > 5
    assert page.locator("noscript .notice").is_visible()
    page.locator("noscript a[href='recordings.html']").click()
    assert page.locator("audio").count() == sealed.outcome.recordings
    page.get_by_role("link", name="Back to the report").click()
    page.get_by_role("link", name="About").first.click()
    for section in ("case", "evidence", "custody", "method", "issues", "limits"):
        assert page.is_visible(f"#{section} h2")


def test_the_interface_speaks_german_and_says_what_stays_english(sealed: Any, tmp_path: Path, open_page: Open) -> None:
    with Case.open(sealed.path) as case:
        index = write_report(case, tmp_path / "bundle", language_code="de")
    page = open_page(index, "#IN-0000005")

    assert page.get_attribute("html", "lang") == "de"
    assert page.get_by_role("link", name="Zeitleiste").is_visible()
    page.locator("#card-IN-0000005 summary").click()
    card = page.locator("#card-IN-0000005").inner_text()
    assert "Signs that" not in card
    assert "The record says:" in card
    for name in ("index.html", "about.html", "recordings.html"):
        assert "englisch, wie" in index.with_name(name).read_text(encoding="utf-8")
