"""A review room of the sample case, and people in it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from starlette.types import ASGIApp

from chain_of_custody.keys import SigningKey
from echoforensics.case.case import Case
from echoforensics.extraction.options import Options
from echoforensics.extraction.run import extract
from echoforensics.review.people.site import Site
from echoforensics.review.room import ReviewRoom
from echoforensics.review.web.app import make_app
from tests.echoforensics.conftest import Sealed, silent
from tests.echoforensics.review.room_client import Clock, RoomClient, quick_passwords

OpenRoom = Callable[..., ReviewRoom]
NewPerson = Callable[..., RoomClient]


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture(scope="session")
def other_case(sealed: Sealed, signing_key: SigningKey, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A case with two recordings of the sample case, under other names."""
    folder = tmp_path_factory.mktemp("other")
    evidence = folder / "copied"
    evidence.mkdir()
    with Case.open(sealed.path) as case:
        for number, one in enumerate(list(case.recordings())[:2]):
            (evidence / f"sent-{number}.wav").write_bytes(case.read(one.sha256))
    extract([evidence], folder / "other", signing_key, Options("Tester", argv=("test",)), silent)
    return folder / "other"


@pytest.fixture
def case_paths(sealed: Sealed) -> list[Path]:
    """The cases of the room."""
    return [sealed.path]


@pytest.fixture
def open_room(tmp_path: Path, case_paths: list[Path], signing_key: SigningKey, clock: Clock) -> Iterator[OpenRoom]:
    """Opens the room; whatever is still open is closed afterwards."""
    opened: list[ReviewRoom] = []

    def open_it(path: Path | None = None, site: Site | None = None) -> ReviewRoom:
        site = site or Site("localhost", 8765, tls=False)
        opened.append(
            ReviewRoom(
                path or tmp_path / "case.review", case_paths, site, signing_key,
                clock=clock, passwords=quick_passwords(),
            )
        )  # fmt: skip
        return opened[-1]

    yield open_it
    for each in opened:
        each.close()


@pytest.fixture
def room(open_room: OpenRoom) -> ReviewRoom:
    return open_room()


@pytest.fixture
def app(room: ReviewRoom) -> ASGIApp:
    return make_app(room)


@pytest.fixture
def browser(app: ASGIApp, room: ReviewRoom, clock: Clock) -> RoomClient:
    """A browser in which nobody is signed in."""
    return RoomClient(app, room, clock)


@pytest.fixture
def supervisor(app: ASGIApp, room: ReviewRoom, clock: Clock) -> RoomClient:
    """The first supervisor, signed in."""
    token = room.accounts.first_link()
    assert token is not None
    return RoomClient(app, room, clock).set_up(token).sign_in()


@pytest.fixture
def new_person(app: ASGIApp, room: ReviewRoom, clock: Clock, supervisor: RoomClient) -> NewPerson:
    """Adds an account of a name and role; gives its browser, signed in."""

    def add(name: str = "rita", role: str = "reviewer") -> RoomClient:
        link = supervisor.post("/api/people", name=name, display=name.capitalize(), role=role)["link"]
        return RoomClient(app, room, clock).set_up(link).sign_in()

    return add
