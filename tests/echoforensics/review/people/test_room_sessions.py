"""Sessions: they end, and are others after each step of signing in."""

from __future__ import annotations

import pytest
from starlette.types import ASGIApp

from echoforensics.review.people.sessions import BEFORE_SECOND, IDLE, LONGEST
from echoforensics.review.people.site import Site
from echoforensics.review.room import ReviewRoom
from echoforensics.review.web.app import make_app
from tests.echoforensics.review.conftest import NewPerson, OpenRoom
from tests.echoforensics.review.room_client import PASSWORD, Clock, RoomClient

CHROMIUM = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36"
SAFARI = "Mozilla/5.0 (Macintosh) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.0 Safari/605.1.15"


def held(browser: RoomClient) -> str:
    return str(browser.http.cookies["ef-8765"])


def hold(browser: RoomClient, token: str) -> RoomClient:
    browser.http.cookies.clear()
    browser.http.headers["cookie"] = f"ef-8765={token}"
    return browser


def test_each_step_gives_another_session_and_ends_the_one_before(browser: RoomClient, supervisor: RoomClient) -> None:
    supervisor.clock.pass_seconds(60)
    signed_out = held(supervisor)
    supervisor.post("/api/sign-in", name="supervisor", password=PASSWORD)
    first = held(supervisor)
    supervisor.post("/api/sign-in/totp", code=supervisor.code())

    assert len({signed_out, first, held(supervisor)}) == 3
    hold(browser, first).get("/api/me", 401)


def test_a_session_that_was_planted_is_not_signed_in(browser: RoomClient, supervisor: RoomClient) -> None:
    """Session fixation: an attacker has the victim use a session that the attacker knows."""
    browser.post("/api/sign-in", name="supervisor", password=PASSWORD)
    planted = held(browser)
    supervisor.clock.pass_seconds(60)
    victim = hold(RoomClient(browser.http.app, browser.room, browser.clock), planted)
    victim.post("/api/sign-in", name="supervisor", password=PASSWORD)

    hold(browser, planted).get("/api/me", 401)
    browser.get("/api/people", 401)


def test_the_first_step_alone_opens_nothing(browser: RoomClient, supervisor: RoomClient) -> None:
    browser.post("/api/sign-in", name="supervisor", password=PASSWORD)

    for path in ("/api/me", "/api/people", "/api/audit"):
        assert browser.get(path, 401)["sign_in"] is True
    browser.post("/api/people", 401, name="rita", display="Rita", role="supervisor")


def test_the_second_step_needs_the_first(browser: RoomClient, supervisor: RoomClient) -> None:
    browser.secret = supervisor.secret
    browser.clock.pass_seconds(60)

    browser.post("/api/sign-in/totp", 401, code=browser.code())


def test_the_second_step_is_due_within_minutes(browser: RoomClient, supervisor: RoomClient) -> None:
    browser.secret = supervisor.secret
    browser.post("/api/sign-in", name="supervisor", password=PASSWORD)
    browser.clock.pass_seconds(BEFORE_SECOND / 1000 + 1)

    browser.post("/api/sign-in/totp", 401, code=browser.code())


def test_a_session_ends_that_nobody_uses(supervisor: RoomClient) -> None:
    for _ in range(3):
        supervisor.clock.pass_seconds(IDLE / 1000 - 1)
        supervisor.get("/api/me")
    supervisor.clock.pass_seconds(IDLE / 1000 + 1)

    supervisor.get("/api/me", 401)


def test_a_session_ends_after_a_shift_however_much_it_is_used(supervisor: RoomClient) -> None:
    for _ in range(LONGEST // IDLE):
        supervisor.get("/api/me")
        supervisor.clock.pass_seconds(IDLE / 1000 - 1)
    supervisor.clock.pass_seconds(LONGEST // IDLE)

    supervisor.get("/api/me", 401)


def test_signing_out_ends_it(browser: RoomClient, supervisor: RoomClient) -> None:
    token = held(supervisor)
    supervisor.post("/api/sign-out")

    supervisor.get("/api/me", 401)
    hold(browser, token).get("/api/me", 401)


def test_sessions_outlive_a_restart(open_room: OpenRoom, clock: Clock) -> None:
    room = open_room()
    supervisor = RoomClient(make_app(room), room, clock).set_up(str(room.accounts.first_link())).sign_in()
    room.close()

    again = open_room()
    browser = hold(RoomClient(make_app(again), again, clock), held(supervisor))

    assert browser.get("/api/me")["name"] == "supervisor"


def test_a_person_has_a_few_sessions_at_once_and_no_more(
    app: ASGIApp, room: ReviewRoom, clock: Clock, supervisor: RoomClient
) -> None:
    others = []
    for _ in range(5):
        other = RoomClient(app, room, clock)
        other.name, other.secret = supervisor.name, supervisor.secret
        others.append(other.sign_in())

    supervisor.get("/api/me", 401)
    others[1].get("/api/me")


def test_what_the_database_keeps_opens_no_session(
    room: ReviewRoom, browser: RoomClient, supervisor: RoomClient
) -> None:
    with room.database.reading() as db:
        kept = [row[0] for row in db.execute("SELECT id FROM sessions UNION SELECT token FROM links")]

    assert kept
    for each in kept:
        hold(browser, each).get("/api/me", 401)


@pytest.mark.parametrize(
    ("tls", "agent", "name", "secure"),
    [
        (True, SAFARI, "__Host-ef-8765", True),
        (True, "httpx", "__Host-ef-8765", True),
        (False, CHROMIUM, "__Host-ef-8765", True),
        (False, "Mozilla/5.0 (X11; Linux) Gecko/20100101 Firefox/143.0", "__Host-ef-8765", True),
        (False, SAFARI, "ef-8765", False),
        (False, "httpx", "ef-8765", False),
    ],
)
def test_cookies_are_out_of_reach_of_scripts_and_of_other_sites(
    open_room: OpenRoom, clock: Clock, tls: bool, agent: str, name: str, secure: bool
) -> None:
    room = open_room(site=Site("localhost", 8765, tls))
    browser = RoomClient(make_app(room), room, clock).set_up(str(room.accounts.first_link()))
    browser.http.headers["user-agent"] = agent

    response = browser.http.post("/api/sign-in", json={"name": "supervisor", "password": PASSWORD})

    cookie, *rest = response.headers["set-cookie"].split("; ")
    assert cookie.partition("=")[0] == name
    wanted = {"HttpOnly", "Path=/", "SameSite=strict", *(["Secure"] if secure else [])}
    assert set(rest) == wanted


def test_a_reviewer_gets_no_session_of_another(supervisor: RoomClient, new_person: NewPerson) -> None:
    rita, paul = new_person("rita"), new_person("paul")

    assert rita.get("/api/me")["name"] == "rita"
    assert paul.get("/api/me")["name"] == "paul"
    assert rita.get("/api/me")["csrf"] != paul.get("/api/me")["csrf"]
