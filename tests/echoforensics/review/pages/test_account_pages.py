"""Signing in and setting an account up: what is sent, what is said, and that nothing leads elsewhere."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.echoforensics.report.waiting import wait_until
from tests.echoforensics.review.pages.fake_room import FakeRoom

Open = Callable[[str], Any]
_TOTP = {"secret": "ABCD EFGH", "uri": "otpauth://x", "svg": '<svg xmlns="http://www.w3.org/2000/svg"/>'}


def _sign_in(page: Any) -> None:
    page.keyboard.type("ann")
    page.keyboard.press("Tab")
    page.keyboard.type("a long password")
    page.keyboard.press("Enter")


@pytest.mark.parametrize(
    ("asked", "reached"),
    [
        ("/sign-in", "/work"),
        ("/sign-in?next=%2Fwork%23queue%3Fid%3Dq1", "/work#queue?id=q1"),
        ("/sign-in?next=https%3A%2F%2Fexample.org%2F", "/work"),
        ("/sign-in?next=%2F%2Fexample.org%2F", "/work"),
        ("/sign-in?next=%2F%5Cexample.org", "/work"),
        ("/sign-in?next=javascript%3Aalert(1)", "/work"),
    ],
)
def test_signing_in_leads_to_a_page_of_the_room(open_room: Open, fake_room: FakeRoom, asked: str, reached: str) -> None:
    fake_room.answers["/api/sign-in"] = {"second": ["totp"]}
    page = open_room(asked)
    _sign_in(page)
    page.get_by_label("The six digits that your app shows").wait_for()
    page.keyboard.type("123 456")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**{reached}")
    page.wait_for_selector("html[data-ready=yes]")

    assert ("POST", "/api/sign-in", {"name": "ann", "password": "a long password"}) in fake_room.asked
    assert ("POST", "/api/sign-in/totp", {"code": "123456"}) in fake_room.asked


def test_a_refusal_is_said_and_read_out(open_room: Open, fake_room: FakeRoom) -> None:
    page = open_room("/sign-in")
    fake_room.refused = (429, {"error": "Too many tries. Wait a minute. <b>now</b>"})
    _sign_in(page)
    assert page.get_by_role("alert").inner_text() == "Too many tries. Wait a minute. <b>now</b>"
    assert page.get_by_label("Password").input_value() == "a long password"


def test_who_is_not_signed_in_is_led_to_the_page_for_it(open_room: Open, fake_room: FakeRoom) -> None:
    fake_room.signed_in = False
    page = open_room("/audit")
    page.wait_for_url("**/sign-in?next=%2Faudit")


def test_setting_up_with_a_code(open_room: Open, fake_room: FakeRoom) -> None:
    address = "/api/set-up/tok"
    fake_room.answers[address] = {"display": "Ann", "name": "ann", "role": "reviewer", "totp": _TOTP, "webauthn": None}
    page = open_room("/set-up/tok")
    assert "For Ann, as reviewer." in page.locator("main").inner_text()
    assert page.locator(".qr").get_attribute("src").startswith("data:image/svg+xml;base64,")
    page.get_by_label("Password", exact=True).fill("short")
    page.get_by_role("button", name="Finish with the code").click()
    assert "at least 12 characters" in page.get_by_role("alert").inner_text()
    page.get_by_label("Password", exact=True).fill("a long password")
    page.get_by_label("Repeat the password").fill("another password")
    page.get_by_role("button", name="Finish with the code").click()
    assert page.get_by_role("alert").inner_text() == "The two passwords are not the same."
    page.get_by_label("Repeat the password").fill("a long password")
    page.get_by_label("The six digits that your app shows").fill("654321")
    page.get_by_role("button", name="Finish with the code").click()
    page.get_by_role("heading", name="Your account is set up").wait_for()

    sent = [body for method, path, body in fake_room.asked if method == "POST" and path == address]
    assert sent == [{"password": "a long password", "totp_code": "654321"}]


def test_a_link_that_cannot_be_used(open_room: Open, fake_room: FakeRoom) -> None:
    fake_room.signed_in = False
    page = open_room("/set-up/used")
    assert page.locator("h1").inner_text() == "This link cannot be used"


def test_pages_are_in_german_for_who_reads_it(open_room: Open, fake_room: FakeRoom) -> None:
    fake_room.language = "de"
    page = open_room("/work#item?id=c1&queue=q1")
    wait_until(page, "document.documentElement.dataset.item === 'c1'")
    assert page.evaluate("document.documentElement.lang") == "de"
    assert page.locator(".code").first.inner_text() == "1 Relevant"
    assert page.locator("#saved").inner_text().strip() == "Gespeichert"
    page.locator("#person select").select_option("en")
    fake_room.await_request(page, "POST", "/api/me/language", {"language": "en"})
