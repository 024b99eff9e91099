"""The report once in Firefox, through WebDriver BiDi: opened from the disk, filtered, played, marked, printed."""

from __future__ import annotations

import asyncio
import json
import re
import shutil
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from echoforensics.case.case import Case

#: Seconds: how long Firefox may take on a busy machine.
_PATIENCE = 300


class Firefox:
    """A window of Firefox."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        self._socket = socket
        self._number = 0
        self._window = ""
        self.requests: list[str] = []
        self.errors: list[str] = []

    async def begin(self) -> None:
        """Begin a session, and note what the page asks for and what goes wrong in it."""
        await self._send("session.new", capabilities={})
        await self._send("session.subscribe", events=["network.beforeRequestSent", "log.entryAdded"])
        tree = await self._send("browsingContext.getTree")
        self._window = tree["contexts"][0]["context"]

    async def open(self, address: str) -> None:
        await self._send("browsingContext.navigate", context=self._window, url=address, wait="complete")

    async def evaluate(self, text: str) -> Any:
        """The value of an expression, as JSON."""
        answer = await self._send(
            "script.evaluate", expression=f"(async () => JSON.stringify(await ({text})))()", awaitPromise=True,
            target={"context": self._window}, userActivation=True,
        )  # fmt: skip
        assert answer["type"] == "success", answer
        return json.loads(answer["result"].get("value", "null"))

    async def wait(self, text: str) -> None:
        """Wait until an expression is true."""
        while not await self.evaluate(text):
            await asyncio.sleep(0.1)

    async def press(self, key: str) -> None:
        actions = [{"type": kind, "value": key} for kind in ("keyDown", "keyUp")]
        await self._send(
            "input.performActions", context=self._window, actions=[{"type": "key", "id": "keys", "actions": actions}]
        )

    async def _send(self, method: str, **params: Any) -> Any:
        self._number += 1
        await self._socket.send_json({"id": self._number, "method": method, "params": params})
        while True:
            message = await self._socket.receive_json()
            if message.get("id") == self._number:
                assert message["type"] == "success", message
                return message["result"]
            if message.get("method") == "network.beforeRequestSent":
                self.requests.append(message["params"]["request"]["url"])
            elif message.get("method") == "log.entryAdded" and message["params"]["level"] == "error":
                self.errors.append(str(message["params"]["text"]))


async def _in_firefox(profile: Path, use: Callable[[Firefox], Awaitable[None]]) -> Firefox:
    program = shutil.which("firefox-esr") or shutil.which("firefox")
    if program is None:
        pytest.skip("firefox is not installed")
    process = await asyncio.create_subprocess_exec(
        program, "--headless", "--remote-debugging-port=0", "--no-remote", "--profile", str(profile),
        stderr=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.DEVNULL,
    )  # fmt: skip
    try:
        assert process.stderr is not None
        address = None
        while address is None:
            line = (await process.stderr.readline()).decode("utf-8", "replace")
            assert line, "Firefox ended"
            address = re.search(r"WebDriver BiDi listening on (ws://\S+)", line)
        async with aiohttp.ClientSession() as session, session.ws_connect(f"{address[1]}/session") as socket:
            window = Firefox(socket)
            await window.begin()
            await use(window)
            return window
    finally:
        process.terminate()
        await process.wait()


def test_firefox_opens_filters_plays_marks_and_prints(sealed: Any, bundle: Path, tmp_path: Path) -> None:
    rows = sealed.rows()
    with Case.open(sealed.path) as case:
        lights = len(case.rows(search="lights"))
        interactions = len(case.interactions())

    async def use(window: Firefox) -> None:
        await window.open(f"{bundle.as_uri()}#timeline")
        await window.wait("document.querySelectorAll('.pane .row').length > 5")
        assert f"{len(rows)} of {len(rows)} rows" in await window.evaluate("document.querySelector('.count').innerText")
        await window.evaluate(
            "(field => { field.value = 'LIGHTS'; field.dispatchEvent(new Event('input', { bubbles: true })); })"
            "(document.getElementById('filter-text'))"
        )
        await window.wait(f"document.querySelector('.count').innerText === '{lights} of {len(rows)} rows'")
        await window.open(f"{bundle.as_uri()}#IN-0000004")
        await window.wait("document.querySelector('.card.current') !== null")
        assert await window.evaluate("document.querySelectorAll('.card').length") == interactions
        await window.press("m")
        await window.wait("EF.marks.all().length === 1")
        assert json.loads(await window.evaluate("EF.marks.file()"))["marks"][0]["about"] == "IN-0000004"
        await window.press(" ")
        await window.wait("EF.player.playing() || EF.player.state().seconds > 0")
        await window.evaluate("EF.printMarked()")
        await window.wait("document.querySelectorAll('#view-print .card').length === 1")

    (tmp_path / "profile").mkdir()
    # In a thread of its own: the driver of the other browser may have a loop running in this one.
    with ThreadPoolExecutor(1) as own_thread:
        window = own_thread.submit(
            asyncio.run, asyncio.wait_for(_in_firefox(tmp_path / "profile", use), _PATIENCE)
        ).result()

    assert window.errors == []
    # A font that the browser itself brings along is within its own code.
    assert [url for url in window.requests if not url.startswith(("file:", "blob:", "data:font/"))] == []
