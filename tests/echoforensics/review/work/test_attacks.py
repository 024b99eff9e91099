from __future__ import annotations

from typing import Any

import pytest

from tests.echoforensics.review.conftest import NewPerson
from tests.echoforensics.review.room_client import RoomClient
from tests.echoforensics.review.work.conftest import MakeQueue, decide, events_of, person_id


def test_another_queues_items_and_sounds_are_not_there(
    make_queue: MakeQueue, new_person: NewPerson, supervisor: RoomClient
) -> None:
    rita, eve = new_person(), new_person("eve")
    theirs = make_queue("rita", filter={"text": "lights"})
    make_queue("eve", filter={"text": "what time"})
    item = rita.post(f"/api/queues/{theirs}/next")["id"]
    decide(rita, item)
    asked = [
        eve.get(f"/api/items/{item}", 404),
        eve.post(f"/api/items/{item}/codes", 404, version=2, add=[], remove=[]),
        eve.post(f"/api/items/{item}/notes", 404, version=2, text="x"),
        eve.put(f"/api/items/{item}/transcript", 404, version=2, segments=[]),
        eve.post(f"/api/items/{item}/undo", 404, version=2),
        eve.post(f"/api/items/{item}/finish", 404, version=2),
        eve.post(f"/api/items/{item}/plays", 404, sound=0, **{"from": 0, "to": 1}, seconds=1, speed=1),
        eve.post(f"/api/items/{item}/here", 404),
        eve.post(f"/api/items/{item}/open", 404),
        eve.post(f"/api/items/{item}/redactions", 404, ranges=[[0, 1]], reason="x"),
        eve.get(f"/api/items/{item}/sound/0", 404),
        eve.get(f"/api/queues/{theirs}/items", 404),
        eve.post(f"/api/queues/{theirs}/next", 404),
        eve.get("/api/items/unknown", 404),
    ]

    assert len({answer["error"] for answer in asked}) == 1, "what is not theirs and what is not there look the same"
    denied = [event for event in events_of(supervisor, "denied") if event["who"] == "eve"]
    assert len(denied) == 14
    assert [queue["name"] for queue in eve.get("/api/queues")["queues"]] == ["Kitchen"]
    assert eve.get("/api/me")["queues"][0]["id"] != theirs
    supervisor.patch(f"/api/people/{person_id(supervisor, 'rita')}", queues=[])
    rita.get(f"/api/items/{item}", 404)


def test_sounds_of_an_item_are_numbered_and_nothing_else(make_queue: MakeQueue, new_person: NewPerson) -> None:
    rita = new_person()
    item = rita.post(f"/api/queues/{make_queue('rita')}/next")["id"]
    for number in ("1", "-1", "99999999999999999999", "x", "٠", "0x0", "..%2f..%2froom.db", "0%00"):
        assert rita.http.get(f"/api/items/{item}/sound/{number}").status_code == 404, number
    assert rita.http.get(f"/api/items/{item}/../../../../etc/passwd").status_code == 404
    ranges = {"bytes=0-0": 206, "bytes=999999999-": 416, "bytes=5-1": 200, "bytes=0-1,3-4": 200, "bytes=\u00e9": 200}
    for header, status in ranges.items():
        answer = rita.http.get(f"/api/items/{item}/sound/0", headers=[(b"range", header.encode())])
        assert answer.status_code == status, header
        assert answer.headers["cache-control"] == "no-store"
    assert rita.http.get(f"/api/items/{item}/sound/0", headers={"range": "bytes=-8"}).headers["content-range"]


@pytest.mark.parametrize(
    ("part", "body"),
    [
        ("codes", {"version": 0, "add": ["none"], "remove": []}),
        ("codes", {"version": 0, "add": ["responsive"] * 41, "remove": []}),
        ("codes", {"version": "0", "add": [], "remove": []}),
        ("codes", {"version": True, "add": [], "remove": []}),
        ("codes", {"add": [], "remove": []}),
        ("codes", {"version": -1, "add": [], "remove": []}),
        ("notes", {"version": 0, "text": "x" * 20_001}),
        ("notes", {"version": 0, "text": "a\0b"}),
        ("notes", {"version": 0, "text": None}),
        ("redactions", {"ranges": [], "reason": "x"}),
        ("redactions", {"ranges": [[1, 1]], "reason": "x"}),
        ("redactions", {"ranges": [[2, 1]], "reason": "x"}),
        ("redactions", {"ranges": [[0, 1e6]], "reason": "x"}),
        ("redactions", {"ranges": [[0, 1, 2]], "reason": "x"}),
        ("redactions", {"ranges": [[0]], "reason": "x"}),
        ("redactions", {"ranges": [[0, 1]] * 201, "reason": "x"}),
        ("redactions", {"ranges": [[0, 1]], "reason": " "}),
        ("redactions", {"ranges": [[0, 1]], "reason": "a\nb"}),
        ("redactions", {"ranges": [[0, 1]], "reason": "x", "with": "music"}),
    ],
)
def test_what_is_wrong_is_refused_and_nothing_changes(
    make_queue: MakeQueue, new_person: NewPerson, part: str, body: dict[str, object]
) -> None:
    rita = new_person()
    item = rita.post(f"/api/queues/{make_queue('rita')}/next")["id"]

    assert rita.post(f"/api/items/{item}/{part}", 400, **body)["error"]
    shown = rita.get(f"/api/items/{item}")
    assert (shown["version"], rita.get("/api/redactions")["redactions"]) == (0, [])


def test_a_body_that_is_too_large_is_not_read(make_queue: MakeQueue, new_person: NewPerson) -> None:
    rita = new_person()
    item = rita.post(f"/api/queues/{make_queue('rita')}/next")["id"]
    segments = [{"from": 0, "to": 1, "text": "x" * 9_000}] * 300

    rita.put(f"/api/items/{item}/transcript", 413, version=0, segments=segments)


def test_nobody_approves_what_they_asked_for(
    make_queue: MakeQueue, new_person: NewPerson, supervisor: RoomClient
) -> None:
    rita, ed = new_person(), new_person("ed", "examiner")
    item = rita.post(f"/api/queues/{make_queue('rita')}/next")["id"]
    asked = rita.post(
        f"/api/items/{item}/redactions", ranges=[[0.504, 0.9], [0.1, 0.2], [0.2, 0.3]], reason="privileged"
    )
    tone: dict[str, Any] = {"with": "tone"}
    own = supervisor.post(f"/api/items/{item}/redactions", ranges=[[0, 0.1]], reason="child", **tone)

    assert asked["ranges"] == [[0.1, 0.3], [0.5, 0.9]]
    rita.post(f"/api/redactions/{asked['id']}/decision", 403, approve=True)
    refused = supervisor.post(f"/api/redactions/{own['id']}/decision", 403, approve=True)
    assert refused["error"] == "You asked for it; a second person has to approve it."
    ed.post(f"/api/redactions/{own['id']}/decision", approve=False, note="Not a child.")
    supervisor.post(f"/api/redactions/{asked['id']}/decision", approve=True)
    ed.post(f"/api/redactions/{asked['id']}/decision", 403, approve=False)
    ed.post("/api/redactions/unknown/decision", 404, approve=True)
    assert [(one["state"], one["mine"]) for one in rita.get("/api/redactions")["redactions"]] == [("approved", True)]
    assert {(one["asked_by"], one["state"], one["decided_by"]) for one in ed.get("/api/redactions")["redactions"]} == {
        ("Rita", "approved", "Supervisor"), ("Supervisor", "refused", "Ed"),
    }  # fmt: skip
    assert events_of(supervisor, "redaction approved")[0]["about"] == asked["id"]
    assert events_of(supervisor, "redaction asked")[0]["details"]["ranges_ms"] == [[100, 300], [500, 900]]


def test_one_needs_a_role_for_what_is_for_supervisors(make_queue: MakeQueue, new_person: NewPerson) -> None:
    rita = new_person()
    queue = make_queue("rita")
    rita.post("/api/queues", 403, name="x", case="x", kind="recordings")
    rita.patch(f"/api/queues/{queue}", 403, people=[])
    for path in ("/api/plan", "/api/agreement", "/api/disagreements"):
        rita.get(path, 403)
    assert "cases" not in rita.get("/api/queues")
    assert rita.get("/api/queues")["queues"][0]["people"] == []
