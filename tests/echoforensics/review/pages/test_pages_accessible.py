"""Nothing that axe-core finds, on any page, wide and narrow, in both schemes; and nothing wider than the window."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest

from tests.conftest import WHOLE_SERIES
from tests.echoforensics.report.waiting import wait_until
from tests.echoforensics.review.pages.fake_room import FakeRoom, Served
from tests.echoforensics.review.pages.supervised import fill

#: Width and scheme. Narrow or wide and light or dark are seen without trying every pair; for endurance every pair is.
_LOOKS = [(1280, "light"), (390, "dark")]
if WHOLE_SERIES:
    _LOOKS += [(1280, "dark"), (768, "light"), (768, "dark"), (390, "light")]

Open = Callable[[str], Any]
Violations = Callable[[Any], list[str]]
_TOTP = {"secret": "ABCD EFGH", "uri": "otpauth://x", "svg": '<svg xmlns="http://www.w3.org/2000/svg"/>'}
#: Addresses, and what is on the page once it is there.
PAGES = {
    "/sign-in": "h1", "/set-up/tok": ".qr", "/work#queues": ".card.queue", "/work#queue?id=q1": ".clip",
    "/work#item?id=c1&queue=q1": ".desk", "/work#item?id=c3&queue=q1": ".warning", "/supervise#people": "tbody tr",
    "/supervise#queues": "form", "/supervise#plan": "tbody tr", "/supervise#agreement": "tbody tr",
    "/supervise#disagreements": ".card", "/supervise#redactions": ".card", "/supervise#close": "button.primary",
    "/audit": "tbody tr", "/help": "tbody tr",
}  # fmt: skip


#: Words that the pages have in English and never in German, where they are the program's own.
_ENGLISH = re.compile(r"\b(the|is|are|of|and|not|no|for|with|what|this|your|you|from|to|has|who)\b", re.IGNORECASE)
#: What is shown of the room's data, in whatever language it is.
_DATA = "[dir=auto], .evidence, .told, code, .mark, option"


def english_of(page: Any) -> list[str]:
    """Lines of a page's own words that are in English."""
    own = (
        "data => { const copy = document.body.cloneNode(true);"
        " copy.querySelectorAll(data + ', script, style, noscript').forEach(one => one.remove());"
        " return [...copy.querySelectorAll('*')].flatMap(one => [...one.childNodes])"
        ".filter(node => node.nodeType === 3).map(node => node.textContent.trim()); }"
    )
    return [line for line in page.evaluate(own, _DATA) if _ENGLISH.search(line)]


@pytest.mark.parametrize(("width", "scheme"), _LOOKS)
def test_no_page_has_a_violation(
    open_room: Open, served: Served, fake_room: FakeRoom, violations: Violations, width: int, scheme: str
) -> None:
    fill(fake_room)
    fake_room.answers["/api/set-up/tok"] = {
        "display": "Ann", "name": "ann", "role": "reviewer", "totp": _TOTP, "webauthn": {},
    }  # fmt: skip
    found = {}
    # Longer words are seen where there is least place for them.
    fake_room.language = "de" if width == min(_LOOKS)[0] else "en"
    page = open_room("/help")
    page.emulate_media(color_scheme=scheme)
    page.set_viewport_size({"width": width, "height": 900})
    for address, awaited in PAGES.items():
        page.goto("about:blank")
        page.goto(served.url + address)
        page.wait_for_selector("html[data-ready=yes]")
        page.locator(f"main {awaited} >> visible=true").first.wait_for()
        found[address] = violations(page)
        wide = page.evaluate("document.documentElement.scrollWidth")
        assert wide <= width, f"{address}: {wide}"
        english = english_of(page)
        assert bool(english) == (fake_room.language == "en"), (address, english)

    assert {address: some for address, some in found.items() if some} == {}


def test_windows_and_fields_in_use_have_no_violation(
    open_room: Open, fake_room: FakeRoom, violations: Violations
) -> None:
    page = open_room("/work#item?id=c1&queue=q1")
    wait_until(page, "document.documentElement.dataset.item === 'c1'")
    page.keyboard.press(" ")
    page.locator(".transport").wait_for()
    page.keyboard.press("t")
    page.keyboard.type("light")
    page.keyboard.press("Control+/")
    page.keyboard.press("Escape")
    page.keyboard.press("r")
    page.get_by_role("button", name="Add a range").click()
    page.get_by_role("button", name="Request this redaction").focus()
    assert violations(page) == []
    page.locator("h1").focus()
    page.keyboard.press("?")
    page.get_by_role("dialog").wait_for()
    assert violations(page) == []
    page.keyboard.press("Escape")
    fake_room.change("c1", "notes", {"version": fake_room.versions["c1"], "text": "Theirs"})
    page.locator("h1").focus()
    page.keyboard.press("2")
    page.locator(".conflict").wait_for()
    assert violations(page) == []
