"""Accounts and the links that set them up."""

from __future__ import annotations

import pytest

from echoforensics.review.people.accounts import FIRST, LINK_LASTS
from echoforensics.review.people.person import READER, SUPERVISOR
from echoforensics.review.people.site import Site
from echoforensics.review.room import ReviewRoom
from echoforensics.review.room_errors import ChangedMeanwhileError, InvalidRequestError, NotFoundError
from tests.echoforensics.review.conftest import NewPerson, OpenRoom
from tests.echoforensics.review.room_client import PASSWORD, Clock, RoomClient
from tests.echoforensics.review.soft_authenticator import SoftAuthenticator


def test_a_new_room_has_no_account_that_anybody_could_use(room: ReviewRoom, browser: RoomClient) -> None:
    assert room.accounts.all() == []
    for name in (FIRST, "admin", "root"):
        for password in ("", "admin", FIRST, "password"):
            browser.post("/api/sign-in", 401, name=name, password=password)


def test_each_start_has_a_link_until_the_first_supervisor_is_set_up(room: ReviewRoom, browser: RoomClient) -> None:
    first, second = room.accounts.first_link(), room.accounts.first_link()
    assert first is not None
    assert second is not None

    browser.get(f"/api/set-up/{first}", 404)  # the second took its place
    browser.set_up(second)

    assert room.accounts.first_link() is None
    assert [(each.name, each.role, each.second) for each in room.accounts.all()] == [(FIRST, SUPERVISOR, ("totp",))]


def test_a_link_is_good_once(room: ReviewRoom, browser: RoomClient) -> None:
    token = room.accounts.first_link()
    browser.set_up(str(token))

    browser.get(f"/api/set-up/{token}", 404)
    browser.post(f"/api/set-up/{token}", 404, password=PASSWORD, totp_code="000000")


def test_a_link_is_good_for_a_day(room: ReviewRoom, browser: RoomClient, clock: Clock) -> None:
    token = room.accounts.first_link()
    clock.pass_seconds(LINK_LASTS / 1000 - 1)
    browser.get(f"/api/set-up/{token}")
    clock.pass_seconds(2)

    browser.get(f"/api/set-up/{token}", 404)


def test_a_link_offers_the_same_secret_each_time_it_is_opened(room: ReviewRoom, browser: RoomClient) -> None:
    token = room.accounts.first_link()
    first, second = browser.get(f"/api/set-up/{token}"), browser.get(f"/api/set-up/{token}")

    assert first == second
    assert first["totp"]["svg"].startswith("<svg")
    assert first["webauthn"]["rp"]["id"] == "localhost"


def test_an_account_needs_a_second_factor(room: ReviewRoom, browser: RoomClient) -> None:
    token = room.accounts.first_link()

    answer = browser.post(f"/api/set-up/{token}", 400, password=PASSWORD)["error"]

    assert "second factor" in answer
    browser.post(f"/api/set-up/{token}", 400, password=PASSWORD, totp_code="123")
    browser.post(f"/api/set-up/{token}", 400, password=PASSWORD, credential={"id": "x"})
    browser.set_up(str(token))  # what was refused did not use the link


def test_a_code_of_the_set_up_does_not_sign_in(room: ReviewRoom, browser: RoomClient) -> None:
    browser.set_up(str(room.accounts.first_link()))

    browser.post("/api/sign-in", name=FIRST, password=PASSWORD)
    browser.post("/api/sign-in/totp", 401, code=browser.code())


def test_a_new_link_sets_an_account_up_anew_and_ends_its_sessions(
    room: ReviewRoom, supervisor: RoomClient, new_person: NewPerson
) -> None:
    rita = new_person("rita")
    before = rita.secret
    rita.set_up(room.accounts.new_link_for("RITA"), password="another horse battery")

    rita.get("/api/me", 401)
    rita.post("/api/sign-in", 401, name="rita", password=PASSWORD)
    rita.sign_in("another horse battery")
    assert rita.secret != before


def test_nobody_changes_their_own_role(supervisor: RoomClient) -> None:
    (me,) = supervisor.get("/api/people")["people"]

    supervisor.patch(f"/api/people/{me['id']}", 400, role="reader")
    supervisor.patch(f"/api/people/{me['id']}", 400, active=False)


def test_another_role_ends_the_sessions_of_a_person(supervisor: RoomClient, new_person: NewPerson) -> None:
    rita = new_person("rita")
    person = next(each["id"] for each in supervisor.get("/api/people")["people"] if each["name"] == "rita")

    assert supervisor.patch(f"/api/people/{person}", role=READER)["role"] == READER
    rita.get("/api/me", 401)
    assert rita.sign_in().get("/api/me")["role"] == READER


def test_a_person_who_was_shut_out_is_out_at_once(supervisor: RoomClient, new_person: NewPerson) -> None:
    rita = new_person("rita")
    person = next(each["id"] for each in supervisor.get("/api/people")["people"] if each["name"] == "rita")

    supervisor.patch(f"/api/people/{person}", active=False)

    rita.get("/api/me", 401)
    rita.post("/api/sign-in", 401, name="rita", password=PASSWORD)
    link = supervisor.post(f"/api/people/{person}/link")["link"]
    rita.get(f"/api/set-up/{link.rpartition('/')[2]}", 404)
    supervisor.patch(f"/api/people/{person}", active=True)
    rita.sign_in()


@pytest.mark.parametrize("name", ["", "two words", "x" * 65, "-x", "../x", "rita\n", "<b>", "ríta"])
def test_names_that_could_be_taken_for_others_are_refused(supervisor: RoomClient, name: str) -> None:
    supervisor.post("/api/people", 400, name=name, display="Rita", role="reviewer")


@pytest.mark.parametrize("display", ["", "  ", "Rita\u202emoc", "Rita\r\nX: y", "x" * 101])
def test_display_names_that_cannot_be_printed_are_refused(supervisor: RoomClient, display: str) -> None:
    supervisor.post("/api/people", 400, name="rita", display=display, role="reviewer")


def test_a_name_is_taken_once_whatever_its_capitals(supervisor: RoomClient, new_person: NewPerson) -> None:
    new_person("rita")

    supervisor.post("/api/people", 409, name="Rita", display="Other", role="reviewer")


def test_errors_of_accounts_say_what_to_do(room: ReviewRoom, supervisor: RoomClient) -> None:
    (by,) = room.accounts.all()
    with pytest.raises(NotFoundError, match="no account"):
        room.accounts.new_link_for("nobody")
    with pytest.raises(NotFoundError):
        room.accounts.change("nobody", "reader", None, by)
    with pytest.raises(InvalidRequestError, match="roles are"):
        room.accounts.add("rita", "Rita", "king", by)
    with pytest.raises(ChangedMeanwhileError):
        room.accounts.add(FIRST, "Rita", "reader", by)
    with pytest.raises(InvalidRequestError, match="languages"):
        room.accounts.set_language(by, "fr")


def test_a_room_under_an_address_offers_no_security_key(open_room: OpenRoom) -> None:
    room = open_room(site=Site("192.0.2.7", 8765, tls=True))
    token = str(room.accounts.first_link())

    assert room.accounts.what_link_offers(token)["webauthn"] is None
    with pytest.raises(InvalidRequestError, match="authenticator app"):
        room.accounts.set_up(token, PASSWORD, None, SoftAuthenticator("x").make({"challenge": ""}))
