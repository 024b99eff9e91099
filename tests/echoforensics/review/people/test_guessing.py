"""Guessing passwords and codes: it is slowed down, on record, and locks nobody out for good."""

from __future__ import annotations

import threading
import time
from contextlib import suppress

import pytest
from starlette.types import ASGIApp

from echoforensics.review.people import signing_in
from echoforensics.review.people.passwords import Passwords
from echoforensics.review.people.rate_limits import BY_ACCOUNT, BY_ADDRESS, WINDOW, limits_of
from echoforensics.review.people.signing_in import Caller
from echoforensics.review.room import ReviewRoom
from echoforensics.review.room_errors import BusyError, NotSignedInError, TooManyTriesError
from echoforensics.review.store.session_table import attempts_since
from tests.echoforensics.review.conftest import NewPerson
from tests.echoforensics.review.room_client import PASSWORD, Clock, RoomClient, quick_passwords

ATTACKER = "192.0.2.66"


def guess(browser: RoomClient, name: str, times: int, status: int = 401) -> None:
    for number in range(times):
        browser.post("/api/sign-in", status, name=name, password=f"wrong horse {number}")


def test_after_so_many_wrong_passwords_not_even_the_right_one_is_looked_at(
    app: ASGIApp, room: ReviewRoom, clock: Clock, supervisor: RoomClient
) -> None:
    attacker = RoomClient(app, room, clock, ATTACKER)
    guess(attacker, "supervisor", BY_ACCOUNT)

    refused = attacker.http.post("/api/sign-in", json={"name": "supervisor", "password": PASSWORD})

    assert refused.status_code == 429
    assert refused.headers["retry-after"] == str(WINDOW // 1000)
    assert "Wait 15 min " in refused.json()["error"]


def test_it_opens_again_by_itself(app: ASGIApp, room: ReviewRoom, clock: Clock, supervisor: RoomClient) -> None:
    other = RoomClient(app, room, clock, ATTACKER)
    other.name, other.secret = supervisor.name, supervisor.secret
    guess(other, "supervisor", BY_ACCOUNT)
    clock.pass_seconds(WINDOW / 1000 - 1)
    other.post("/api/sign-in", 429, name="supervisor", password=PASSWORD)
    clock.pass_seconds(2)

    other.sign_in()


def test_tries_while_it_is_shut_do_not_keep_it_shut(
    app: ASGIApp, room: ReviewRoom, clock: Clock, supervisor: RoomClient
) -> None:
    other = RoomClient(app, room, clock, ATTACKER)
    guess(other, "supervisor", BY_ACCOUNT)
    clock.pass_seconds(WINDOW / 2000)
    guess(other, "supervisor", 30, 429)
    clock.pass_seconds(WINDOW / 2000 + 1)

    other.post("/api/sign-in", name="supervisor", password=PASSWORD)


def test_an_attacker_does_not_lock_the_supervisor_out(
    app: ASGIApp, room: ReviewRoom, clock: Clock, supervisor: RoomClient
) -> None:
    supervisor.post("/api/sign-out")
    guess(RoomClient(app, room, clock, ATTACKER), "supervisor", BY_ACCOUNT)
    guess(RoomClient(app, room, clock), "supervisor", 5, 429)

    supervisor.sign_in()  # the browser is known
    room.accounts.new_link_for("supervisor")  # and whoever runs the server has a way in


def test_a_known_browser_cannot_guess_on_and_on_either(supervisor: RoomClient) -> None:
    supervisor.post("/api/sign-out")

    guess(supervisor, "supervisor", 10)
    guess(supervisor, "supervisor", 1, 429)


def test_a_known_browser_counts_for_its_own_person_only(supervisor: RoomClient, new_person: NewPerson) -> None:
    rita = new_person("rita")

    guess(rita, "supervisor", BY_ACCOUNT)
    guess(rita, "supervisor", 1, 429)


def test_many_names_from_one_address_are_slowed_down_too(
    app: ASGIApp, room: ReviewRoom, clock: Clock, supervisor: RoomClient
) -> None:
    attacker = RoomClient(app, room, clock, ATTACKER)
    for number in range(BY_ADDRESS):
        guess(attacker, f"name{number}", 1)

    guess(attacker, "another", 1, 429)
    guess(RoomClient(app, room, clock, "192.0.2.67"), "another", 1)


def test_whoever_has_many_addresses_of_ipv6_is_one_caller() -> None:
    assert limits_of("rita", "2001:db8::1", "", "password") == limits_of("rita", "2001:db8::ffff:1", "", "password")
    assert limits_of("rita", "2001:db8::1", "", "password") != limits_of("rita", "2001:db8:1::1", "", "password")


def test_capitals_do_not_give_more_tries(app: ASGIApp, room: ReviewRoom, clock: Clock, supervisor: RoomClient) -> None:
    attacker = RoomClient(app, room, clock, ATTACKER)
    guess(attacker, "supervisor", 5)
    guess(attacker, "SUPERVISOR", 5)

    guess(attacker, "Supervisor", 1, 429)


def test_codes_cannot_be_guessed(app: ASGIApp, room: ReviewRoom, clock: Clock, supervisor: RoomClient) -> None:
    attacker = RoomClient(app, room, clock, ATTACKER)
    attacker.post("/api/sign-in", name="supervisor", password=PASSWORD)
    right = supervisor.code()
    for _ in range(BY_ACCOUNT):
        attacker.post("/api/sign-in/totp", 401, code="000000" if right != "000000" else "000001")

    clock.pass_seconds(60)
    attacker.secret = supervisor.secret
    attacker.post("/api/sign-in/totp", 429, code=attacker.code())
    attacker.get("/api/me", 401)


def test_a_code_is_taken_once(app: ASGIApp, room: ReviewRoom, clock: Clock, supervisor: RoomClient) -> None:
    """Whoever looked over a shoulder has the code, and the password."""
    clock.pass_seconds(30)
    supervisor.post("/api/sign-in", name="supervisor", password=PASSWORD)
    code = supervisor.code()
    supervisor.post("/api/sign-in/totp", code=code)
    attacker = RoomClient(app, room, clock, ATTACKER)
    attacker.post("/api/sign-in", name="supervisor", password=PASSWORD)

    attacker.post("/api/sign-in/totp", 401, code=code)
    clock.pass_seconds(30)
    attacker.post("/api/sign-in/totp", 401, code=code)


def test_a_code_of_a_step_before_the_last_used_one_is_not_taken(clock: Clock, supervisor: RoomClient) -> None:
    clock.pass_seconds(30)
    before = supervisor.code()
    clock.pass_seconds(30)
    supervisor.post("/api/sign-in", name="supervisor", password=PASSWORD)
    supervisor.post("/api/sign-in/totp", code=supervisor.code())
    supervisor.post("/api/sign-in", name="supervisor", password=PASSWORD)

    supervisor.post("/api/sign-in/totp", 401, code=before)


def test_the_answer_does_not_say_whether_an_account_exists(browser: RoomClient, supervisor: RoomClient) -> None:
    known = browser.post("/api/sign-in", 401, name="supervisor", password="wrong horse")
    unknown = browser.post("/api/sign-in", 401, name="nobody", password="wrong horse")

    assert known == unknown


def test_failed_log_ins_are_on_record_without_what_was_typed_for_a_name(
    app: ASGIApp, room: ReviewRoom, clock: Clock, supervisor: RoomClient
) -> None:
    attacker = RoomClient(app, room, clock, ATTACKER)
    guess(attacker, "my secret password", 1)
    guess(attacker, "supervisor", BY_ACCOUNT)
    guess(attacker, "supervisor", 20, 429)

    events = supervisor.get("/api/audit", what="failed log-in")["events"]

    assert "my secret" not in str(events)
    assert [(each["who"], each["details"]) for each in events] == [
        ("supervisor", {"address": ATTACKER, "step": "too many tries"}),
        *[("supervisor", {"address": ATTACKER, "step": "password"})] * BY_ACCOUNT,
        ("-", {"address": ATTACKER, "step": "password", "account": "unknown"}),
    ]


@pytest.mark.parametrize("step", ["password", "code"])
def test_guesses_that_are_sent_at_once_are_not_more_than_guesses_in_turn(
    room: ReviewRoom, supervisor: RoomClient, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    caller = Caller(ATTACKER, "")
    first = room.signing_in.with_password("supervisor", PASSWORD, caller)
    session = room.sessions.find(first.token)
    assert session is not None
    looked_at: list[str] = []

    def match(_: Passwords, __: str | None, given: str) -> bool:
        looked_at.append(given)
        return False

    def matching_step(_: str, given: str, __: int) -> None:
        looked_at.append(given)

    monkeypatch.setattr(Passwords, "match", match)
    monkeypatch.setattr(signing_in, "matching_step", matching_step)
    together = threading.Barrier(24)

    def guess_at_once(number: int) -> None:
        together.wait()
        with suppress(NotSignedInError, TooManyTriesError):
            if step == "password":
                room.signing_in.with_password("supervisor", f"wrong horse {number}", caller)
            else:
                room.signing_in.with_code(session, f"{number:06d}", caller)

    threads = [threading.Thread(target=guess_at_once, args=(number,)) for number in range(24)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(looked_at) == BY_ACCOUNT


def test_right_passwords_do_not_count(supervisor: RoomClient, room: ReviewRoom) -> None:
    """A person who signs in all day, and many at one address, are not kept out."""
    for _ in range(BY_ACCOUNT + 1):
        room.signing_in.with_password("supervisor", PASSWORD, Caller(ATTACKER, ""))
    with room.database.reading() as db:
        assert attempts_since(db, "password account supervisor", 0) == []


def test_so_many_passwords_at_once_leave_room_for_other_requests() -> None:
    passwords = quick_passwords()
    held = [passwords.turn() for _ in range(2)]
    for each in held:
        each.__enter__()
    waiting = [threading.Thread(target=passwords.hash, args=(PASSWORD, "rita")) for _ in range(24)]
    for thread in waiting:
        thread.start()
    try:
        while passwords._places._value:
            time.sleep(0.001)
        with pytest.raises(BusyError, match="try again"):
            passwords.hash(PASSWORD, "rita")
    finally:
        for each in held:
            each.__exit__(None, None, None)
        for thread in waiting:
            thread.join()

    assert passwords.hash(PASSWORD, "rita")
