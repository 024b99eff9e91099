from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from echoforensics.case.case import Case
from tests.echoforensics.report.waiting import wait_until

Open = Callable[..., Any]
Report = Callable[..., Path]


def test_recordings_are_shown_and_filtered(sealed: Any, bundle: Path, open_page: Open) -> None:
    page = open_page(bundle, "#recordings")
    total = sealed.outcome.recordings
    assert page.locator("#view-recordings .card").count() == total
    assert page.locator("#view-recordings .count").inner_text() == f"{total} of {total} distinct recordings"

    with Case.open(sealed.path) as case:
        found = list(case.recordings())
    for recording in found:
        card = page.locator(f"#recording-{recording.rows[0]['exhibit']}")
        card.get_by_text("Time, format, hash and places").click()
        assert recording.sha256 in card.inner_text()
        for place in recording.references:
            assert place in card.inner_text()
        for _, text in recording.texts:
            assert text in card.inner_text()
    page.fill("#rec-text", "LIGHTS")
    assert page.locator("#view-recordings .card").count() == 1
    page.fill("#rec-text", "")
    page.select_option("#rec-group", "interaction")
    titles = page.locator("#view-recordings h2").all_inner_texts()
    assert "IN-0000004" in [title.strip() for title in titles]
    page.select_option("#rec-group", "places")
    assert page.locator("#view-recordings h2").first.inner_text() in (
        "At one place",
        "The same bytes at several places",
    )


def test_recordings_play_and_are_named_by_exhibit(bundle: Path, open_page: Open) -> None:
    page = open_page(bundle, "#recordings")
    for place in range(page.locator(".card .player").count()):
        player = page.locator(".card .player").nth(place)
        player.locator("button.play").click()
        number = int(player.get_attribute("data-recording"))
        wait_until(page, "number => EF.player.playing() && EF.player.current() === number", arg=number)
        link = player.locator("a.save")
        assert link.get_attribute("download").startswith("EF-")
        assert link.get_attribute("href") == f"media/{link.get_attribute('download')}"
    assert page.evaluate("document.querySelectorAll('audio').length") == 0


@pytest.mark.parametrize(("path", "heading"), [("a/system/earcon.wav", "Sounds of the device itself"),
                                               ("a/voice.wav", "Voices, and what else was recorded")])  # fmt: skip
def test_sounds_of_the_device_stand_apart(
    path: str, heading: str, maker: Any, report_of: Report, open_page: Open, sound: Callable[[int], bytes]
) -> None:
    made = maker("x")
    made.recording(sound(3), path=path)
    page = open_page(report_of(made), "#recordings")

    assert page.locator("#view-recordings h2").inner_text() == heading


def test_what_no_browser_plays_has_a_labelled_derivative(
    maker: Any, report_of: Report, open_page: Open, sound: Callable[[int], bytes]
) -> None:
    made = maker("x")
    made.recording(sound(1), codec="IMA ADPCM")
    made.recording(b"#!AMR\n1", "AMR", "AMR-NB")
    index = report_of(made)
    (derivative,) = (index.parent / "media").glob("*_derivative.wav")
    page = open_page(index, "#recordings")

    card = page.locator("#recording-EF-0000001")
    assert "A derivative is played" in card.inner_text()
    assert hashlib.sha256(derivative.read_bytes()).hexdigest() in card.inner_text()
    assert hashlib.sha256(sound(1)).hexdigest() in card.inner_text()
    card.locator("button.play").click()
    wait_until(page, "EF.player.playing()")
    silent = page.locator("#recording-EF-0000002")
    assert "Browsers have no decoder for AMR" in silent.inner_text()
    assert silent.locator("button.play").count() == 0
