"""A room that is served by a process which can be killed and begun again, at one address, as often as a test likes."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Any

import httpx

from chain_of_custody.keys import SigningKey
from echoforensics.review.people.site import Site
from echoforensics.review.room import ReviewRoom
from echoforensics.review.store.room_database import now_ms
from echoforensics.review.web.app import make_app
from tests.echoforensics.review.room_client import Clock, RoomClient, quick_passwords

ROOT = Path(__file__).parents[3]
PASSPHRASE = "a passphrase"
#: Finds a port, and for each line of input forks a server at it, having waited for the last: so each begins at once.
_PROGRAM = """
import os, sys
from pathlib import Path
from chain_of_custody.keys import SigningKey
from echoforensics.review.room import ReviewRoom
from echoforensics.review.web.serving import listen, serve, site_of
folder, key = Path(sys.argv[1]), SigningKey.load(Path(sys.argv[2]), sys.argv[3])
found = listen("localhost", 0)
site = site_of("localhost", found, tls=False)
for each in found:
    each.close()
print(site.port, flush=True)
child = 0
while cases := sys.stdin.readline().split():
    if child:
        os.waitpid(child, 0)
    child = os.fork()
    if not child:
        with ReviewRoom(folder, [Path(case) for case in cases], site, key) as room:
            sockets = listen("localhost", site.port)
            print(os.getpid(), flush=True)
            serve(room, sockets, None)
        os._exit(0)
"""


class KillableRoom:
    """A room in a process of its own. Use it in a ``with`` statement.

    Attributes:
        folder: the room's.
        site: where it is served.
    """

    def __init__(self, folder: Path, case: Path, key: SigningKey) -> None:
        self.folder, self._case, self._key = folder, case, key
        key_file = folder.with_name("killable.pem")
        key.save(key_file, PASSPHRASE)
        self._parent = subprocess.Popen(
            [sys.executable, "-c", _PROGRAM, str(folder), str(key_file), PASSPHRASE],
            env={**os.environ, "PYTHONPATH": str(ROOT)}, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        )  # fmt: skip
        self.site = Site("localhost", int(self._line()), tls=False)
        self._child = 0

    def _line(self) -> str:
        assert self._parent.stdout is not None
        return self._parent.stdout.readline()

    @contextmanager
    def people(self) -> Iterator[RoomClient]:
        """The room, before it is served: with its first supervisor, signed in. Sessions outlive it."""
        clock = Clock()
        clock.now = now_ms() - 600_000
        with ReviewRoom(
            self.folder, [self._case], self.site, self._key, clock=clock, passwords=quick_passwords()
        ) as room:
            token = room.accounts.first_link()
            assert token is not None
            yield RoomClient(make_app(room), room, clock).set_up(token).sign_in()

    def start(self) -> None:
        """Begin to serve."""
        assert self._parent.stdin is not None
        self._parent.stdin.write(f"{self._case}\n")
        self._parent.stdin.flush()
        self._child = int(self._line())

    def kill(self) -> None:
        """Kill the server, as ``kill -9`` does."""
        os.kill(self._child, signal.SIGKILL)

    def stop(self) -> None:
        """Have the server stop by itself."""
        os.kill(self._child, signal.SIGTERM)

    def browser(self, client: RoomClient) -> httpx.Client:
        """A browser that has the session of a person."""
        headers = {"origin": self.site.origin, "x-csrf": client.http.headers["x-csrf"]}
        return httpx.Client(
            base_url=self.site.origin, headers=headers, cookies=dict(client.http.cookies), timeout=60
        )  # fmt: skip

    def __enter__(self) -> KillableRoom:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._parent.stdin is not None
        self._parent.stdin.close()
        if self._child:
            # It is a child of the other process, which has not waited for it: the number is still its own.
            self.kill()
        self._parent.wait()
        if self._parent.stdout is not None:
            self._parent.stdout.close()


def answer(response: httpx.Response) -> Any:
    """What was answered; anything but success fails the test."""
    assert response.status_code == 200, (response.status_code, response.text)
    return response.json()
