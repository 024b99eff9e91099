"""Clips of the sample case, served by the real room: what is shown, accessible, and played at once."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.echoforensics.conftest import Sealed
from tests.echoforensics.report.waiting import wait_until
from tests.echoforensics.review.pages.shift import Colleague, RunningRoom

Violations = Callable[[Any], list[str]]
_SHOWN = "document.querySelector('#view-item .desk') !== null"


@pytest.fixture
def sue(sealed: Sealed, other_case: Path, signing_key: Any, tmp_path: Path, chromium: Any) -> Iterator[Colleague]:
    """The supervisor, signed in, with a queue of interactions."""
    running = RunningRoom(tmp_path / "room", [sealed.path, other_case], signing_key)
    errors: list[str] = []
    made = Colleague(chromium, running, "supervisor", errors)
    made.set_up(made.address(f"/set-up/{running.room.accounts.first_link()}"))
    made.sign_in()
    made.go("/supervise#queues")
    form = made.page.get_by_role("form", name="Create a queue")
    form.get_by_label("Name").fill("Spoken")
    form.get_by_label("Of").select_option("interactions")
    form.get_by_label("Supervisor").check()
    form.get_by_role("button", name="Create the queue").click()
    made.page.get_by_role("link", name="Spoken").click()
    made.page.locator(".clip").nth(2).wait_for()
    yield made
    running.stop()
    assert errors == []


def test_an_interaction_is_shown_as_in_the_report(sue: Colleague, violations: Violations) -> None:
    page = sue.page
    page.locator(".clip", has_text="alexa turn off the lights").get_by_role("link").click()
    wait_until(page, _SHOWN)
    text = page.locator(".told").inner_text()
    for part in ("alexa turn off the lights", "independent sources", "Answered", "What the records say"):
        assert part in text
    page.get_by_text("and why they belong together").click()
    # What is a link in the report is a number here: a reviewer sees what is in the queue.
    assert page.locator(".told a").count() == 0
    page.locator("#view-item h1").focus()
    page.keyboard.press(" ")
    wait_until(page, "EF.player.state().seconds > 0.2")
    page.keyboard.press(" ")
    found = {}
    for width in (1280, 768, 390):
        for scheme in ("light", "dark"):
            page.set_viewport_size({"width": width, "height": 900})
            page.emulate_media(color_scheme=scheme)
            found[width, scheme] = violations(page)
            assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert {each: some for each, some in found.items() if some} == {}


def test_what_comes_next_is_held_and_plays_without_a_network(sue: Colleague) -> None:
    page = sue.page
    page.keyboard.press("f")
    wait_until(page, _SHOWN)
    for _ in range(9):
        if page.evaluate("EF.recordings().some(one => one.file.startsWith('blob:'))"):
            break
        before = page.evaluate("document.documentElement.dataset.item")
        page.keyboard.press("f")
        wait_until(page, "before => document.documentElement.dataset.item !== before", arg=before)
        page.wait_for_timeout(200)
    number = page.evaluate("EF.recordings().findIndex(one => one.file.startsWith('blob:'))")
    assert number >= 0
    page.context.set_offline(True)
    page.evaluate("number => EF.player.play(number)", number)
    wait_until(page, "EF.player.playing()")
    page.context.set_offline(False)


def test_everything_that_can_be_pressed_is_reached_by_the_keyboard(sue: Colleague) -> None:
    page = sue.page
    page.locator(".clip a").first.press("Enter")
    wait_until(page, _SHOWN)
    count = page.evaluate(
        "[...document.querySelectorAll('a[href], button:not(:disabled), input:not([type=hidden]), select, summary,"
        ' textarea, [tabindex="0"]\')].filter(one => one.checkVisibility() && one.tabIndex >= 0).length'
    )
    page.evaluate("document.activeElement.blur()")
    reached = set()
    for _ in range(count + 10):
        page.keyboard.press("Tab")
        reached.add(page.evaluate("[...document.querySelectorAll('*')].indexOf(document.activeElement)"))
    assert len(reached) >= count


def test_a_security_key_is_added(sue: Colleague) -> None:
    sue.go("/help")
    sue.plug_in_security_key()
    sue.page.get_by_role("button", name="Add a security key").click()
    sue.page.get_by_text("Your second step: codes, security key").wait_for()


def test_a_sound_of_two_cases_is_shown_as_decided_by_whom_and_where(sue: Colleague) -> None:
    page = sue.page
    for case in ("case", "other"):
        sue.go("/supervise#queues")
        form = page.get_by_role("form", name="Create a queue")
        form.get_by_label("Name").fill(f"Sounds of {case}")
        form.get_by_label("Case").select_option(case)
        form.get_by_role("button", name="Create the queue").click()
        page.get_by_role("link", name=f"Sounds of {case}").wait_for()
    page.get_by_role("link", name="Sounds of other").click()
    page.locator(".clip a").first.click()
    page.get_by_text("one decision holds for both").wait_for()
    about = page.locator("#view-item h1").inner_text()
    page.keyboard.press("1")
    page.keyboard.press("f")
    sue.saved()

    sue.go("/supervise#queues")
    page.get_by_role("link", name="Sounds of case").click()
    page.get_by_text(f"at {about} of the case other").wait_for()
    page.locator(".clip", has_text="of the case other").get_by_role("link").click()
    page.get_by_text(f"Decided at the same sound: {about} of the case other, by Supervisor.").wait_for()
    assert page.locator(".code[aria-pressed=true]").inner_text() == "1 Responsive"
