"""A small server with the room's interface and no room behind it, whose faults a test can choose."""

from __future__ import annotations

import asyncio
import io
import math
import socket
import struct
import threading
import wave
from collections.abc import Callable
from typing import Any

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Route

from echoforensics.review.pages.shells import PAGES, page_html, static_files, words_script
from tests.echoforensics.report.waiting import wait_for

CSP = (
    "default-src 'none'; script-src 'self'; style-src 'self'; media-src 'self' blob:; img-src 'self' data:;"
    " connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
SECONDS = 2.0
_RATE = 8000
CODES = [
    {"id": "responsive", "key": "1", "label": "Responsive", "label_de": "Relevant", "distress": False},
    {"id": "privileged", "key": "2", "label": "Privileged", "label_de": "Berufsgeheimnis", "distress": False},
    {"id": "distress", "key": "4", "label": "Distressing", "label_de": "Belastend", "distress": True},
]  # fmt: skip


def tone(number: int) -> bytes:
    """Two seconds of WAV: loud, silent, loud; each number has another pitch."""
    samples = (
        0 if 0.8 < at / _RATE < 1.6 else int(9000 * math.sin(2 * math.pi * (300 + 7 * number) * at / _RATE))
        for at in range(int(SECONDS * _RATE))
    )
    written = io.BytesIO()
    with wave.open(written, "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(2)
        sound.setframerate(_RATE)
        sound.writeframes(b"".join(struct.pack("<h", each) for each in samples))
    return written.getvalue()


def recording(number: int) -> dict[str, Any]:
    """A recording as the report's data has it."""
    exhibit = f"EF-{number:07}"
    return {
        "file": f"/api/items/c{number}/sound/0", "name": f"{exhibit}.wav", "sha256": f"{number:064x}", "playable": True,
        "chime": False, "exhibits": [exhibit], "times": [[1_710_000_000 + number, 0, None, "Recorded Time", "device"]],
        "state": "live", "device": "G0911", "seconds": SECONDS, "format": "WAV, PCM", "whole": True,
        "fault": "", "places": [f"echo.dd: data/{number}.wav"], "texts": [[exhibit, f"turn on light {number}"]],
        "basis": "", "interactions": [], "why_not": None, "peaks": [-90, 90] * 40 + [0, 0] * 40 + [-90, 90] * 20,
    }  # fmt: skip


class FakeRoom:
    """The room: clips ``c1`` to ``c6`` in a queue; what it was asked and what it keeps is there to be looked at.

    Attributes:
        down: no answer is given while this is set: the connection is closed.
        refused: a status and a body with which each change is answered while it is set.
        role: of the person.
        asked: each request: method, path, body.
    """

    def __init__(self) -> None:
        self.down = False
        self.signed_in = True
        self.refused: tuple[int, dict[str, Any]] | None = None
        self.role = "supervisor"
        self.language = "en"
        self.others: list[str] = []
        self.asked: list[tuple[str, str, Any]] = []
        self.answers: dict[str, Any] = {}
        self.redactions: list[dict[str, Any]] = []
        self.decisions = {f"c{number}": _nothing() for number in range(1, 7)}
        self.versions = dict.fromkeys(self.decisions, 1)
        self.before: dict[str, list[dict[str, Any]]] = {each: [] for each in self.decisions}
        self.distressing = {"c3"}

    def changes(self, kind: str) -> list[Any]:
        """The bodies of the requests whose path ends so."""
        return [body for method, path, body in self.asked if method != "GET" and path.endswith(f"/{kind}")]

    def await_request(self, page: Any, method: str, path: str, body: Any) -> None:
        """Wait until the page has sent a request: what it shows may come first."""
        wait_for(page, lambda: (method, path, body) in self.asked)

    def me(self) -> dict[str, Any]:
        return {
            "name": "ann", "display": "Ann Example", "role": self.role, "csrf": "t", "language": self.language,
            "second": ["totp"], "queues": [{"id": "q1", "name": "Kitchen", "case": "demo"}], "codes": CODES,
            "server": {"version": "0.1", "started": 1_764_400_000_000},
        }  # fmt: skip

    def item(self, number: int) -> dict[str, Any]:
        name = f"c{number}"
        decision = self.decisions[name]
        return {
            "id": name, "about": f"EF-{number:07}", "title": f"turn on light {number}", "time": 1_710_000_000_000,
            "device": "Kitchen Echo", "seconds": SECONDS, "state": "done" if decision["finished"] else "open",
            "assigned": None, "codes": decision["codes"], "distress": name in self.distressing,
        }  # fmt: skip

    def queue(self) -> dict[str, Any]:
        return {
            "id": "q1", "name": "Kitchen", "case": "demo", "kind": "recordings", "filter": {}, "people": ["p1"],
            "second": {"sample": 0.1, "codes": ["distress"]}, "counts": self.counts(),
        }  # fmt: skip

    def counts(self) -> dict[str, int]:
        done = sum(1 for each in self.decisions.values() if each["finished"])
        return {"open": len(self.decisions) - done, "taken": 0, "done": done}

    def next(self, after: str = "") -> str | None:
        left = [name for name, each in self.decisions.items() if not each["finished"] and name != after]
        return left[0] if left else None

    def shown(self, name: str) -> dict[str, Any]:
        number = int(name[1:])
        return {
            "item": self.item(number), "version": self.versions[name], "recordings": [recording(number)],
            "interaction": None, "statements": [{"says": "The device noted a wake word.", "exhibit": "EF-0000100"}],
            "decision": self.decisions[name], "others": [], "copies": 0, "read_only": False, "blind": False,
            "next": self.next(name),
        }  # fmt: skip

    def change(self, name: str, kind: str, body: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        """Keep a change, as the room does; 409 where its version is not the present one."""
        if body.get("version") != self.versions[name]:
            held = {**self.decisions[name], "by": "Bob Other"}
            return 409, {"error": "Somebody saved first.", "version": self.versions[name], "decision": held}
        now = dict(self.decisions[name])
        if kind == "undo":
            now = self.before[name].pop() if self.before[name] else now
        else:
            self.before[name].append(self.decisions[name])
        if kind == "codes":
            now["codes"] = [each for each in now["codes"] if each not in body["remove"]] + body["add"]
        elif kind == "notes":
            now["notes"] = body["text"]
        elif kind == "transcript":
            now["transcript"] = body["segments"]
        elif kind == "finish":
            now["finished"] = True
        self.decisions[name] = now
        self.versions[name] += 1
        return 200, {"version": self.versions[name], "decision": now}

    def answer(self, method: str, path: str, body: Any) -> tuple[int, Any]:
        """What the room says to a request."""
        parts = path.strip("/").split("/")
        if path in self.answers:
            return 200, self.answers[path]
        if not self.signed_in:
            return 401, {"error": "Sign in first.", "sign_in": True}
        if method != "GET" and self.refused:
            return self.refused
        if parts[:2] == ["api", "items"]:
            return self.of_item(parts[2], parts[3] if len(parts) > 3 else "", body)
        fixed: dict[str, Callable[[], Any]] = {
            "api/me": self.me,
            "api/queues": lambda: {"queues": [self.queue()], "cases": [{"id": "demo", "name": "Demo case"}],
                "workers": [
                    {"id": "p1", "display": "Ann Example", "role": "supervisor"},
                    {"id": "p2", "display": "Bob Other", "role": "reviewer"},
                ],
            },
            "api/queues/q1/items": lambda: {
                "items": [self.item(number) for number in range(1, 7)], "counts": self.counts(), "next": None,
            },
            "api/queues/q1/next": lambda: {"id": self.next()},
            "api/redactions": lambda: {"redactions": self.redactions},
        }  # fmt: skip
        made = fixed.get("/".join(parts))
        return (200, made()) if made else (200, {})

    def of_item(self, name: str, kind: str, body: Any) -> tuple[int, Any]:
        if name not in self.decisions:
            return 404, {"error": "There is no such clip in your queues."}
        if not kind:
            return 200, self.shown(name)
        if kind == "here":
            return 200, {"others": self.others}
        if kind == "redactions":
            about = self.shown(name)["item"]["about"]
            self.redactions.append({"id": "r1", "item": name, "about": about, "mine": True, "ranges": body["ranges"]})
        return self.change(name, kind, body) if kind in _CHANGES else (200, {})

    async def api(self, request: Request) -> Response:
        body = await request.json() if request.method != "GET" and await request.body() else None
        path = request.url.path
        if "/sound/" in path:
            return _sound(request, tone(int(path.split("/")[3][1:])))
        self.asked.append((request.method, path, body))
        if self.down:
            # Waits are cut by the client going away: the answer never is one.
            await asyncio.sleep(0)
            return Response(status_code=503)
        status, made = self.answer(request.method, path, body)
        return JSONResponse(made, status)


_CHANGES = ("codes", "notes", "transcript", "finish", "undo")


def _nothing() -> dict[str, Any]:
    return {"codes": [], "notes": "", "transcript": [], "finished": False}


def _sound(request: Request, content: bytes) -> Response:
    asked = request.headers.get("range", "")
    if not asked.startswith("bytes="):
        return Response(content, media_type="audio/wav", headers={"accept-ranges": "bytes"})
    first, _, last = asked[6:].partition("-")
    start, end = int(first), min(int(last) if last else len(content) - 1, len(content) - 1)
    headers = {"accept-ranges": "bytes", "content-range": f"bytes {start}-{end}/{len(content)}"}
    return Response(content[start : end + 1], 206, headers, "audio/wav")


def application(room: FakeRoom) -> Starlette:
    """The room as an application: its pages, what they load, and its interface."""

    def page(name: str) -> Route:
        async def answer(_: Request) -> Response:
            return HTMLResponse(page_html(name, room.language), headers={"content-security-policy": CSP})

        return Route("/set-up/{token}" if name == "set-up" else f"/{name}", answer)

    async def words(request: Request) -> Response:
        return Response(words_script(request.path_params["code"]), media_type="text/javascript")

    async def static(request: Request) -> Response:
        name = request.path_params["name"]
        found = static_files()["/" + request.path_params["folder"]] / name
        kind = "text/css" if name.endswith(".css") else "text/javascript"
        return Response(found.read_bytes(), media_type=kind)

    methods = ["GET", "POST", "PUT", "PATCH", "DELETE"]
    return Starlette(
        routes=[
            *map(page, PAGES),
            Route("/words/{code}.js", words),
            Route("/api/{rest:path}", room.api, methods=methods),
            Route("/{folder}/{name}", static),
        ]
    )


class Served:
    """An application on a port of this machine, until it is stopped."""

    def __init__(self, made: Any, port: int = 0) -> None:
        self._socket = socket.socket()
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self._socket.bind(("127.0.0.1", port))
        self.port: int = self._socket.getsockname()[1]
        self._server = uvicorn.Server(uvicorn.Config(made, log_level="error", lifespan="off"))
        self._thread = threading.Thread(target=self._server.run, kwargs={"sockets": [self._socket]}, daemon=True)
        self._thread.start()

    @property
    def url(self) -> str:
        return f"http://localhost:{self.port}"

    def stop(self) -> None:
        """Stop it; requests find nobody at its port from now on."""
        self._server.should_exit = True
        self._server.force_exit = True
        self._thread.join()
        self._socket.close()
