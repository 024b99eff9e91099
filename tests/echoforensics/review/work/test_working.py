from __future__ import annotations

from typing import Any

import pytest

from tests.echoforensics.review.conftest import NewPerson
from tests.echoforensics.review.room_client import Clock, RoomClient
from tests.echoforensics.review.work.conftest import MakeQueue, decide, events_of, person_id

HOSTILE = '<img src=x onerror="hurt()">\u202egnp.exe\u2028</script>\' OR 1=1; --'


def test_a_clip_is_taken_coded_noted_transcribed_and_finished(
    make_queue: MakeQueue, new_person: NewPerson, supervisor: RoomClient
) -> None:
    rita = new_person()
    queue = make_queue("rita")
    item = rita.post(f"/api/queues/{queue}/next")["id"]
    shown = rita.get(f"/api/items/{item}")

    assert (shown["version"], shown["read_only"], shown["blind"], shown["others"]) == (0, False, False, [])
    assert shown["decision"] == {
        "codes": [], "notes": "", "transcript": [], "finished": False, "changed_at": None, "finished_at": None,
    }  # fmt: skip
    assert shown["item"]["state"] == "taken"
    assert len(shown["recordings"][0]["peaks"]) == 400
    assert shown["statements"]
    assert shown["interaction"]["number"].startswith("IN-")
    rita.post(f"/api/items/{item}/codes", version=0, add=["responsive", "child"], remove=[])
    saved = rita.post(f"/api/items/{item}/codes", version=1, add=["unsure"], remove=["child", "distress"])
    assert (saved["version"], saved["decision"]["codes"]) == (2, ["responsive", "unsure"])
    assert rita.post(f"/api/items/{item}/notes", version=2, text=HOSTILE)["decision"]["notes"] == HOSTILE
    segment = {"from": 0.1, "to": 0.9, "text": HOSTILE, "unsure": [[0, 4]]}
    saved = rita.put(f"/api/items/{item}/transcript", version=3, segments=[segment])
    assert saved["decision"]["transcript"] == [segment]
    assert rita.post(f"/api/items/{item}/finish", version=4)["decision"]["finished"]
    assert rita.post(f"/api/items/{item}/finish", version=5)["version"] == 5, "nothing changed"
    listed = rita.get(f"/api/queues/{queue}/items", state="done", code="unsure", mine="1")
    assert [(one["id"], one["assigned"], one["codes"]) for one in listed["items"]] == [
        (item, "Rita", ["responsive", "unsure"])
    ]
    assert listed["counts"] == {"open": 5, "taken": 0, "done": 1, "second": 0}
    assert [event["what"] for event in reversed(supervisor.get("/api/audit", person="rita")["events"])][-7:] == [
        "next", "view", "code", "code", "note", "transcript", "finish",
    ]  # fmt: skip
    details = events_of(supervisor, "code")[1]["details"]
    assert len(details.pop("state")) == 64
    assert details == {
        "add": ["unsure"], "remove": ["child", "distress"], "version": 2, "turn": 1,
    }  # fmt: skip


def test_who_saves_second_is_told_and_overwrites_nothing(make_queue: MakeQueue, new_person: NewPerson) -> None:
    rita, saul = new_person(), new_person("saul")
    queue = make_queue("rita", "saul")
    item = rita.post(f"/api/queues/{queue}/next")["id"]
    for client in (rita, saul):
        assert client.get(f"/api/items/{item}")["version"] == 0
    rita.post(f"/api/items/{item}/notes", version=0, text="of Rita")
    refused = saul.post(f"/api/items/{item}/notes", 409, version=0, text="of Saul")

    assert refused["error"].startswith("Somebody else saved first.")
    assert (refused["by"], refused["version"], refused["decision"]["notes"]) == ("Rita", 1, "of Rita")
    assert saul.put(f"/api/items/{item}/transcript", 409, version=7, segments=[])["version"] == 1
    assert saul.post(f"/api/items/{item}/notes", version=1, text="of Rita, and of Saul")["version"] == 2
    assert rita.get(f"/api/items/{item}")["decision"]["notes"] == "of Rita, and of Saul"


def test_undo_takes_back_ones_own_changes_one_by_one(make_queue: MakeQueue, new_person: NewPerson) -> None:
    rita, saul = new_person(), new_person("saul")
    queue = make_queue("rita", "saul")
    item = rita.post(f"/api/queues/{queue}/next")["id"]
    rita.post(f"/api/items/{item}/codes", version=0, add=["child"], remove=[])
    rita.post(f"/api/items/{item}/notes", version=1, text="x")
    rita.post(f"/api/items/{item}/finish", version=2)
    undone = [rita.post(f"/api/items/{item}/undo", version=version) for version in (3, 4, 5)]

    assert [each["undone"] for each in undone] == ["finish", "notes", "codes"]
    assert [each["version"] for each in undone] == [4, 5, 6]
    assert (undone[1]["decision"]["codes"], undone[1]["decision"]["notes"]) == (["child"], "")
    assert undone[2]["decision"]["codes"] == []
    assert rita.post(f"/api/items/{item}/undo", 403, version=6)["error"] == "There is nothing to undo."
    saul.post(f"/api/items/{item}/notes", version=6, text="y")
    assert rita.post(f"/api/items/{item}/undo", 403, version=7)["error"].startswith("Somebody else changed it")
    assert rita.post(f"/api/items/{item}/undo", 409, version=5)["version"] == 7


def test_nobody_gets_what_somebody_has(make_queue: MakeQueue, new_person: NewPerson, supervisor: RoomClient) -> None:
    rita, saul = new_person(), new_person("saul")
    queue = make_queue("rita", "saul")
    got: dict[str, list[str]] = {"rita": [], "saul": []}
    for number in range(6):
        name, client = ("rita", rita) if number % 2 == 0 else ("saul", saul)
        item = client.post(f"/api/queues/{queue}/next")["id"]
        assert client.post(f"/api/queues/{queue}/next")["id"] == item, "what was begun comes first"
        got[name].append(item)
        decide(client, item)

    assert len(set(got["rita"] + got["saul"])) == 6
    assert rita.post(f"/api/queues/{queue}/next")["id"] is None
    plan = supervisor.get("/api/plan")
    assert {one["name"]: (one["open"], one["taken"], one["done"]) for one in plan["people"]} == {
        "rita": (0, 0, 3), "saul": (0, 0, 3), "supervisor": (0, 0, 0),
    }  # fmt: skip
    assert plan["queues"][0]["done"] == 6
    assert plan["spread"] == "No clip was coded as distressing."


def test_what_is_put_aside_comes_again_when_there_is_no_other(make_queue: MakeQueue, new_person: NewPerson) -> None:
    rita = new_person()
    queue = make_queue("rita")
    first = rita.post(f"/api/queues/{queue}/next")["id"]
    ahead = rita.get(f"/api/items/{first}")["next"]
    second = rita.post(f"/api/queues/{queue}/next", after=first)["id"]

    assert second == ahead != first
    assert rita.post(f"/api/queues/{queue}/next", after=second)["id"] == first
    decide(rita, second)
    others = []
    while (found := rita.post(f"/api/queues/{queue}/next", after=first)["id"]) != first:
        others.append(found)
        decide(rita, found)
    assert len({*others, first, second}) == 6


def test_a_supervisor_assigns_and_takes_away(
    make_queue: MakeQueue, new_person: NewPerson, supervisor: RoomClient
) -> None:
    rita, saul = new_person(), new_person("saul")
    reader = new_person("rolf", "reader")
    queue = make_queue("rita", "saul", "rolf")
    item = rita.post(f"/api/queues/{queue}/next")["id"]
    rita.post(f"/api/items/{item}/notes", version=0, text="begun")
    supervisor.post(f"/api/items/{item}/assign", person=person_id(supervisor, "saul"))

    assert saul.post(f"/api/queues/{queue}/next")["id"] == item
    assert saul.get(f"/api/items/{item}")["decision"]["notes"] == "begun"
    supervisor.post(f"/api/items/{item}/assign", person=None)
    assert supervisor.get(f"/api/queues/{queue}/items")["counts"]["open"] == 6
    rita.post(f"/api/items/{item}/assign", 403, person=None)
    supervisor.post(f"/api/items/{item}/assign", 400, person=person_id(supervisor, "rolf"))
    assert reader.get(f"/api/items/{item}")["read_only"]


def test_a_reader_reads_and_listens_and_changes_nothing(make_queue: MakeQueue, new_person: NewPerson) -> None:
    rita, rolf = new_person(), new_person("rolf", "reader")
    queue = make_queue("rita", "rolf")
    item = rita.post(f"/api/queues/{queue}/next")["id"]
    decide(rita, item, "child")

    assert rolf.get(f"/api/items/{item}")["decision"]["codes"] == ["child"]
    assert rolf.http.get(f"/api/items/{item}/sound/0").status_code == 200
    rolf.post(f"/api/items/{item}/plays", sound=0, **{"from": 0, "to": 1}, seconds=1, speed=1)
    rolf.post(f"/api/queues/{queue}/next", 403)
    rolf.post(f"/api/items/{item}/notes", 403, version=2, text="x")
    rolf.post(f"/api/items/{item}/redactions", 403, ranges=[[0, 1]], reason="x")


def test_two_at_one_clip_see_each_other(make_queue: MakeQueue, new_person: NewPerson, clock: Clock) -> None:
    rita, saul = new_person(), new_person("saul")
    queue = make_queue("rita", "saul")
    item = rita.post(f"/api/queues/{queue}/next")["id"]

    assert rita.post(f"/api/items/{item}/here")["others"] == []
    assert saul.post(f"/api/items/{item}/here")["others"] == ["Rita"]
    assert rita.post(f"/api/items/{item}/here")["others"] == ["Saul"]
    clock.pass_seconds(60)
    assert rita.post(f"/api/items/{item}/here")["others"] == []


def test_every_play_is_on_record(make_queue: MakeQueue, new_person: NewPerson, supervisor: RoomClient) -> None:
    rita = new_person()
    queue = make_queue("rita")
    item = rita.post(f"/api/queues/{queue}/next")["id"]
    recording = rita.get(f"/api/items/{item}", ahead="1")["recordings"][0]
    assert events_of(supervisor, "view") == [], "what is loaded ahead was not looked at"
    for _ in range(2):
        rita.post(f"/api/items/{item}/here")
    assert [event["about"] for event in events_of(supervisor, "view")] == [item], "now it is"
    part: dict[str, Any] = {"from": 0.25, "to": 1.5}
    rita.post(f"/api/items/{item}/plays", sound=0, seconds=0.625, speed=2.0, **part)

    (event,) = events_of(supervisor, "play")
    assert (event["who"], event["about"]) == ("rita", item)
    assert event["details"] == {
        "sound": 0, "sha256": recording["sha256"], "exhibit": recording["exhibits"][0], "from_ms": 250, "to_ms": 1500,
        "seconds_ms": 625, "speed": "2",
    }  # fmt: skip
    rita.post(f"/api/items/{item}/plays", 404, sound=9, **{"from": 0, "to": 1}, seconds=1, speed=1)
    rita.post(f"/api/items/{item}/plays", 400, sound=0, **{"from": -1, "to": 1}, seconds=1, speed=1)
    rita.post(f"/api/items/{item}/plays", 400, sound=0, **{"from": 0, "to": 1}, seconds=1, speed=0)


@pytest.mark.parametrize("kind", ["recordings", "interactions"])
def test_queues_are_filtered_and_sorted(make_queue: MakeQueue, supervisor: RoomClient, kind: str) -> None:
    every = make_queue(kind=kind)
    lights = make_queue(kind=kind, filter={"text": "Turn Off The LIGHTS"})
    late = make_queue(kind=kind, filter={"from": "2024-03-09", "to": "2024-03-09"})
    signs = make_queue(kind=kind, filter={"unintended": True})

    def of(queue: str, **asked: Any) -> list[str]:
        return [one["title"] for one in supervisor.get(f"/api/queues/{queue}/items", **asked)["items"]]

    titles = of(every)
    assert of(lights) == ["alexa turn off the lights"]
    assert set(of(late)) < set(titles)
    assert set(of(signs)) < set(titles)
    assert of(every, sort="title") == sorted(titles, key=str.lower)
    assert of(every, text="turn OFF") == ["alexa turn off the lights"]
    assert of(every, state="done") == []
    pages = supervisor.get(f"/api/queues/{every}/items", limit="2")
    assert [one["title"] for one in pages["items"]] == titles[:2]
    rest = supervisor.get(f"/api/queues/{every}/items", limit="2", after=pages["next"])
    assert [one["title"] for one in rest["items"]] == titles[2:4]


@pytest.mark.parametrize(
    "given",
    [
        {"filter": {"from": "yesterday"}}, {"filter": {"colour": "red"}}, {"filter": {"text": "x" * 1001}},
        {"second": {"sample": 1.5}}, {"second": {"codes": ["none"]}}, {"people": ["nobody"]}, {"name": ""},
        {"name": "a\nb"}, {"kind": "rows"}, {"case": "../other"},
    ],
)  # fmt: skip
def test_a_queue_that_is_none_is_refused(supervisor: RoomClient, given: dict[str, object]) -> None:
    (case,) = supervisor.get("/api/queues")["cases"]
    whole = {"name": "Kitchen", "case": case["id"], "kind": "recordings", **given}

    assert supervisor.post("/api/queues", 400, **whole)["error"]
    assert supervisor.get("/api/queues")["queues"] == []


def test_an_item_in_two_queues_is_decided_once(make_queue: MakeQueue, new_person: NewPerson) -> None:
    rita, saul = new_person(), new_person("saul")
    one, other = make_queue("rita"), make_queue("saul")
    item = rita.post(f"/api/queues/{one}/next")["id"]
    decide(rita, item, "responsive")

    assert item in [each["id"] for each in saul.get(f"/api/queues/{other}/items", state="done")["items"]]
    taken = set()
    while (found := saul.post(f"/api/queues/{other}/next")["id"]) is not None:
        taken.add(found)
        decide(saul, found)
    assert len(taken) == 5
    assert item not in taken
