"""Security keys as a second factor."""

from __future__ import annotations

import pytest

from echoforensics.review.room import ReviewRoom
from tests.echoforensics.review.room_client import PASSWORD, RoomClient
from tests.echoforensics.review.soft_authenticator import SoftAuthenticator


@pytest.fixture
def key(room: ReviewRoom) -> SoftAuthenticator:
    return SoftAuthenticator(room.site.origin)


@pytest.fixture
def owner(room: ReviewRoom, browser: RoomClient, key: SoftAuthenticator) -> RoomClient:
    """A supervisor with a security key and no app."""
    path = f"/api/set-up/{room.accounts.first_link()}"
    browser.post(path, password=PASSWORD, credential=key.make(browser.get(path)["webauthn"]))
    browser.name = "supervisor"
    return browser


def test_a_key_signs_in(owner: RoomClient, key: SoftAuthenticator) -> None:
    assert owner.post("/api/sign-in", name="supervisor", password=PASSWORD) == {"second": ["webauthn"]}
    options = owner.post("/api/sign-in/webauthn/options")
    assert options["rpId"] == "localhost"

    owner.post("/api/sign-in/webauthn", credential=key.use(options))

    assert owner.get("/api/me")["second"] == ["webauthn"]


def test_what_was_signed_before_is_not_taken_again(owner: RoomClient, key: SoftAuthenticator) -> None:
    owner.post("/api/sign-in", name="supervisor", password=PASSWORD)
    signed = key.use(owner.post("/api/sign-in/webauthn/options"))
    owner.post("/api/sign-in/webauthn", credential=signed)

    owner.post("/api/sign-in", name="supervisor", password=PASSWORD)
    owner.post("/api/sign-in/webauthn/options")

    owner.post("/api/sign-in/webauthn", 401, credential=signed)


def test_a_challenge_is_good_for_one_try(owner: RoomClient, key: SoftAuthenticator) -> None:
    owner.post("/api/sign-in", name="supervisor", password=PASSWORD)
    options = owner.post("/api/sign-in/webauthn/options")
    signed = key.use(options)
    wrong = {**signed, "response": {**signed["response"], "signature": "AAAA"}}

    owner.post("/api/sign-in/webauthn", 401, credential=wrong)

    owner.post("/api/sign-in/webauthn", 401, credential=signed)


@pytest.mark.parametrize("change", ["key", "origin", "relying party", "count", "malformed"])
def test_what_another_key_or_page_signed_is_refused(
    room: ReviewRoom, owner: RoomClient, key: SoftAuthenticator, change: str
) -> None:
    owner.post("/api/sign-in", name="supervisor", password=PASSWORD)
    owner.post("/api/sign-in/webauthn", credential=key.use(owner.post("/api/sign-in/webauthn/options")))
    owner.post("/api/sign-in", name="supervisor", password=PASSWORD)
    options = owner.post("/api/sign-in/webauthn/options")
    if change == "key":
        other = SoftAuthenticator(room.site.origin)
        other.id = key.id
        key = other
        key.count = 5
    elif change == "origin":
        key.origin = "http://localhost:9999"
    elif change == "relying party":
        key.relying_party = "example.org"
    elif change == "count":
        key.count = 0  # a copy of the key
    credential = {"id": {"a": 1}} if change == "malformed" else key.use(options)

    owner.post("/api/sign-in/webauthn", 401, credential=credential)
    owner.get("/api/me", 401)


def test_a_key_is_added_to_an_account_with_an_app(supervisor: RoomClient, key: SoftAuthenticator) -> None:
    supervisor.post("/api/me/webauthn", 400, credential=key.make({"challenge": "AAAA"}))  # nothing was asked for
    supervisor.post("/api/me/webauthn", credential=key.make(supervisor.post("/api/me/webauthn/options")))
    again = supervisor.post("/api/me/webauthn/options")

    assert [each["id"] for each in again["excludeCredentials"]] == [key.make(again)["id"]]
    supervisor.post("/api/me/webauthn", 409, credential=key.make(again))
    assert supervisor.get("/api/me")["second"] == ["totp", "webauthn"]


def test_an_account_without_a_key_is_offered_none(room: ReviewRoom, browser: RoomClient) -> None:
    browser.set_up(str(room.accounts.first_link()))
    browser.post("/api/sign-in", name="supervisor", password=PASSWORD)

    browser.post("/api/sign-in/webauthn/options", 400)
    browser.post("/api/sign-in/webauthn", 401, credential={})
