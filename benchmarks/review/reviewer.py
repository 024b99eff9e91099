"""One reviewer at work: as a browser asks for clips, plays and saves them; each answer is timed."""

from __future__ import annotations

import http.client
import json
import random
import time
from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any

from echoforensics.review.people.one_time_codes import code_at
from echoforensics.review.store.room_database import now_ms

PASSWORD = "a long password of a benchmark"
#: A code of the next thirty seconds is taken too; so nobody has to wait for them.
_NEXT = 30_000
#: Seconds after which the server may have closed a connection.
_KEPT = 20


@dataclass
class Timed:
    """How long answers took, in seconds, by what was asked for."""

    answers: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    clips: list[float] = field(default_factory=list)


class Browser:
    """What a browser is to the server: one connection, a session, a token."""

    def __init__(self, port: int) -> None:
        self.origin = f"http://localhost:{port}"
        self._connection = http.client.HTTPConnection("localhost", port, timeout=120)
        self._headers = {"Origin": self.origin, "Content-Type": "application/json"}
        self._cookies: dict[str, str] = {}
        self._last = 0.0

    def ask(self, method: str, path: str, body: Any = None, headers: dict[str, str] | None = None) -> bytes:
        """Ask for something; what is not answered well ends the benchmark."""
        sent = None if body is None else json.dumps(body)
        cookies = "; ".join(f"{name}={value}" for name, value in self._cookies.items())
        if time.monotonic() - self._last > _KEPT:
            self._connection.close()
        self._last = time.monotonic()
        self._connection.request(method, path, sent, {**self._headers, "Cookie": cookies, **(headers or {})})
        response = self._connection.getresponse()
        content = response.read()
        for name, value in response.getheaders():
            if name.lower() == "set-cookie":
                given, _, rest = value.partition("=")
                self._cookies[given] = rest.partition(";")[0]
        if response.status not in (200, 206):
            raise RuntimeError(f"{method} {path}: {response.status} {content[:300]!r}")
        return content

    def call(self, method: str, path: str, body: Any = None) -> Any:
        """Ask for JSON."""
        return json.loads(self.ask(method, path, body))

    def set_up(self, token: str) -> None:
        """Set up the account of a link, and sign in."""
        offered = self.call("GET", f"/api/set-up/{token}")
        secret = offered["totp"]["secret"]
        self.call("POST", f"/api/set-up/{token}", {"password": PASSWORD, "totp_code": code_at(secret, now_ms())})
        self.call("POST", "/api/sign-in", {"name": offered["name"], "password": PASSWORD})
        self.call("POST", "/api/sign-in/totp", {"code": code_at(secret, now_ms() + _NEXT)})
        self._headers["X-CSRF"] = self.call("GET", "/api/me")["csrf"]


class Reviewer:
    """A reviewer, who takes clips until the time is over.

    Args:
        browser: signed in.
        queue: id.
        pace: seconds that a clip takes with listening and thinking.
        seed: of what they decide.
    """

    def __init__(self, browser: Browser, queue: str, pace: float, seed: int) -> None:
        self._browser, self._queue, self._pace = browser, queue, pace
        self._drawn = random.Random(seed)
        self.timed = Timed()

    def work(self, until: float) -> None:
        """Take clips until then, by the monotonic clock."""
        time.sleep(self._drawn.random() * self._pace)
        before = ""
        while time.monotonic() < until:
            begun = sum(map(sum, self.timed.answers.values()))
            item = self._timed("next", "POST", f"/api/queues/{self._queue}/next", {"after": before})["id"]
            if item is None:
                return
            self._clip(item)
            self.timed.clips.append(sum(map(sum, self.timed.answers.values())) - begun)
            before = item

    def _clip(self, item: str) -> None:
        whole = self._timed("item", "GET", f"/api/items/{item}")
        sound = whole["recordings"][0]["file"]
        self._sound(sound)
        self._timed("here", "POST", f"/api/items/{item}/here", {})
        time.sleep(self._pace * self._drawn.uniform(0.7, 1.3))
        play = {"sound": 0, "from": 0, "to": 4, "seconds": 4, "speed": 1}
        self._timed("play", "POST", f"/api/items/{item}/plays", play)
        version = whole["version"]
        if self._drawn.random() < 0.25:
            segment = {"from": 0, "to": 4, "text": "turn on the light in the kitchen please", "unsure": [[0, 4]]}
            sent = {"version": version, "segments": [segment]}
            version = self._timed("transcript", "PUT", f"/api/items/{item}/transcript", sent)["version"]
        codes = {"version": version, "add": [self._drawn.choice(["responsive", "child", "unsure"])], "remove": []}
        version = self._timed("codes", "POST", f"/api/items/{item}/codes", codes)["version"]
        self._timed("finish", "POST", f"/api/items/{item}/finish", {"version": version})

    def _sound(self, address: str) -> None:
        begun = time.perf_counter()
        self._browser.ask("GET", address, headers={"Range": "bytes=0-65535"})
        self.timed.answers["sound"].append(time.perf_counter() - begun)

    def _timed(self, what: str, method: str, path: str, body: Any = None) -> Any:
        begun = time.perf_counter()
        answer = self._browser.call(method, path, body)
        self.timed.answers[what].append(time.perf_counter() - begun)
        return answer
