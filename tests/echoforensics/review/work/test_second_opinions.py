from __future__ import annotations

from typing import Any

import pytest

from tests.echoforensics.review.conftest import NewPerson
from tests.echoforensics.review.room_client import RoomClient
from tests.echoforensics.review.work.conftest import MakeQueue, decide, person_id


def all_items(client: RoomClient, queue: str) -> list[str]:
    return [one["id"] for one in client.get(f"/api/queues/{queue}/items", limit="500")["items"]]


def test_the_second_listener_knows_nothing_of_the_first(
    make_queue: MakeQueue, new_person: NewPerson, supervisor: RoomClient
) -> None:
    rita, saul = new_person(), new_person("saul")
    queue = make_queue("rita", "saul", second={"sample": 1})
    item = rita.post(f"/api/queues/{queue}/next")["id"]
    rita.post(f"/api/items/{item}/notes", version=0, text="secret of Rita")
    decide(rita, item, "responsive")
    listed = saul.get(f"/api/queues/{queue}/items", limit="500")
    blind = saul.get(f"/api/items/{item}")

    assert "responsive" not in str([one for one in listed["items"] if one["id"] == item])
    assert saul.get(f"/api/queues/{queue}/items", code="responsive")["items"] == []
    assert (blind["blind"], blind["version"], blind["decision"]["codes"], blind["others"]) == (True, 0, [], [])
    assert "secret" not in str(blind)
    saul.post(f"/api/items/{item}/codes", version=0, add=["responsive"], remove=[])
    assert "secret" not in str(saul.post(f"/api/items/{item}/finish", 409, version=0))
    assert rita.get(f"/api/items/{item}")["decision"]["codes"] == ["responsive"]
    rita.post(f"/api/items/{item}/codes", 403, version=3, add=["child"], remove=[])
    rita.post(f"/api/items/{item}/undo", 403, version=3)
    saul.post(f"/api/items/{item}/finish", version=1)
    both = saul.get(f"/api/items/{item}")
    assert (both["read_only"], [one["who"] for one in both["others"]]) == (True, ["Saul"])
    assert both["decision"]["notes"] == "secret of Rita"
    assert supervisor.get("/api/disagreements")["disagreements"] == []


def test_who_saw_the_first_opinion_is_not_the_second(make_queue: MakeQueue, new_person: NewPerson) -> None:
    rita, saul, tess = new_person(), new_person("saul"), new_person("tess")
    queue = make_queue("rita", "saul", "tess", second={"codes": ["child"]})
    item = rita.post(f"/api/queues/{queue}/next")["id"]
    rita.post(f"/api/items/{item}/codes", version=0, add=["child"], remove=[])
    assert saul.get(f"/api/items/{item}")["decision"]["codes"] == ["child"]
    rita.post(f"/api/items/{item}/finish", version=1)

    assert saul.get(f"/api/items/{item}")["read_only"]
    for other in (one for one in all_items(rita, queue) if one != item):
        decide(rita, other)
    assert saul.post(f"/api/queues/{queue}/next")["id"] is None
    assert rita.post(f"/api/queues/{queue}/next")["id"] is None
    assert tess.post(f"/api/queues/{queue}/next")["id"] == item
    shut = new_person("uma")
    assert shut.get(f"/api/items/{item}", 404)["error"]


def test_while_one_is_the_second_others_of_the_queue_see_nothing(
    make_queue: MakeQueue, new_person: NewPerson, supervisor: RoomClient
) -> None:
    rita, saul, tess = new_person(), new_person("saul"), new_person("tess")
    queue = make_queue("rita", "saul", "tess", second={"sample": 1})
    item = all_items(rita, queue)[0]
    decide(rita, item, "child")
    saul.post(f"/api/items/{item}/notes", version=0, text="of Saul")
    shown = tess.get(f"/api/items/{item}")

    assert (shown["read_only"], shown["decision"]["codes"], shown["decision"]["notes"]) == (True, [], "")
    tess.post(f"/api/items/{item}/notes", 403, version=0, text="x")
    seen = supervisor.get(f"/api/items/{item}")
    assert (seen["decision"]["codes"], seen["others"][0]["notes"], seen["read_only"]) == (["child"], "of Saul", True)
    tess_id = person_id(supervisor, "tess")
    refused = supervisor.post(f"/api/items/{item}/assign", 400, person=tess_id, turn=2)
    assert "would be shown to another" in refused["error"]


@pytest.fixture
def disagreed(make_queue: MakeQueue, new_person: NewPerson) -> tuple[RoomClient, RoomClient, str]:
    """Two people, and an item of which they decided otherwise."""
    rita, saul = new_person(), new_person("saul")
    queue = make_queue("rita", "saul", second={"sample": 1})
    item = all_items(rita, queue)[0]
    decide(rita, item, "child", "responsive")
    decide(saul, item, "child")
    return rita, saul, item


def test_what_two_decided_otherwise_goes_to_a_supervisor(
    disagreed: tuple[RoomClient, RoomClient, str], supervisor: RoomClient
) -> None:
    rita, saul, item = disagreed
    (found,) = supervisor.get("/api/disagreements")["disagreements"]

    assert [(one["who"], one["codes"]) for one in found["opinions"]] == [
        ("Rita", ["child", "responsive"]), ("Saul", ["child"]),
    ]  # fmt: skip
    assert (found["settled"], found["mine"]) == (None, False)
    assert "responsive" not in str(saul.get(f"/api/items/{item}")["decision"]), "it is not settled"
    for client in (rita, saul):
        client.post(f"/api/disagreements/{item}/settle", 403, codes=["child"], note="")
    supervisor.post(f"/api/disagreements/{item}/settle", 400, codes=["none"], note="")
    supervisor.post("/api/disagreements/unknown/settle", 404, codes=[], note="")
    supervisor.post(f"/api/disagreements/{item}/settle", codes=["responsive"], note="A child asks for the lights.")
    supervisor.post(f"/api/disagreements/{item}/settle", 403, codes=[], note="again")
    (found,) = supervisor.get("/api/disagreements")["disagreements"]
    assert (found["settled"]["codes"], found["settled"]["by"]) == (["responsive"], "Supervisor")
    assert [one["who"] for one in saul.get(f"/api/items/{item}")["others"]] == ["Saul"]


def test_one_of_the_two_does_not_settle(make_queue: MakeQueue, new_person: NewPerson, supervisor: RoomClient) -> None:
    rita, ed = new_person(), new_person("ed", "examiner")
    queue = make_queue("rita", second={"sample": 1})
    item = all_items(rita, queue)[0]
    decide(rita, item, "child")
    ed_id = person_id(supervisor, "ed")
    supervisor.post(f"/api/items/{item}/assign", person=ed_id, turn=2)
    decide(ed, item)

    refused = ed.post(f"/api/disagreements/{item}/settle", 403, codes=[], note="")
    assert "one of the two" in refused["error"]
    assert ed.get("/api/disagreements")["disagreements"][0]["mine"]
    supervisor.post(f"/api/disagreements/{item}/settle", codes=[], note="")


def test_agreement_is_given_by_code_and_by_pair(
    disagreed: tuple[RoomClient, RoomClient, str], supervisor: RoomClient
) -> None:
    rita, saul, item = disagreed
    (queue,) = [one["id"] for one in supervisor.get("/api/queues")["queues"]]
    for number, other in enumerate(one for one in all_items(rita, queue) if one != item):
        codes = ["responsive"] if number % 2 else []
        decide(rita, other, *codes)
        decide(saul, other, *codes)
    found = supervisor.get("/api/agreement", queue=queue)

    assert found["items"] == 6
    responsive = next(one for one in found["codes"] if one["code"] == "responsive")
    assert {name: responsive[name] for name in ("both", "first_only", "second_only", "neither")} == {
        "both": 2, "first_only": 1, "second_only": 0, "neither": 3,
    }  # fmt: skip
    assert responsive["kappa"] == 0.667
    assert responsive["low"] < 0.667 < responsive["high"]
    pair: dict[str, Any] = next(one for one in found["pairs"] if one["code"] == "responsive")
    assert (set(pair["people"]), pair["kappa"]) == ({"Rita", "Saul"}, 0.667)
    rita.get("/api/agreement", 403)
    supervisor.get("/api/agreement", 404, queue="unknown")


def test_what_distresses_is_warned_of_and_spread(
    make_queue: MakeQueue, new_person: NewPerson, supervisor: RoomClient
) -> None:
    rita, saul, tess = new_person(), new_person("saul"), new_person("tess")
    queue = make_queue("rita", "saul", "tess", second={"codes": ["distress"]})
    items = all_items(rita, queue)
    for item in items[:4]:
        decide(rita, item, "distress")
    for item in items[4:]:
        decide(rita, item)
    listed = saul.get(f"/api/queues/{queue}/items")["items"]
    assert [one["distress"] for one in listed] == [True] * 4 + [False] * 2
    shown = saul.get(f"/api/items/{items[0]}")
    assert (shown["item"]["distress"], shown["item"]["distress_opened"]) == (True, False)
    saul.post(f"/api/items/{items[0]}/open")
    assert saul.get(f"/api/items/{items[0]}")["item"]["distress_opened"]

    got: dict[str, int] = {"saul": 0, "tess": 0}
    for name, client in [
        ("saul", saul),
        ("saul", saul),
        ("tess", tess),
        ("saul", saul),
        ("tess", tess),
        ("tess", tess),
    ]:
        item = client.post(f"/api/queues/{queue}/next")["id"]
        if item is not None:
            got[name] += 1
            decide(client, item, "distress")
    assert got == {"saul": 2, "tess": 2}
    plan = supervisor.get("/api/plan")
    assert {one["name"]: one["distress"] for one in plan["people"]} == {
        "rita": 4, "saul": 2, "tess": 2, "supervisor": 0,
    }  # fmt: skip
    assert plan["spread"].startswith(
        "Hearings of distressing clips: 8, spread over 3 of 4 people, between 0 and 4 each."
    )


def test_a_larger_sample_holds_the_smaller(
    make_queue: MakeQueue, supervisor: RoomClient, new_person: NewPerson
) -> None:
    rita = new_person()
    queue = make_queue("rita", second={"sample": 0})
    for item in all_items(rita, queue):
        decide(rita, item)
    assert supervisor.get(f"/api/queues/{queue}/items")["counts"]["second"] == 0
    supervisor.patch(f"/api/queues/{queue}", second={"sample": 1, "codes": []}, name="Other")

    assert supervisor.get(f"/api/queues/{queue}/items")["counts"]["second"] == 6
    assert supervisor.get("/api/queues")["queues"][0]["name"] == "Other"
    supervisor.patch(f"/api/queues/{queue}", 400, filter={})
