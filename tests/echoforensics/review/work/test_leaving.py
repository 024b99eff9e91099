"""Leaving an item to somebody else."""

from __future__ import annotations

from tests.echoforensics.review.conftest import NewPerson
from tests.echoforensics.review.room_client import RoomClient
from tests.echoforensics.review.work.conftest import MakeQueue, decide, events_of


def test_an_item_that_is_left_is_somebody_elses(
    make_queue: MakeQueue, new_person: NewPerson, supervisor: RoomClient
) -> None:
    rita, saul = new_person(), new_person("saul")
    queue = make_queue("rita", "saul")
    item = rita.post(f"/api/queues/{queue}/next")["id"]
    rita.post(f"/api/items/{item}/leave")

    assert rita.post(f"/api/queues/{queue}/next")["id"] != item
    assert saul.post(f"/api/queues/{queue}/next")["id"] == item
    assert [event["about"] for event in events_of(supervisor, "left")] == [item]


def test_a_second_opinion_goes_to_somebody_who_knows_nothing_of_the_first(
    make_queue: MakeQueue, new_person: NewPerson
) -> None:
    rita, saul, tom = new_person(), new_person("saul"), new_person("tom")
    queue = make_queue("rita", "saul", "tom", second={"sample": 1})
    item = rita.get(f"/api/queues/{queue}/items")["items"][0]["id"]
    decide(rita, item, "distress")
    second, other = saul, tom
    for one in (saul, tom):
        taken = [one.post(f"/api/queues/{queue}/next")["id"]]
        while taken[-1] != item and len(taken) < 20:
            decide(one, taken[-1])
            taken.append(one.post(f"/api/queues/{queue}/next")["id"])
        if taken[-1] == item:
            second, other = one, tom if one is saul else saul
            break
    assert second.get(f"/api/items/{item}")["blind"]
    second.post(f"/api/items/{item}/leave")

    assert second.get(f"/api/items/{item}")["read_only"]
    assert other.post(f"/api/queues/{queue}/next")["id"] == item
    assert other.get(f"/api/items/{item}")["blind"]


def test_where_there_is_nobody_else_it_says_so(make_queue: MakeQueue, new_person: NewPerson) -> None:
    rita = new_person()
    queue = make_queue("rita")
    item = rita.post(f"/api/queues/{queue}/next")["id"]
    assert "tell your supervisor" in rita.post(f"/api/items/{item}/leave", 403)["error"]


def test_what_is_not_ones_own_is_not_left(make_queue: MakeQueue, new_person: NewPerson) -> None:
    rita, saul = new_person(), new_person("saul")
    queue = make_queue("rita")
    item = rita.post(f"/api/queues/{queue}/next")["id"]
    saul.post(f"/api/items/{item}/leave", 404)
    decide(rita, item)
    rita.post(f"/api/items/{item}/leave")
    assert rita.get(f"/api/items/{item}")["decision"]["finished"]
