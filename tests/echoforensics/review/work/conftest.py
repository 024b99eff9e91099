"""Queues of the sample case."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.echoforensics.review.room_client import RoomClient

MakeQueue = Callable[..., str]


def person_id(supervisor: RoomClient, name: str) -> str:
    """The id of an account."""
    return str(next(one["id"] for one in supervisor.get("/api/people")["people"] if one["name"] == name))


@pytest.fixture
def make_queue(supervisor: RoomClient) -> MakeQueue:
    """Makes a queue of the case, or of that of a name, for the people of these names; gives its id."""

    def make(*names: str, kind: str = "recordings", of: str = "", **given: Any) -> str:
        (case,) = [one for one in supervisor.get("/api/queues")["cases"] if of in ("", one["name"])]
        people = [person_id(supervisor, name) for name in names]
        made = supervisor.post("/api/queues", name="Kitchen", case=case["id"], kind=kind, people=people, **given)
        return str(made["id"])

    return make


def decide(client: RoomClient, item: str, *codes: str) -> None:
    """Open an item, give it codes and finish it."""
    version = client.get(f"/api/items/{item}")["version"]
    if codes:
        version = client.post(f"/api/items/{item}/codes", version=version, add=list(codes), remove=[])["version"]
    client.post(f"/api/items/{item}/finish", version=version)


def events_of(supervisor: RoomClient, what: str) -> list[dict[str, Any]]:
    """The events of a kind, the oldest first."""
    return list(reversed(supervisor.get("/api/audit", what=what)["events"]))
