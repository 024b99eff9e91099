"""What supervisors do: people, queues, second opinions, redactions, closing, and the audit."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

from echoforensics import review
from tests.echoforensics.review.pages.fake_room import FakeRoom
from tests.echoforensics.review.pages.supervised import fill

ROOM = Path(review.__file__).parent
Open = Callable[[str], Any]


def _sent(room: FakeRoom, method: str, path: str) -> Any:
    return [body for each, asked, body in room.asked if (each, asked) == (method, path)]


def test_people(open_room: Open, fake_room: FakeRoom) -> None:
    fill(fake_room)
    page = open_room("/supervise#people")
    page.get_by_label("Role of Bob Other").select_option("reader")
    page.get_by_label("Bob Other may sign in").uncheck()
    page.get_by_role("button", name="New link for Bob Other").click()
    assert page.get_by_label("Link", exact=True).input_value().endswith("/set-up/new")
    page.get_by_role("button", name="Close").click()
    page.get_by_role("button", name="Queues of Bob Other").click()
    page.get_by_role("dialog").get_by_label("Kitchen").check()
    page.get_by_role("dialog").get_by_role("button", name="Save").click()
    page.get_by_text("Saved").first.wait_for()
    page.get_by_label("Name to sign in with").fill("eve")
    page.get_by_label("Name as others see it").fill("Eve <b>New</b>")
    page.get_by_role("button", name="Add and create a link").click()
    page.get_by_role("heading", name="A link for Eve <b>New</b>").wait_for()

    assert _sent(fake_room, "PATCH", "/api/people/p2") == [{"role": "reader"}, {"active": False}]
    assert _sent(fake_room, "PATCH", "/api/queues/q1") == [{"people": ["p1", "p2"]}]
    assert _sent(fake_room, "POST", "/api/people") == [{"name": "eve", "display": "Eve <b>New</b>", "role": "reviewer"}]


def test_a_queue_is_made_and_changed(open_room: Open, fake_room: FakeRoom) -> None:
    fill(fake_room)
    page = open_room("/supervise#queues")
    form = page.get_by_role("form", name="Create a queue")
    form.get_by_label("Name").fill("Garage")
    form.get_by_label("From").fill("2024-03-08")
    form.get_by_label("Ann Example").check()
    form.get_by_label("Second opinion: percent drawn at random").fill("25")
    form.get_by_label("Distressing").check()
    form.get_by_role("button", name="Create the queue").click()
    page.get_by_text("The queue was created").first.wait_for()
    page.get_by_role("button", name="Change Kitchen").click()
    page.get_by_role("dialog").get_by_label("Bob Other").check()
    page.get_by_role("dialog").get_by_role("button", name="Save").click()
    page.get_by_role("dialog").wait_for(state="detached")

    assert _sent(fake_room, "POST", "/api/queues") == [
        {
            "name": "Garage", "case": "demo", "kind": "recordings", "people": ["p1"],
            "second": {"sample": 0.25, "codes": ["distress"]}, "filter": {"from": "2024-03-08"},
        }
    ]  # fmt: skip
    assert _sent(fake_room, "PATCH", "/api/queues/q1") == [
        {"people": ["p1", "p2"], "second": {"sample": 0.1, "codes": ["distress"]}}
    ]


def test_a_disagreement_is_shown_side_by_side_and_settled(open_room: Open, fake_room: FakeRoom) -> None:
    fill(fake_room)
    page = open_room("/supervise#disagreements")
    card = page.locator(".card").first
    assert card.locator(".differs").all_inner_texts() == ["Privileged"]
    assert card.get_by_role("button", name="Responsive").get_attribute("aria-pressed") == "true"
    card.get_by_role("button", name="Privileged").click()
    card.get_by_label("Why").fill("counsel is named")
    card.get_by_role("button", name="Settle").click()
    page.get_by_text("Settled", exact=True).first.wait_for()

    assert _sent(fake_room, "POST", "/api/disagreements/d1/settle") == [
        {"codes": ["responsive", "privileged"], "note": "counsel is named"}
    ]


def test_nobody_approves_their_own_redaction(open_room: Open, fake_room: FakeRoom) -> None:
    fill(fake_room)
    page = open_room("/supervise#redactions")
    page.get_by_text("You requested this: somebody else has to decide.").wait_for()
    assert page.get_by_role("button", name="Approve").count() == 1
    page.get_by_role("button", name="Approve the redaction of EF-0000001").click()
    page.get_by_text("Approved", exact=True).first.wait_for()

    assert _sent(fake_room, "POST", "/api/redactions/r1/decision") == [{"approve": True, "note": ""}]


def test_plan_and_agreement(open_room: Open, fake_room: FakeRoom) -> None:
    fill(fake_room)
    page = open_room("/supervise#plan")
    assert page.locator("#view-plan tbody tr").first.locator("td").all_inner_texts()[:5] == [
        "Ann Example", "3", "1", "40", "2",
    ]  # fmt: skip
    page.get_by_role("link", name="Agreement", exact=True).click()
    page.get_by_role("heading", name="Agreement", exact=True).wait_for()
    page.locator("#view-agreement tbody tr").first.wait_for()
    rows = [row.locator("td").all_inner_texts() for row in page.locator("#view-agreement tbody tr").all()]
    assert rows == [
        ["Responsive", "12", "0.80", "0.50 – 1.00"], ["Privileged", "12", "–", "–"],
        ["Ann Example, Bob Other", "Responsive", "12", "0.75", "0.40 – 1.00"],
    ]  # fmt: skip


def test_the_room_is_closed_once_it_is_confirmed(open_room: Open, fake_room: FakeRoom) -> None:
    fill(fake_room)
    page = open_room("/supervise#close")
    page.get_by_role("button", name="Close the room into the case").click()
    assert page.get_by_role("alert").inner_text() == "Tick the box first."
    assert _sent(fake_room, "POST", "/api/close") == []
    page.get_by_label("I have checked the results").check()
    page.get_by_role("button", name="Close the room into the case").click()
    page.get_by_role("heading", name="Closed into the case").wait_for()
    assert _sent(fake_room, "POST", "/api/close") == [{"confirm": True}]


def test_supervision_is_for_supervisors(open_room: Open, fake_room: FakeRoom) -> None:
    fake_room.role = "reviewer"
    page = open_room("/supervise")
    assert page.get_by_role("alert").inner_text() == "This page is for supervisors and examiners."
    assert [path for _, path, _ in fake_room.asked if path != "/api/me"] == []


def test_an_examiner_supervises_all_but_accounts_and_audit(open_room: Open, fake_room: FakeRoom) -> None:
    fill(fake_room)
    fake_room.role = "examiner"
    page = open_room("/supervise")
    page.get_by_role("heading", name="Queues", exact=True).wait_for()
    assert page.get_by_role("link", name="People").count() == 0
    assert page.get_by_role("link", name="Audit").count() == 0
    assert ("GET", "/api/people", None) not in fake_room.asked


def test_a_clip_is_assigned(open_room: Open, fake_room: FakeRoom) -> None:
    page = open_room("/work#queue?id=q1")
    page.get_by_role("button", name="Assign EF-0000002").click()
    page.get_by_role("dialog").get_by_label("Person").select_option("Bob Other")
    page.get_by_role("dialog").get_by_role("button", name="Assign").click()
    page.get_by_role("dialog").wait_for(state="detached")
    assert _sent(fake_room, "POST", "/api/items/c2/assign") == [{"person": "p2", "turn": 1}]


def test_each_kind_of_event_has_its_words() -> None:
    known = set(re.findall(r'word\("([a-z -]+)"\)', (ROOM / "pages/assets/room/audit.js").read_text(encoding="utf-8")))
    recorded = set[str]()
    for path in ROOM.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "attr", "") == "record" and len(node.args) > 1:
                recorded.update(str(one.value) for one in node.args[1:2] if isinstance(one, ast.Constant))
    assert len(recorded) > 30
    assert recorded - known == set()


def test_the_audit_is_filtered_and_says_whether_it_holds(open_room: Open, fake_room: FakeRoom) -> None:
    fill(fake_room)
    page = open_room("/audit")
    page.locator("tbody tr").first.wait_for()
    assert "<img src=x>" in page.locator("tbody").inner_text()
    assert "The ledger is intact" in page.locator("#view-audit").inner_text()
    fake_room.answers["/api/audit"] = {"events": [], "intact": False, "next": None}
    page.get_by_label("What").fill("play")
    page.locator("p.notice").get_by_text("The ledger does not hold").wait_for()
