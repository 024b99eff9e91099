"""Text from the evidence and from people is only ever text, wherever it is shown."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.echoforensics.report.conftest import HOSTILE
from tests.echoforensics.report.waiting import wait_until
from tests.echoforensics.review.pages.fake_room import FakeRoom
from tests.echoforensics.review.pages.supervised import fill

Open = Callable[[str], Any]
_SHOWN = "[U+202E]gnp.exe"


class HostileRoom(FakeRoom):
    """A room in which every text does harm where care is not taken."""

    def answer(self, method: str, path: str, body: Any) -> tuple[int, Any]:
        status, made = super().answer(method, path, body)
        return status, _hostile(made)


#: What pages look things up by; it is the program's own.
_KEPT = {
    "id", "item", "queue", "file", "state", "key", "role", "csrf", "language", "kind", "second", "codes", "code",
    "queues", "peaks", "link", "sha256", "with", "next", "people",
}  # fmt: skip


def _hostile(value: Any) -> Any:
    if isinstance(value, dict):
        return {
            name: each if name in _KEPT and not isinstance(each, list | dict) else _hostile(each)
            for name, each in value.items()
        }
    if isinstance(value, list):
        return [each if isinstance(each, str) and len(each) < 12 else _hostile(each) for each in value]
    return HOSTILE if isinstance(value, str) else value


@pytest.fixture
def fake_room() -> FakeRoom:
    made = HostileRoom()
    made.others = ["<img src=x onerror='window.hurt=1'>"]
    return made


@pytest.mark.parametrize(
    "address",
    [
        "/work#queues", "/work#queue?id=q1", "/work#item?id=c1&queue=q1", "/supervise#people", "/supervise#queues",
        "/supervise#plan", "/supervise#disagreements", "/supervise#redactions", "/audit", "/help",
    ],
)  # fmt: skip
def test_no_text_becomes_markup(open_room: Open, fake_room: FakeRoom, address: str) -> None:
    fill(fake_room)
    page = open_room(address)
    wait_until(page, "!document.querySelector('.view:not([hidden]) .loading')")
    wait_until(page, "text => document.body.innerText.includes(text)", arg=_SHOWN)
    assert page.evaluate("window.hurt") is None
    assert page.evaluate("document.querySelectorAll('main img, main script, main a[href^=\"https\"]').length") == 0
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


def test_what_somebody_else_saved_is_only_text(open_room: Open, fake_room: FakeRoom) -> None:
    page = open_room("/work#item?id=c1&queue=q1")
    fake_room.change("c1", "notes", {"version": 1, "text": HOSTILE})
    page.keyboard.press("1")
    page.locator(".conflict").wait_for()
    assert page.evaluate("window.hurt") is None
    assert page.locator(".conflict img, .conflict script, .conflict a").count() == 0
