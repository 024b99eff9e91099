"""A whole shift in small, with a real browser and the real server: from the first link to a verified bundle."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from echoforensics.case.case import Case
from echoforensics.case.exhibits.row import Query
from echoforensics.case.row_query import rows_with_fields
from echoforensics.cli.main import cli
from echoforensics.examiner_key import load_key
from echoforensics.verification import verify_case
from tests.echoforensics.review.pages.shift import CLIPS, Colleague, RunningRoom, make_case


class Shift:
    """The people of the shift.

    Attributes:
        running: the room.
        case: the case.
        key_file: of the examiner.
        errors: what pages erred.
    """

    def __init__(self, folder: Path, browser: Any) -> None:
        self.case, self.key_file = make_case(folder)
        self.running = RunningRoom(folder / "case.review", [self.case], load_key(self.key_file))
        self.errors: list[str] = []
        self._browser = browser
        token = self.running.room.accounts.first_link()
        self.sue = self._colleague("supervisor")
        self.sue.set_up(self.sue.address(f"/set-up/{token}"))
        self.sue.sign_in()

    def _colleague(self, name: str) -> Colleague:
        return Colleague(self._browser, self.running, name, self.errors)

    def add(self, name: str, role: str, *, security_key: bool = False) -> Colleague:
        """Have the supervisor add a person, who sets their account up and signs in."""
        page, person = self.sue.page, self._colleague(name)
        self.sue.go("/supervise#people")
        page.get_by_label("Name to sign in with").fill(name)
        page.get_by_label("Name as others see it").fill(name.capitalize())
        page.get_by_role("form", name="Add a person").get_by_label("Role").select_option(role)
        page.get_by_role("button", name="Add and create a link").click()
        person.set_up(page.get_by_role("dialog").get_by_label("Link").input_value(), security_key=security_key)
        person.sign_in()
        return person

    def make_queue(self, name: str, *people: str) -> None:
        """Have the supervisor make a queue of all recordings, a tenth of which is heard again."""
        page = self.sue.page
        self.sue.go("/supervise#queues")
        form = page.get_by_role("form", name="Create a queue")
        form.get_by_label("Name").fill(name)
        for person in people:
            form.get_by_label(person).check()
        form.get_by_label("Distressing").check()
        form.get_by_role("button", name="Create the queue").click()
        page.get_by_role("button", name=f"Change {name}").wait_for()


@pytest.fixture
def shift(tmp_path: Path, chromium: Any) -> Iterator[Shift]:
    made = Shift(tmp_path, chromium)
    yield made
    made.running.stop()
    assert made.errors == []


def _rita_codes(number: int, rita: Colleague) -> None:
    """Rita's keys: every third is privileged, the fifth distressing; one gets a note, and another is to be redacted."""
    page = rita.page
    page.keyboard.press("2" if number % 3 == 0 else "1")
    if number == 5:
        page.keyboard.press("4")
    if number == 4:
        page.keyboard.press("n")
        page.keyboard.type("A radio?")
        page.keyboard.press("Escape")
        _write(page, "turn on the light")
    if number == 2:
        _write(page, "the account number")
        _ask_for_redaction(page)


def _write(page: Any, heard: str) -> None:
    page.keyboard.press("t")
    page.keyboard.type(heard)
    page.keyboard.press("Control+/")
    page.keyboard.press("Escape")


def _ask_for_redaction(page: Any) -> None:
    page.keyboard.press("r")
    page.keyboard.press("Enter")
    page.get_by_label("Range 1 from, in seconds").fill("0.25")
    page.get_by_label("Range 1 to, in seconds").fill("0.75")
    page.get_by_label("Range 1 to, in seconds").press("Tab")
    page.get_by_role("button", name="Request this redaction").press("Enter")
    page.get_by_text("Somebody else has to approve it").first.wait_for()
    page.locator("#view-item h1").focus()


def test_a_whole_shift(shift: Shift, tmp_path: Path) -> None:
    rita = shift.add("rita", "reviewer", security_key=True)
    shift.make_queue("Kitchen", "Rita")
    lea = _roles_are_refused(shift, rita)

    rita.go("/work#queues")
    rita.page.get_by_role("link", name="Kitchen").press("Enter")
    rita.page.locator(".clip").first.wait_for()

    def keys(number: int, who: Colleague) -> None:
        if number == CLIPS // 2:
            # The server is restarted while her page is open; she goes on in it.
            shift.running.restart()
        _rita_codes(number, who)
        who.saved()

    clips = rita.code_clips(keys, CLIPS)
    assert len(set(clips)) == CLIPS
    parts = ("", "/sound/0")
    assert [lea.status_of(f"/api/items/{clips[0]}{part}") for part in parts] == [404, 404], "it is not in her queues"

    tom = shift.add("tom", "reviewer")
    _second_opinions(shift, tom)
    _settle_and_approve(shift)
    _close_and_verify(shift, tmp_path)


def _roles_are_refused(shift: Shift, rita: Colleague) -> Colleague:
    """A reviewer and a reader get no more than is theirs; gives the reader."""
    rita.go("/work#queues")
    assert rita.page.get_by_role("link", name="Supervise").count() == 0
    assert [rita.status_of(path) for path in ("/api/people", "/api/audit", "/api/plan")] == [403, 403, 403]
    assert rita.status_of("/api/close", "POST") == 403
    lea = shift.add("lea", "reader")
    lea.page.get_by_text("No queue is assigned to you yet").wait_for()
    return lea


def _second_opinions(shift: Shift, tom: Colleague) -> None:
    """Tom hears a part again without seeing what Rita decided, and differs on the first."""
    page = shift.sue.page
    shift.sue.go("/supervise#people")
    page.get_by_role("button", name="Queues of Tom").click()
    page.get_by_role("dialog").get_by_label("Kitchen").check()
    page.get_by_role("dialog").get_by_role("button", name="Save").click()
    page.locator("tr", has_text="Tom").get_by_text("Kitchen").wait_for()

    def keys(number: int, who: Colleague) -> None:
        seen = who.page.locator("#view-item").inner_text()
        assert "A second opinion: what others decided is not shown to you." in seen
        assert who.page.locator(".code[aria-pressed=true]").count() == 0
        who.page.keyboard.press("7" if number == 1 else "1")

    tom.go("/work#queues")
    tom.page.get_by_role("link", name="Kitchen").press("Enter")
    tom.page.locator("#view-queue .count").get_by_text("done").wait_for()
    assert tom.code_clips(keys, CLIPS)


#: Waits until a player has its sound, which the page's policy has to allow.
_HAS_SOUND = """(sound) => sound.duration > 0 || new Promise((run, fail) => {
  sound.onloadedmetadata = () => run(true);
  sound.onerror = () => fail(sound.error.message);
})"""


def _settle_and_approve(shift: Shift) -> None:
    page = shift.sue.page
    shift.sue.go("/supervise#disagreements")
    page.locator(".card").first.wait_for()
    while page.get_by_role("button", name="Settle", exact=True).count():
        before = page.get_by_role("button", name="Settle", exact=True).count()
        card = page.locator(".card").first
        card.get_by_label("Why").fill("heard by both, and by me")
        card.get_by_role("button", name="Settle", exact=True).click()
        page.locator("#view-disagreements .count").get_by_text(f"{before - 1} to settle").wait_for()
    shift.sue.go("/supervise#redactions")
    page.get_by_role("button", name="with the redaction").click()
    assert page.locator("audio").evaluate(_HAS_SOUND)
    page.get_by_role("button", name="Approve the redaction").click()
    page.get_by_text("approved").first.wait_for()
    shift.sue.go("/supervise#agreement")
    page.locator("#view-agreement tbody tr").first.wait_for()
    assert "Responsive" in page.locator("#view-agreement").inner_text()


def _close_and_verify(shift: Shift, folder: Path) -> None:
    page = shift.sue.page
    shift.sue.go("/supervise#close")
    page.get_by_label("I have checked the results").check()
    page.get_by_role("button", name="Close the room into the case").click()
    page.get_by_role("heading", name="Closed into the case").wait_for()
    shift.sue.go("/audit")
    page.get_by_text("The ledger is intact").wait_for()
    shift.running.stop()

    with Case.open(shift.case) as case:
        found = list(rows_with_fields(case.store, Query(types=("annotation",))))
    kinds = [row["data_type"] for row in found]
    assert kinds.count("annotation:codes") == CLIPS
    assert {"annotation:transcript", "annotation:note", "annotation:second_opinion", "annotation:settled"} < set(kinds)
    heard = [json.loads(row["fields"])["segments"][0] for row in found if row["data_type"] == "annotation:transcript"]
    assert {one["text"]: one["unsure"] for one in heard} == {
        "turn on the light": [[12, 17]], "the account number": [[12, 18]],
    }  # fmt: skip
    assert verify_case(shift.case, sources=False).ok
    key = ["--key", str(shift.key_file)]
    for arguments in (
        ["verify", str(shift.case)], ["verify", str(folder / "case.review")],
        ["report", str(shift.case), "-o", str(folder / "report"), *key], ["verify", str(folder / "report")],
        ["bundle", str(shift.case), "-o", str(folder / "bundle"), *key], ["verify", str(folder / "bundle")],
    ):  # fmt: skip
        done = CliRunner().invoke(cli, arguments)
        assert done.exit_code == 0, (arguments, done.output)
    timeline = (folder / "report" / "timeline.csv").read_text(encoding="utf-8")
    assert "turn on the" in timeline
    assert "account number" not in timeline, "its range is redacted"
