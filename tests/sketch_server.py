"""A server of this machine that answers as Timesketch's API does to its client, and keeps what it is sent."""

from __future__ import annotations

import json
from email import message_from_bytes
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

TOKEN = "a-token"
LOGIN = f'<html><input id="csrf_token" value="{TOKEN}"></html>'


class SketchServer(ThreadingHTTPServer):
    """The server.

    Attributes:
        timelines: rows that were sent, by the name of the timeline.
        batches: how many rows each upload had, with whether more were announced.
        refuses_after: uploads that it takes; it refuses the next.
    """

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.timelines: dict[str, list[dict[str, Any]]] = {}
        self.batches: list[tuple[str, int, str]] = []
        self.logins: list[str] = []
        self.refuses_after = 1_000_000

    def __enter__(self) -> SketchServer:
        Thread(target=self.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self.shutdown()
        self.server_close()

    @property
    def address(self) -> str:
        """Where it is."""
        return f"http://127.0.0.1:{self.server_port}"


class _Handler(BaseHTTPRequestHandler):
    server: SketchServer

    def do_GET(self) -> None:
        if self.path.startswith("/api/v1/"):
            self._answer(200, json.dumps({"objects": [{"id": 7, "name": "A sketch"}], "meta": {}}))
        else:
            self._answer(200, LOGIN)

    def do_POST(self) -> None:
        content = self.rfile.read(int(self.headers["Content-Length"]))
        if self.path.startswith("/login/"):
            self.server.logins.append(content.decode())
            # Who is refused stays on the page.
            self._answer(302 if "password=p&" in content.decode() else 200, LOGIN)
            return
        fields = _fields(self.headers["Content-Type"], content)
        if self.path != "/api/v1/upload/" or self.headers["x-csrftoken"] != TOKEN or fields["sketch_id"] != "7":
            self._answer(400, "{}")
        elif len(self.server.batches) >= self.server.refuses_after:
            self._answer(413, "too large")
        else:
            rows = [json.loads(line) for line in fields["events"].split("\n")]
            self.server.timelines.setdefault(fields["name"], []).extend(rows)
            self.server.batches.append((fields["name"], len(rows), fields["enable_stream"]))
            made = {"objects": [{"id": 1, "searchindex": {"index_name": "index"}}], "meta": {"task_id": "1"}}
            self._answer(201, json.dumps(made))

    def _answer(self, code: int, text: str) -> None:
        self.send_response(code)
        if code == HTTPStatus.FOUND:
            self.send_header("Location", "/")
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text.encode())

    def log_message(self, *_: object) -> None:
        """Say nothing."""


def _fields(kind: str, content: bytes) -> dict[str, str]:
    message = message_from_bytes(b"Content-Type: " + kind.encode() + b"\r\n\r\n" + content)
    found = {}
    for part in message.walk():
        name = part.get_param("name", header="content-disposition")
        if isinstance(name, str):
            found[name] = part.get_payload(decode=True).decode()  # type: ignore[union-attr]
    return found
