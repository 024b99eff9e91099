from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from echoforensics.case.case import Case
from echoforensics.case.spoken.interaction import CaseInteraction
from echoforensics.report import markup
from echoforensics.zones import local_time, zone
from tests.echoforensics.report.waiting import wait_until

Open = Callable[..., Any]


@pytest.fixture
def interactions(sealed: Any) -> list[CaseInteraction]:
    with Case.open(sealed.path) as case:
        return list(case.interactions())


def _shown(page: Any) -> list[str]:
    return [str(text) for text in page.locator(".card h3").all_inner_texts()]


def test_each_interaction_is_a_card(interactions: list[CaseInteraction], bundle: Path, open_page: Open) -> None:
    page = open_page(bundle, "#interactions")
    seoul = zone("Asia/Seoul")
    assert seoul is not None

    assert _shown(page) == [one.number for one in interactions]
    for one in interactions:
        card = page.locator(f"#card-{one.number}")
        text = card.inner_text()
        if one.start is not None:
            assert markup.utc(one.datetime) in text
            assert markup.local(local_time(one.start, seoul), "Asia/Seoul") in text
        if one.uncertainty:
            assert f"± {one.uncertainty / 1e6:.1f} s" in text
        assert (one.transcript or "text") in text
        for answer in one.answers:
            assert answer.text in text
        assert card.locator(".player").count() == len(one.recordings)
        assert card.locator(".against").count() == len(one.contradictions)
        assert card.locator(".signs").count() == bool(one.unintended)
        card.locator("summary").click()
        for member in one.members:
            assert member.exhibit in card.inner_text()
            assert member.reason in card.inner_text()
            assert member.says[:100] in card.inner_text()


def test_recordings_have_drawn_outlines(bundle: Path, open_page: Open) -> None:
    page = open_page(bundle, "#interactions")

    paths = page.eval_on_selector_all(".card .wave", "all => all.map(one => one.getAttribute('d'))")
    assert paths
    assert len(set(paths)) > 1
    assert all(path.count("M") == 200 for path in paths)


def test_the_strip_of_hours_chooses(interactions: list[CaseInteraction], bundle: Path, open_page: Open) -> None:
    page = open_page(bundle, "#interactions")
    seoul = zone("Asia/Seoul")
    assert seoul is not None
    times = [(local_time(one.start, seoul) or "") for one in interactions]
    day, hour = times[0][:10], times[0][11:13]

    page.locator(f".days button[data-key='{day}']").click()
    assert _shown(page) == [one.number for one, time in zip(interactions, times, strict=True) if time[:10] == day]
    bar = page.locator(f".hours button[data-key='{int(hour)}']")
    count = sum(time[:13] == f"{day}T{hour}" for time in times)
    assert bar.get_attribute("aria-label") == f"{hour}:00, interactions: {count}"
    bar.click()
    assert _shown(page) == [
        o.number for o, time in zip(interactions, times, strict=True) if time[:13] == f"{day}T{hour}"
    ]
    assert page.locator(".hours button").count() == 24
    assert bar.get_attribute("aria-pressed") == "true"
    assert bar.evaluate("bar => bar === document.activeElement")


def test_cards_are_filtered(interactions: list[CaseInteraction], bundle: Path, open_page: Open) -> None:
    page = open_page(bundle, "#interactions")

    page.check("[name=signs]")
    signs = sum(bool(one.unintended) for one in interactions)
    page.get_by_text(f"{signs} of {len(interactions)} interactions", exact=True).wait_for()
    assert _shown(page) == [one.number for one in interactions if one.unintended]
    page.uncheck("[name=signs]")
    page.check("#view-interactions [name=sound]")
    sounding = sum(bool(one.recordings) for one in interactions)
    page.get_by_text(f"{sounding} of {len(interactions)} interactions", exact=True).wait_for()
    assert _shown(page) == [one.number for one in interactions if one.recordings]
    page.get_by_role("button", name="Clear").click()
    page.fill("#in-text", "TURN off the lights")
    page.get_by_text(f"1 of {len(interactions)} interactions").wait_for()
    assert _shown(page) == ["IN-0000004"]


def test_keys_lead_through_the_interactions(interactions: list[CaseInteraction], bundle: Path, open_page: Open) -> None:
    page = open_page(bundle, "#interactions")
    for expected in (interactions[0], interactions[1]):
        page.keyboard.press("j")
        assert page.locator(".card.current").get_attribute("data-subject") == expected.number
    page.keyboard.press("k")
    assert page.evaluate("document.activeElement.id") == f"card-{interactions[0].number}"

    page.goto(f"{bundle.as_uri()}#IN-0000004")
    page.locator("#card-IN-0000004.current").wait_for()
    page.keyboard.press(" ")
    # Seen together: the clip is soon at its end.
    wait_until(page, "EF.player.playing() && document.querySelector('#card-IN-0000004 .play').innerText === 'Pause'")
    assert page.locator(".transport .name").inner_text() in page.locator("#card-IN-0000004 .save").inner_text()
    page.keyboard.press(" ")
    wait_until(page, "!EF.player.playing()")
    for key, name, value in (("l", "loop", True), ("s", "skip", True), ("+", "speed", 1.25), ("-", "speed", 1)):
        page.keyboard.press(key)
        assert page.evaluate(f"EF.player.state().{name}") == value
    for _ in range(9):
        page.keyboard.press("+")
    assert page.evaluate("[EF.player.element.playbackRate, EF.player.element.preservesPitch]") == [2.5, True]
    for _ in range(9):
        page.keyboard.press("-")
    assert page.evaluate("EF.player.state().speed") == 0.5


def test_silence_is_skipped(bundle: Path, open_page: Open) -> None:
    page = open_page(bundle, "#IN-0000004")
    page.keyboard.press("s")
    number = page.evaluate("EF.currentView().keys.sound()")
    silences = page.evaluate("number => EF.silences(EF.recordings()[number])", number)
    assert silences
    assert all(end - start >= 0.5 for start, end in silences)
    page.evaluate(
        """([number, second]) => {
          window.seeks = [];
          EF.player.element.addEventListener("seeking", () => window.seeks.push(EF.player.element.currentTime));
          EF.player.seek(number, second / EF.recordings()[number].seconds);
        }""",
        [number, silences[0][0] + 0.15],
    )
    page.keyboard.press(" ")

    reached = "end => window.seeks.some(second => Math.abs(second - end) < 0.01)"
    wait_until(page, reached, arg=silences[0][1] - 0.1)


def test_the_outline_is_a_slider(bundle: Path, open_page: Open) -> None:
    page = open_page(bundle, "#IN-0000004")
    slider = page.locator("#card-IN-0000004").get_by_role("slider")
    slider.focus()
    page.keyboard.press("ArrowRight")
    wait_until(page, "Math.abs(EF.player.state().seconds - 1) < 0.2")
    page.keyboard.press("Home")
    wait_until(page, "EF.player.state().seconds === 0")
    assert slider.get_attribute("aria-valuenow") == "0.0"
    box = slider.bounding_box()
    page.mouse.click(box["x"] + box["width"] / 2, box["y"] + 10)
    wait_until(page, "Math.abs(EF.player.state().seconds - EF.player.element.duration / 2) < 0.2")
