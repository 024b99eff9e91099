"""A room in a test: its clock, and people who set up an account, sign in and call the API."""

from __future__ import annotations

import re
from typing import Any

from argon2 import PasswordHasher
from starlette.testclient import TestClient
from starlette.types import ASGIApp

from echoforensics.review.people.one_time_codes import STEP, code_at
from echoforensics.review.people.passwords import Passwords
from echoforensics.review.room import ReviewRoom
from echoforensics.review.web.route_list import ROUTES
from echoforensics.review.web.schema_check import check

PASSWORD = "correct horse battery"


class Clock:
    """A clock that a test sets. It begins on 2 July 2026."""

    def __init__(self) -> None:
        self.now = 1_782_950_400_000

    def __call__(self) -> int:
        return self.now

    def pass_seconds(self, seconds: float) -> None:
        self.now += int(seconds * 1000)


def quick_passwords() -> Passwords:
    """Hashes that take no time."""
    return Passwords(PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))


class RoomClient:
    """A browser of one person."""

    def __init__(self, app: ASGIApp, room: ReviewRoom, clock: Clock, address: str = "127.0.0.1") -> None:
        self.room, self.clock = room, clock
        self.http = TestClient(
            app, base_url=room.site.origin, headers={"origin": room.site.origin}, follow_redirects=False,
            client=(address, 50000), raise_server_exceptions=True,
        )  # fmt: skip
        self.name = ""
        self.secret = ""

    def set_up(self, token: str, password: str = PASSWORD) -> RoomClient:
        """Set up the account of a link, with a code."""
        offered = self.get(f"/api/set-up/{token.rpartition('/')[2]}")
        self.name, self.secret = offered["name"], offered["totp"]["secret"]
        self.post(f"/api/set-up/{token.rpartition('/')[2]}", password=password, totp_code=self.code())
        return self

    def sign_in(self, password: str = PASSWORD) -> RoomClient:
        """Sign in with password and code."""
        self.clock.pass_seconds(STEP)
        assert self.post("/api/sign-in", name=self.name, password=password)["second"] == ["totp"]
        self.post("/api/sign-in/totp", code=self.code())
        self.take_token()
        return self

    def take_token(self) -> None:
        """Have each change bring along the token of this session."""
        self.http.headers["x-csrf"] = self.get("/api/me")["csrf"]

    def code(self) -> str:
        return code_at(self.secret, self.clock())

    def get(self, path: str, status: Any = 200, **parameters: Any) -> Any:
        return self._checked(self.http.get(path, params=parameters or None), status)

    def post(self, path: str, status: Any = 200, **body: Any) -> Any:
        return self._checked(self.http.post(path, json=body), status)

    def put(self, path: str, status: Any = 200, **body: Any) -> Any:
        return self._checked(self.http.put(path, json=body), status)

    def patch(self, path: str, status: Any = 200, **body: Any) -> Any:
        return self._checked(self.http.patch(path, json=body), status)

    @staticmethod
    def _checked(response: Any, status: int) -> Any:
        assert response.status_code == status, (response.status_code, response.text)
        answer = response.json()
        if status == 200 and response.request.url.path.startswith("/api/"):
            check(answer, _schema(response.request.method, response.request.url.path), "the answer")
        return answer


def _schema(method: str, path: str) -> dict[str, Any]:
    """What the description of the API says of an answer."""
    for api in ROUTES:
        if api.method == method and re.fullmatch(re.sub(r"{\w+}", "[^/]+", api.plain_path), path):
            return api.answer
    raise AssertionError(f"no route for {method} {path}")
