"""Attacks on the room over HTTP: each is refused, and says so in JSON."""

from __future__ import annotations

import json
from typing import Any

import pytest
from starlette.types import ASGIApp

from echoforensics.review.web.guard import CONTENT_POLICY
from tests.echoforensics.review.conftest import NewPerson
from tests.echoforensics.review.room_client import PASSWORD, RoomClient

ORIGIN = "http://localhost:8765"
RITA = {"name": "rita", "display": "Rita", "role": "supervisor"}


@pytest.mark.parametrize("token", ["", "wrong", "\u00e9"])
def test_a_change_without_the_token_of_the_session_is_refused(supervisor: RoomClient, token: str) -> None:
    response = supervisor.http.post("/api/people", json=RITA, headers={b"x-csrf": token.encode("utf-8")})

    assert response.status_code == 403
    assert response.json()["csrf"] is True
    assert len(supervisor.get("/api/people")["people"]) == 1


def test_the_token_of_another_session_is_not_taken(supervisor: RoomClient, new_person: NewPerson) -> None:
    rita = new_person("rita")
    supervisor.http.headers["x-csrf"] = rita.http.headers["x-csrf"]

    supervisor.post("/api/people", 403, name="paul", display="Paul", role="reader")


@pytest.mark.parametrize(
    "origin",
    [None, "null", "http://evil.example", "http://localhost", "https://localhost:8765", "http://127.0.0.1:8765"],
)
def test_a_change_that_another_page_sends_is_refused(supervisor: RoomClient, origin: str | None) -> None:
    del supervisor.http.headers["origin"]
    if origin is not None:
        supervisor.http.headers["origin"] = origin

    supervisor.post("/api/people", 403, **RITA)
    supervisor.post("/api/sign-in", 403, name="supervisor", password=PASSWORD)


@pytest.mark.parametrize(
    "kind", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", ""]
)
def test_what_a_form_can_send_is_refused(supervisor: RoomClient, kind: str) -> None:
    response = supervisor.http.post("/api/people", content=json.dumps(RITA), headers={"content-type": kind})

    assert response.status_code == 400


@pytest.mark.parametrize("site", ["cross-site", "same-site"])
def test_a_page_of_another_site_cannot_load_anything(supervisor: RoomClient, site: str) -> None:
    headers = {"sec-fetch-site": site, "sec-fetch-mode": "no-cors"}

    for path in ("/api/me", "/api/audit", "/report-app/player.js", "/openapi.json"):
        assert supervisor.http.get(path, headers=headers).status_code == 403
    assert supervisor.http.get("/sign-in", headers={**headers, "sec-fetch-mode": "navigate"}).status_code == 200
    assert supervisor.http.post("/api/sign-out", headers={**headers, "sec-fetch-mode": "navigate"}).status_code == 403


@pytest.mark.parametrize(
    "host",
    ["evil.example", "evil.example:8765", "localhost", "localhost:80", "localhost:8765.evil.example", "127.0.0.1:8765",
     "localhost:8765@evil.example", ""],
)  # fmt: skip
def test_a_name_that_was_pointed_at_this_machine_gets_nothing(supervisor: RoomClient, host: str) -> None:
    """DNS rebinding."""
    response = supervisor.http.get("/api/people", headers={"host": host})

    assert response.status_code == 421
    assert "people" not in response.json()


@pytest.mark.parametrize(
    "path",
    ["/report-app/../shells.py", "/report-app/..%2f..%2fshells.py", "/report-app/%2e%2e/%2e%2e/pages.py", "/room-app/",
     "/report-app//etc/passwd", "/report-app/player.js/..", "/room-app/room.html", "/words/../room.db", "/words/fr.js",
     "/report-app/player.js%00.css", "/..%5croom.db", "/report-app", "/%2e%2e/room.db"],
)  # fmt: skip
def test_only_files_that_pages_load_are_served(supervisor: RoomClient, path: str) -> None:
    assert supervisor.http.get(path).status_code == 404


def test_the_files_that_pages_load_are_served_with_their_types(browser: RoomClient) -> None:
    script = browser.http.get("/report-app/player.js")

    assert script.headers["content-type"] == "text/javascript; charset=utf-8"
    assert browser.http.get("/report-app/base.css").headers["content-type"] == "text/css; charset=utf-8"
    again = browser.http.get("/report-app/player.js", headers={"if-none-match": script.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")


def test_a_body_that_is_too_large_is_not_read(supervisor: RoomClient) -> None:
    sent = 0

    def pieces() -> Any:
        nonlocal sent
        for _ in range(10_000):
            sent += 65536
            yield b" " * 65536

    large = supervisor.http.post("/api/people", json={**RITA, "display": "x" * 2_000_000})
    endless = supervisor.http.post("/api/people", content=pieces(), headers={"content-type": "application/json"})

    assert (large.status_code, endless.status_code) == (413, 413)


@pytest.mark.parametrize("length", ["-1", "1e9", "99999999999999999999999", "٣"])
def test_a_length_that_is_none_is_refused(supervisor: RoomClient, length: str) -> None:
    headers = {b"content-length": length.encode("utf-8"), b"content-type": b"application/json"}

    assert supervisor.http.post("/api/people", content=b"{}", headers=headers).status_code == 413


def test_a_body_that_is_compressed_is_refused(supervisor: RoomClient) -> None:
    headers = {"content-encoding": "gzip", "content-type": "application/json"}

    assert supervisor.http.post("/api/people", content=b"\x1f\x8b", headers=headers).status_code == 400


@pytest.mark.parametrize(
    "body",
    [b"", b"{", b"[]", b"null", b"\xff", b'{"name": 1}', b'{"name": "\\ud800", "display": "x", "role": "reader"}',
     b"[" * 100_000, b'{"name": "rita", "display": "Rita", "role": "reader", "password": "x"}',
     b'{"name": "rita", "display": "Ri\\u0000ta", "role": "reader"}', b'{"name": NaN}'],
)  # fmt: skip
def test_a_body_that_is_not_what_the_route_takes_is_refused(supervisor: RoomClient, body: bytes) -> None:
    response = supervisor.http.post("/api/people", content=body, headers={"content-type": "application/json"})

    assert response.status_code == 400
    assert response.json()["error"]
    assert len(supervisor.get("/api/people")["people"]) == 1


def test_a_role_cannot_be_raised(supervisor: RoomClient, new_person: NewPerson) -> None:
    rita = new_person("rita")
    person = next(each["id"] for each in supervisor.get("/api/people")["people"] if each["name"] == "rita")

    rita.patch(f"/api/people/{person}", 403, role="supervisor")
    rita.post("/api/people", 403, **RITA)
    rita.post(f"/api/people/{person}/link", 403)
    rita.get("/api/audit", 403)
    rita.post("/api/me/language", 400, language="de", role="supervisor")
    assert rita.get("/api/me")["role"] == "reviewer"
    denied = supervisor.get("/api/audit", what="denied", person="rita")["events"]
    assert len(denied) == 4


def test_what_was_denied_is_on_record_and_cannot_fill_the_disk(
    app: ASGIApp, browser: RoomClient, supervisor: RoomClient
) -> None:
    browser.http.headers["cookie"] = "ef-8765=stolen"
    for _ in range(50):
        browser.get("/api/people", 401)

    events = supervisor.get("/api/audit", what="denied", limit=200)["events"]

    assert len(events) == 20
    assert {each["details"]["route"] for each in events} == {"GET /api/people"}


@pytest.mark.parametrize("path", ["/", "/sign-in", "/api/me", "/api/nothing", "/report-app/player.js", "/openapi.json"])
def test_every_answer_keeps_the_browser_from_loading_anything_from_elsewhere(browser: RoomClient, path: str) -> None:
    headers = browser.http.get(path).headers

    assert headers["content-security-policy"] == CONTENT_POLICY
    assert CONTENT_POLICY.startswith("default-src 'none'; script-src 'self';")
    assert "unsafe" not in CONTENT_POLICY
    assert (headers["x-content-type-options"], headers["referrer-policy"]) == ("nosniff", "no-referrer")
    assert headers["x-frame-options"] == "DENY"
    assert headers["cross-origin-resource-policy"] == "same-origin"
    assert headers["cache-control"] in ("no-store", "no-cache")
    assert "server" not in headers
    assert "access-control-allow-origin" not in headers


def test_a_page_for_members_sends_others_to_sign_in(browser: RoomClient, supervisor: RoomClient) -> None:
    for path in ("/work", "/supervise", "/audit", "/help"):
        answer = browser.http.get(path)
        assert (answer.status_code, answer.headers["location"]) == (303, f"/sign-in?next=%2F{path[1:]}")
        assert supervisor.http.get(path).status_code == 200
    assert browser.http.get("/").headers["location"] == "/work"


def test_pages_are_in_the_language_of_the_account_or_of_the_browser(
    browser: RoomClient, supervisor: RoomClient
) -> None:
    assert '<html lang="de"' in browser.http.get("/sign-in", headers={"accept-language": "fr, de-AT;q=0.5"}).text
    assert '<html lang="en"' in browser.http.get("/sign-in", headers={b"accept-language": "xx\u00e9".encode()}).text
    supervisor.post("/api/me/language", language="de")
    assert '<html lang="de"' in supervisor.http.get("/work").text
    # The page sends the language that it is in with each request.
    supervisor.http.headers["accept-language"] = "de"
    added = {"name": "supervisor", "display": "x", "role": "reader"}
    assert supervisor.post("/api/people", 409, **added)["error"] == (
        "Es gibt bereits ein Konto mit dem Namen 'supervisor'."
    )
    assert supervisor.get("/api/items/none", 404)["error"].startswith("Das gibt es nicht")
    assert supervisor.get("/api/nothing", 404)["error"] == "Diese Seite gibt es nicht."
    assert supervisor.get("/api/plan")["spread"] == "Keine Aufnahme wurde als belastend codiert."


def test_an_unknown_method_and_an_unknown_page_answer_in_json(supervisor: RoomClient) -> None:
    assert supervisor.http.delete("/api/people").json() == {"error": "This cannot be done with that method."}
    assert supervisor.get("/api/nothing", 404) == {"error": "There is no such page."}


@pytest.mark.parametrize(
    "query", ["limit=x", "limit=-1", "after=1e3", "after=99999999999999999", "person=" + "x" * 600]
)
def test_what_stands_behind_a_question_mark_is_checked(supervisor: RoomClient, query: str) -> None:
    supervisor.get(f"/api/audit?{query}", 400)


@pytest.mark.parametrize("text", ["' OR 1=1 --", "%", 'rita" --', "\u202e"])
def test_a_filter_is_text_and_no_sql(supervisor: RoomClient, text: str) -> None:
    assert supervisor.get("/api/audit", person=text, what=text)["events"] == []
