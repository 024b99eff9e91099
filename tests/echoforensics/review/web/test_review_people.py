"""Accounts over the API: who is added by whom, and who may see what."""

from __future__ import annotations

from tests.echoforensics.review.conftest import NewPerson
from tests.echoforensics.review.room_client import RoomClient


def test_a_supervisor_adds_people_and_sees_them(supervisor: RoomClient, new_person: NewPerson) -> None:
    new_person("rita")

    found = supervisor.get("/api/people")["people"]

    assert [(each["name"], each["role"], each["active"]) for each in found] == [
        ("rita", "reviewer", True), ("supervisor", "supervisor", True),
    ]  # fmt: skip


def test_a_reviewer_is_refused_what_is_for_supervisors_and_that_is_on_record(
    supervisor: RoomClient, new_person: NewPerson
) -> None:
    rita = new_person("rita")

    rita.get("/api/people", 403)

    (denied,) = supervisor.get("/api/audit", what="denied")["events"]
    assert (denied["who"], denied["details"]["route"]) == ("rita", "GET /api/people")
