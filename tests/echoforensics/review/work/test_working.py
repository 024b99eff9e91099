from __future__ import annotations

from typing import Any

import pytest

from tests.echoforensics.review.conftest import NewPerson
from tests.echoforensics.review.room_client import RoomClient


def person_id(supervisor: RoomClient, name: str) -> str:
    return next(one["id"] for one in supervisor.get("/api/people")["people"] if one["name"] == name)


@pytest.fixture
def make_queue(supervisor: RoomClient) -> Any:
    """Makes a queue of the case for people of these names; gives its id."""

    def make(*names: str, kind: str = "recordings", **given: Any) -> str:
        (case,) = supervisor.get("/api/queues")["cases"]
        people = [person_id(supervisor, name) for name in names]
        made = supervisor.post("/api/queues", name="Kitchen", case=case["id"], kind=kind, people=people, **given)
        return str(made["id"])

    return make


def test_a_reviewer_takes_codes_writes_and_finishes(
    make_queue: Any, new_person: NewPerson, supervisor: RoomClient
) -> None:
    rita = new_person()
    queue = make_queue("rita")
    item = rita.post(f"/api/queues/{queue}/next")["id"]
    shown = rita.get(f"/api/items/{item}")
    assert (shown["version"], shown["decision"]["codes"], shown["read_only"]) == (0, [], False)
    assert shown["recordings"][0]["peaks"]
    saved = rita.post(f"/api/items/{item}/codes", version=0, add=["responsive"], remove=[])
    assert (saved["version"], saved["decision"]["codes"]) == (1, ["responsive"])
    sound = rita.http.get(shown["recordings"][0]["file"], headers={"range": "bytes=4-11"})
    assert (sound.status_code, len(sound.content), sound.headers["content-type"]) == (206, 8, "audio/wav")
