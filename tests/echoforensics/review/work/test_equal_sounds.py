"""Equal sounds of several cases are one clip: decided once, and a secret of each case from who sees only the other."""

from __future__ import annotations

import json
import shutil
import sqlite3
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from echoforensics.case.case import Case
from echoforensics.case.exhibits.row import Query
from echoforensics.case.row_query import rows_with_fields
from echoforensics.review.audit.replay import contradictions
from echoforensics.review.audit.room_check import verify_room
from echoforensics.review.room import ReviewRoom
from echoforensics.verification import verify_case
from tests.echoforensics.conftest import Sealed
from tests.echoforensics.review.conftest import NewPerson, OpenRoom
from tests.echoforensics.review.earlier_room import AS_VERSION_2
from tests.echoforensics.review.room_client import RoomClient
from tests.echoforensics.review.work.conftest import MakeQueue, decide, events_of, person_id


@pytest.fixture
def case_paths(sealed: Sealed, other_case: Path, tmp_path: Path) -> list[Path]:
    """Copies of both cases, which may be closed into."""
    return [Path(shutil.copytree(path, tmp_path / path.name)) for path in (sealed.path, other_case)]


@dataclass(frozen=True)
class Pair:
    """Rita sees the first case, Saul the other, Tess both; a sound that both cases have."""

    rita: RoomClient
    saul: RoomClient
    tess: RoomClient
    queues: tuple[str, str]
    ritas: str
    sauls: str


@pytest.fixture
def pair(make_queue: MakeQueue, new_person: NewPerson, supervisor: RoomClient) -> Pair:
    rita, saul, tess = (new_person(name) for name in ("rita", "saul", "tess"))
    queues = make_queue("rita", "tess", of="case"), make_queue("saul", "tess", of="other", second={"sample": 0})
    return Pair(rita, saul, tess, queues, *same_items(supervisor, *queues))


def same_items(client: RoomClient, *queues: str) -> list[str]:
    """The item of one sound in each queue."""
    found = []
    for queue in queues:
        items = [client.get(f"/api/items/{one['id']}") for one in listed(client, queue)]
        found.append({one["recordings"][0]["sha256"]: str(one["item"]["id"]) for one in items})
    sound = next(iter(found[-1]))
    return [each[sound] for each in found]


def listed(client: RoomClient, queue: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = client.get(f"/api/queues/{queue}/items")["items"]
    return found


def line_of(client: RoomClient, queue: str, item: str) -> dict[str, Any]:
    return next(one for one in listed(client, queue) if one["id"] == item)


def decide_fully(client: RoomClient, item: str) -> None:
    segments = [{"from": 0.1, "to": 0.4, "text": "turn it off", "unsure": []}]
    client.put(f"/api/items/{item}/transcript", version=0, segments=segments)
    client.post(f"/api/items/{item}/notes", version=1, text="The neighbour of the witness.")
    decide(client, item, "privileged")


def test_a_sound_of_two_cases_is_decided_once(pair: Pair, supervisor: RoomClient) -> None:
    decide_fully(pair.rita, pair.ritas)
    exhibit = pair.rita.get(f"/api/items/{pair.ritas}")["item"]["about"]
    there = {"case": "case", "about": exhibit}

    for client in (pair.tess, supervisor):
        shown, line = client.get(f"/api/items/{pair.sauls}"), line_of(client, pair.queues[1], pair.sauls)
        assert shown["decision"] == pair.rita.get(f"/api/items/{pair.ritas}")["decision"]
        assert (shown["item"]["assigned"], shown["equal"]) == ("Rita", [{**there, "decided": True}])
        assert (line["state"], line["assigned"], line["decided_in"], line["codes"]) == (
            "done", "Rita", there, ["privileged"],
        )  # fmt: skip
    left = {one["id"] for one in listed(pair.saul, pair.queues[1])} - {pair.sauls}
    while (found := pair.saul.post(f"/api/queues/{pair.queues[1]}/next")["id"]) is not None:
        left.remove(found)
        decide(pair.saul, found)
    assert left == set()
    plan = {one["name"]: one["done"] for one in supervisor.get("/api/plan")["people"]}
    assert (plan["rita"], plan["saul"]) == (1, 1)

    assert pair.rita.post(f"/api/items/{pair.ritas}/undo", version=4)["undone"] == "finish"
    assert line_of(pair.tess, pair.queues[1], pair.sauls)["state"] == "taken"
    assert not pair.tess.get(f"/api/items/{pair.sauls}")["decision"]["finished"]
    pair.tess.post(f"/api/items/{pair.sauls}/finish", version=5)
    again = pair.rita.get(f"/api/items/{pair.ritas}")
    assert (again["item"]["state"], again["equal"], again["read_only"]) == ("done", [], False)


def test_who_sees_one_case_learns_nothing_of_the_other(pair: Pair, supervisor: RoomClient) -> None:
    version = pair.rita.post(f"/api/items/{pair.ritas}/codes", version=0, add=["child"], remove=[])["version"]
    seen = pair.saul.get(f"/api/items/{pair.sauls}")
    assert (seen["item"]["state"], seen["read_only"], seen["decision"]["codes"]) == ("taken", True, [])
    changes: dict[str, dict[str, Any]] = {
        "codes": {"add": ["child"], "remove": []},
        "notes": {"text": "x"},
        "finish": {},
        "undo": {},
    }
    for part, body in changes.items():
        refused = pair.saul.post(f"/api/items/{pair.sauls}/{part}", 403, version=version, **body)
        assert "decision" not in refused
    for client, item in ((pair.rita, pair.ritas), (pair.tess, pair.ritas), (pair.saul, pair.sauls)):
        client.post(f"/api/items/{item}/here")
    assert pair.saul.post(f"/api/items/{pair.sauls}/here")["others"] == []
    assert pair.rita.post(f"/api/items/{pair.ritas}/here")["others"] == ["Tess"]
    assert set(pair.tess.post(f"/api/items/{pair.sauls}/here")["others"]) == {"Rita", "Saul"}
    pair.saul.get(f"/api/items/{pair.ritas}", 404)
    pair.saul.post(f"/api/items/{pair.sauls}/leave")

    pair.rita.post(f"/api/items/{pair.ritas}/undo", version=version)
    pair.rita.post(f"/api/items/{pair.ritas}/notes", version=version + 1, text="As in the case of the neighbour.")
    decide(pair.rita, pair.ritas, "privileged")
    supervisor.post("/api/close", confirm=True)
    shown = [pair.saul.get(f"/api/items/{pair.sauls}"), listed(pair.saul, pair.queues[1]), pair.saul.get("/api/queues")]
    assert shown[0]["decision"]["codes"] == ["privileged"], "codes are of the sound"
    assert shown[0]["item"]["assigned"] is line_of(pair.saul, pair.queues[1], pair.sauls)["assigned"] is None
    text = json.dumps(shown)
    for secret in ("Rita", "rita", "neighbour", '"case": "case"', "another case", pair.ritas, "annotation:"):
        assert secret not in text, secret


def test_what_somebody_else_began_is_not_offered(pair: Pair, supervisor: RoomClient) -> None:
    pair.rita.post(f"/api/items/{pair.ritas}/notes", version=0, text="begun")
    assert line_of(pair.saul, pair.queues[1], pair.sauls)["state"] == "taken"
    supervisor.post(f"/api/items/{pair.ritas}/assign", person=None)
    offered = set()
    while (found := pair.saul.post(f"/api/queues/{pair.queues[1]}/next")["id"]) is not None:
        offered.add(found)
        decide(pair.saul, found)
    assert pair.sauls not in offered, "what Rita wrote is not shown to who cannot see where"
    supervisor.post(f"/api/items/{pair.sauls}/assign", person=person_id(supervisor, "saul"))
    assert pair.saul.post(f"/api/queues/{pair.queues[1]}/next")["id"] == pair.sauls
    conflict = pair.saul.post(f"/api/items/{pair.sauls}/notes", 409, version=0, text="mine")
    assert conflict["by"] is None
    assert pair.rita.get(f"/api/items/{pair.ritas}")["decision"]["notes"] == ""


def test_a_second_listener_of_the_other_case_is_blind(pair: Pair, supervisor: RoomClient) -> None:
    decide_fully(pair.rita, pair.ritas)
    supervisor.patch(f"/api/queues/{pair.queues[1]}", second={"sample": 1})
    supervisor.post("/api/close", confirm=True)
    assert pair.saul.post(f"/api/queues/{pair.queues[1]}/next", after="")["id"]
    blind = pair.saul.get(f"/api/items/{pair.sauls}")
    assert (blind["blind"], blind["decision"]["codes"]) == (True, [])
    assert "Privileged" not in json.dumps(blind), "nor by what the room was closed with"
    decide(pair.saul, pair.sauls, "responsive")

    (open_one,) = supervisor.get("/api/disagreements")["disagreements"]
    supervisor.post(f"/api/disagreements/{pair.sauls}/settle", codes=["privileged"], note="counsel")
    after = pair.rita.get(f"/api/items/{pair.ritas}")
    assert (open_one["item"], [one["who"] for one in open_one["opinions"]]) == (pair.ritas, ["Rita", "Saul"])
    assert [(one["who"], one["codes"]) for one in after["others"]] == [(None, ["responsive"])]
    assert supervisor.get("/api/agreement")["items"] == 1


def test_the_decision_is_closed_into_each_case(
    pair: Pair, supervisor: RoomClient, case_paths: list[Path], room: ReviewRoom
) -> None:
    decide_fully(pair.rita, pair.ritas)
    answer = supervisor.post("/api/close", confirm=True)["cases"]
    assert [one["exhibits"] > 0 for one in answer] == [True, True]
    found = []
    for path in case_paths:
        assert verify_case(path, sources=False).ok
        with Case.open(path) as case:
            kept = sorted(rows_with_fields(case.store, Query(types=("annotation",))), key=lambda row: row["data_type"])
            found.append({row["data_type"]: (row["message"], json.loads(row["fields"])) for row in kept})
    here, there = found
    for kind in ("annotation:codes", "annotation:transcript", "annotation:note"):
        assert [(one["author"], one["date"]) for one in (here[kind][1], there[kind][1])] == [
            ("Rita", here[kind][1]["date"])
        ] * 2
        assert ("heard" in here[kind][1], there[kind][1]["heard"]) == (False, "an equal sound of another case")
    assert ", who heard an equal sound of another case, 2026-" in there["annotation:codes"][0]
    assert str(case_paths[0]) not in json.dumps(there)


def test_changes_by_hand_are_found(pair: Pair, room: ReviewRoom, supervisor: RoomClient) -> None:
    decide_fully(pair.rita, pair.ritas)
    pair.tess.post(f"/api/items/{pair.sauls}/undo", 403, version=4)
    pair.rita.post(f"/api/items/{pair.ritas}/undo", version=4)
    pair.tess.post(f"/api/items/{pair.sauls}/finish", version=5)
    assert events_of(supervisor, "finish")[-1]["details"]["decided_as"] == pair.ritas
    saul = person_id(supervisor, "saul")
    supervisor.patch(f"/api/people/{saul}", queues=[pair.queues[1]])
    room.close()
    with closing(sqlite3.connect(room.path / "room.db")) as db:
        assert list(contradictions(db)) == []
        for changed in (
            "UPDATE items SET decided_as = (SELECT decided_as FROM items WHERE id <> decided_as)",
            "UPDATE items SET exhibit = 'EF-0000001', sound = ''", "UPDATE item_sounds SET sha256 = ''",
            "DELETE FROM queue_items WHERE place = 2", "UPDATE queues SET second_codes = '[\"child\"]'",
            "UPDATE queues SET seed = 'x'", f"INSERT INTO queue_people VALUES ('{pair.queues[0]}', '{saul}')",
            f"DELETE FROM queue_people WHERE person = '{saul}'",
        ):  # fmt: skip
            db.execute(changed)
            assert "the queue Kitchen is not as the audit has it" in " ".join(contradictions(db)), changed
            db.rollback()
        db.execute(f"UPDATE decisions SET changed_in = '{pair.ritas}'")
        assert "by the first listener is not as the audit has it" in " ".join(contradictions(db))


def test_a_room_of_the_version_before_keeps_its_decisions_apart(
    make_queue: MakeQueue, new_person: NewPerson, supervisor: RoomClient, room: ReviewRoom, open_room: OpenRoom
) -> None:
    rita = new_person()
    first = make_queue("rita", of="case")
    item = rita.post(f"/api/queues/{first}/next")["id"]
    decide(rita, item, "child")
    room.close()
    with closing(sqlite3.connect(room.path / "room.db")) as db:
        for statement in AS_VERSION_2:
            db.execute(statement)
        db.commit()
    before = (room.path / "room.db").read_bytes()
    assert verify_room(room.path).ok
    assert (room.path / "room.db").read_bytes() == before, "who verifies changes nothing"
    with open_room().database.reading() as db:
        assert db.execute("SELECT count(*) FROM items WHERE decided_as <> id").fetchone() == (0,)
        assert db.execute("SELECT count(*) FROM item_sounds").fetchone() == (6,)
    assert verify_room(room.path).ok
