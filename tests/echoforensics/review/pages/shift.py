"""A shift in a review room: a case of fifty clips, a server that can be restarted, and people at real browsers."""

from __future__ import annotations

import io
import math
import struct
import wave
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from echoforensics.examiner_key import create_key
from echoforensics.extraction.options import Options
from echoforensics.extraction.run import extract
from echoforensics.review.people.one_time_codes import STEP, code_at
from echoforensics.review.room import ReviewRoom
from echoforensics.review.web.serving import listen, served, site_of
from tests.echoforensics.conftest import silent
from tests.echoforensics.report.waiting import wait_until
from tests.echoforensics.review.room_client import Clock, quick_passwords

CLIPS = 50
PASSWORD = "correct horse battery staple"
_RATE = 8000
SAVED = "document.getElementById('saved').dataset.state === 'saved'"


def make_case(folder: Path) -> tuple[Path, Path]:
    """A sealed case of fifty distinct recordings, and the file of the key that signed it."""
    sounds, case, key_file = folder / "sounds", folder / "case", folder / "key.pem"
    sounds.mkdir()
    for number in range(CLIPS):
        (sounds / f"clip-{number:02}.wav").write_bytes(_tone(number))
    extract([sounds], case, create_key(key_file, None, name="Tester")[0], Options("Tester", argv=("test",)), silent)
    return case, key_file


def _tone(number: int) -> bytes:
    written = io.BytesIO()
    with wave.open(written, "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(2)
        sound.setframerate(_RATE)
        values = (int(9000 * math.sin(2 * math.pi * (200 + 13 * number) * at / _RATE)) for at in range(_RATE))
        sound.writeframes(b"".join(struct.pack("<h", value) for value in values))
    return written.getvalue()


class RunningRoom:
    """The room on a port of this machine.

    Attributes:
        room: as it is open now.
        clock: of the server.
    """

    def __init__(self, folder: Path, cases: Sequence[Path], key: Any) -> None:
        self._folder, self._cases, self._key = folder, cases, key
        self._running = ExitStack()
        self.clock = Clock()
        self.room: ReviewRoom
        self.start(0)

    def start(self, port: int) -> None:
        """Open the room and serve it."""
        sockets = listen("localhost", port)
        site = site_of("localhost", sockets, tls=False)
        self.room = self._running.enter_context(
            ReviewRoom(self._folder, self._cases, site, self._key, clock=self.clock, passwords=quick_passwords())
        )
        self._running.enter_context(served(self.room, sockets, None))

    def stop(self) -> None:
        self._running.close()

    def restart(self) -> None:
        """Stop it, and start it on the same port."""
        port = self.room.site.port
        self.stop()
        self.start(port)


class Colleague:
    """A person at a browser of their own.

    Attributes:
        page: of the browser.
        name: to sign in with.
    """

    def __init__(self, browser: Any, running: RunningRoom, name: str, errors: list[str]) -> None:
        self._running, self.name = running, name
        self._context = browser.new_context(viewport={"width": 1400, "height": 900})
        self._context.set_default_timeout(600_000)
        self.page = self._context.new_page()
        self.page.on("pageerror", lambda error: errors.append(f"{name}: {error}"))
        self.page.on("console", lambda message: _note(message, name, errors))
        self._secret = ""

    def address(self, path: str) -> str:
        return self._running.room.site.origin + path

    def go(self, path: str) -> None:
        """Open a page of the room."""
        self.page.goto("about:blank")
        self.page.goto(self.address(path))
        self.page.wait_for_selector("html[data-ready=yes]")

    def set_up(self, link: str, *, security_key: bool = False) -> None:
        """Set up the account of a link, with codes or with a security key that the browser itself plays."""
        page = self.page
        page.goto(link)
        page.get_by_label("Password", exact=True).fill(PASSWORD)
        page.get_by_label("Repeat the password").fill(PASSWORD)
        if security_key:
            self.plug_in_security_key()
            page.get_by_role("button", name="Finish with a security key").click()
        else:
            self._secret = page.locator("code").first.inner_text()
            page.get_by_label("The six digits that your app shows").fill(self._code())
            page.get_by_role("button", name="Finish with the code").click()
        page.get_by_role("heading", name="Your account is set up").wait_for()

    def plug_in_security_key(self) -> None:
        """Have the browser play a security key on the page that is open."""
        session = self._context.new_cdp_session(self.page)
        session.send("WebAuthn.enable")
        options = {
            "protocol": "ctap2", "transport": "usb", "hasUserVerification": True, "isUserVerified": True,
            "automaticPresenceSimulation": True,
        }  # fmt: skip
        session.send("WebAuthn.addVirtualAuthenticator", {"options": options})

    def sign_in(self) -> None:
        """Sign in with both steps, by the keyboard."""
        page = self.page
        self._running.clock.pass_seconds(STEP)
        page.goto(self.address("/sign-in"))
        page.wait_for_selector("html[data-ready=yes]")
        page.keyboard.type(self.name)
        page.keyboard.press("Tab")
        page.keyboard.type(PASSWORD)
        page.keyboard.press("Enter")
        page.get_by_role("heading", name="Second step").wait_for()
        if self._secret:
            page.keyboard.type(self._code())
            page.keyboard.press("Enter")
        else:
            page.get_by_role("button", name="Use your security key").click()
        page.wait_for_url("**/work")
        page.wait_for_selector("html[data-ready=yes]")

    def _code(self) -> str:
        return code_at(self._secret.replace(" ", ""), self._running.clock())

    def status_of(self, path: str, method: str = "GET") -> int:
        """What the server answers to a request from this person's page."""
        ask = (
            "async ([path, method]) => (await fetch(path, { method, headers: method === 'GET' ? {} :"
            " { 'X-CSRF': (await (await fetch('/api/me')).json()).csrf, 'Content-Type': 'application/json' },"
            " body: method === 'GET' ? undefined : '{}' })).status"
        )
        return int(self.page.evaluate(ask, [path, method]))

    def code_clips(self, keys: Callable[[int, Colleague], None], most: int) -> list[str]:
        """Take clips of the queue that is shown, one after the other, with the keyboard alone; gives their ids.

        Args:
            keys: called with the number of the clip and this person, to press the keys of its codes.
            most: how many are taken at most.
        """
        page, done = self.page, list[str]()
        page.keyboard.press("f")
        while len(done) < most:
            wait_until(
                page, "last => document.body.dataset.view === 'queue' && last !== '' ||"
                " document.body.dataset.view === 'item' && (document.documentElement.dataset.item || '') !== last",
                arg=done[-1] if done else "",
            )  # fmt: skip
            if page.evaluate("document.body.dataset.view") == "queue":
                break
            done.append(str(page.evaluate("document.documentElement.dataset.item")))
            if page.locator(".warning").count():
                page.keyboard.press("o")
            keys(len(done), self)
            page.keyboard.press("f")
        return done

    def saved(self) -> None:
        """Wait until everything is saved."""
        wait_until(self.page, SAVED)


def _note(message: Any, name: str, errors: list[str]) -> None:
    if message.type in ("error", "warning") and "Failed to load resource" not in message.text:
        errors.append(f"{name}: {message.text}")
