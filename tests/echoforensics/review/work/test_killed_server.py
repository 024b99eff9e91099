"""A server that is killed at any moment loses nothing that was shown as saved, and no event; open pages go on."""

from __future__ import annotations

import json
import random
import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

from echoforensics.review.audit.room_check import verify_room
from tests.echoforensics.conftest import Sealed
from tests.echoforensics.review.killable_room import KillableRoom, answer
from tests.echoforensics.review.room_client import RoomClient


@dataclass
class Page:
    """What a page of one item shows as saved, and what it is just sending."""

    item: str
    version: int = 0
    notes: str = ""
    codes: list[str] = field(default_factory=list)
    sending: str = ""
    saved: int = 0

    def work(self, browser: httpx.Client, drawn: random.Random) -> None:
        """Change note and codes until the server is gone."""
        while True:
            self.sending = f"{drawn.random()} " * drawn.randrange(1, 200)
            try:
                if drawn.random() < 0.5:
                    sent = {"version": self.version, "text": self.sending}
                    made = answer(browser.post(f"/api/items/{self.item}/notes", json=sent))
                else:
                    self.sending = ""
                    codes = drawn.sample(["responsive", "child", "unsure"], 2)
                    sent = {"version": self.version, "add": codes[:1], "remove": codes[1:]}
                    made = answer(browser.post(f"/api/items/{self.item}/codes", json=sent))
            except httpx.TransportError:
                return
            self.saved += made["version"] > self.version
            self.version = made["version"]
            self.notes, self.codes = made["decision"]["notes"], made["decision"]["codes"]

    def check(self, browser: httpx.Client) -> None:
        """What was shown as saved is there; what was just being sent may be."""
        found = answer(browser.get(f"/api/items/{self.item}"))
        if found["version"] == self.version:
            assert (found["decision"]["notes"], found["decision"]["codes"]) == (self.notes, self.codes)
        else:
            assert found["version"] == self.version + 1
            if self.sending:
                assert (found["decision"]["notes"], found["decision"]["codes"]) == (self.sending, self.codes)
            else:
                assert found["decision"]["notes"] == self.notes
        self.version = found["version"]
        self.notes, self.codes = found["decision"]["notes"], found["decision"]["codes"]


def queue_of(supervisor: RoomClient) -> list[str]:
    """The items of a queue of all recordings."""
    (case,) = supervisor.get("/api/queues")["cases"]
    made = supervisor.post("/api/queues", name="All", case=case["id"], kind="recordings")["id"]
    return [one["id"] for one in supervisor.get(f"/api/queues/{made}/items")["items"]]


def test_killed_at_any_moment_loses_nothing_that_was_saved(
    sealed: Sealed, tmp_path: Path, series: Callable[..., Iterable[int]]
) -> None:
    with KillableRoom(tmp_path / "room", sealed.path, sealed.key) as served:
        with served.people() as supervisor:
            pages = [Page(item) for item in queue_of(supervisor)[:3]]
        browsers = [served.browser(supervisor) for _ in pages]
        for number in series(200, 25):
            drawn = random.Random(number)
            served.start()
            # The sessions, tokens and versions that the pages have are those from before the server was killed.
            for page, browser in zip(pages, browsers, strict=True):
                page.check(browser)
            seeds = [random.Random(drawn.random()) for _ in pages]
            threads = [
                threading.Thread(target=page.work, args=given)
                for page, *given in zip(pages, browsers, seeds, strict=True)
            ]
            for thread in threads:
                thread.start()
            time.sleep(drawn.random() * 0.15)
            served.kill()
            for thread in threads:
                thread.join()
        served.start()
        for page, browser in zip(pages, browsers, strict=True):
            page.check(browser)
            browser.close()

    saved = sum(page.saved for page in pages)
    events = _changes(served.folder)
    assert saved <= len(events) == sum(page.version for page in pages)


def _changes(folder: Path) -> list[Any]:
    """The changes in the audit, which is whole once the server was begun again."""
    lines = [json.loads(line) for line in (folder / "audit.jsonl").read_bytes().splitlines()]
    numbers = [line["entry"]["detail"]["number"] for line in lines[1:]]
    assert numbers == list(range(1, len(numbers) + 1))
    checks = verify_room(folder).checks.checks
    assert [check.name for check in checks if not check.ok] == []
    return [line for line in lines if line["entry"]["action"] in ("note", "code")]


def test_open_pages_survive_a_restart(sealed: Sealed, tmp_path: Path) -> None:
    with KillableRoom(tmp_path / "room", sealed.path, sealed.key) as served:
        with served.people() as supervisor:
            item = queue_of(supervisor)[0]
        with served.browser(supervisor) as browser:
            served.start()
            assert answer(browser.post(f"/api/items/{item}/notes", json={"version": 0, "text": "a"}))["version"] == 1
            served.stop()
            served.start()
            assert answer(browser.post(f"/api/items/{item}/notes", json={"version": 1, "text": "b"}))["version"] == 2
