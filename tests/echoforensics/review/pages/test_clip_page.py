"""One clip: codes by key, text that is kept, what others saved, what distresses, and what was played."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.echoforensics.report.waiting import wait_for, wait_until
from tests.echoforensics.review.pages.fake_room import FakeRoom, Served, application

Open = Callable[[str], Any]
_SAVED = "document.getElementById('saved').dataset.state === 'saved'"
_KEPT = "document.getElementById('saved').dataset.state === 'kept'"


def _on(page: Any, name: str) -> None:
    wait_until(page, "name => document.documentElement.dataset.item === name", arg=name)


def test_six_clips_are_coded_by_the_keyboard_alone(open_room: Open, fake_room: FakeRoom) -> None:
    page = open_room("/work#queue?id=q1")
    page.keyboard.press("f")
    for number in range(1, 7):
        _on(page, f"c{number}")
        if number == 3:
            page.keyboard.press("o")
        page.keyboard.press(" ")
        wait_until(page, "EF.player.playing()")
        page.keyboard.press("1" if number % 2 else "2")
        page.keyboard.press("f")
    page.locator("#view-queue .count").get_by_text("6 of 6 done").wait_for()

    assert [fake_room.decisions[f"c{number}"]["codes"] for number in range(1, 7)] == [
        ["responsive"], ["privileged"], ["responsive"], ["privileged"], ["responsive"], ["privileged"],
    ]  # fmt: skip
    assert all(each["finished"] for each in fake_room.decisions.values())


def test_a_clip_is_read_ahead_and_seen_once_it_is_there(open_room: Open, fake_room: FakeRoom) -> None:
    page = open_room("/work#item?id=c1&queue=q1")
    wait_until(page, "EF.recordings().length === 2")
    fake_room.await_request(page, "POST", "/api/items/c1/here", {})
    assert ("POST", "/api/items/c2/here", {}) not in fake_room.asked


def test_notes_and_transcript_are_saved_while_they_are_typed(open_room: Open, fake_room: FakeRoom) -> None:
    page = open_room("/work#item?id=c1&queue=q1")
    page.keyboard.press("n")
    page.keyboard.type("Two voices?")
    page.keyboard.press("Escape")
    page.keyboard.press("t")
    page.keyboard.type("turn on the light")
    page.keyboard.press("Control+/")
    page.keyboard.press("Home")
    page.keyboard.type("please ")
    page.keyboard.press("Escape")
    wait_until(page, _SAVED)

    assert fake_room.decisions["c1"]["notes"] == "Two voices?"
    segment = fake_room.decisions["c1"]["transcript"][0]
    assert (segment["text"], segment["unsure"]) == ("please turn on the light", [[19, 24]])
    assert page.locator(".heard").text_content() == "please turn on the light (unsure)"


def test_text_is_kept_while_the_server_is_away_and_saved_when_it_is_back(
    open_room: Open, fake_room: FakeRoom, served: Served
) -> None:
    page = open_room("/work#item?id=c1&queue=q1")
    fake_room.down = True
    page.keyboard.press("1")
    page.keyboard.press("n")
    page.keyboard.type("kept")
    page.keyboard.press("Escape")
    wait_until(page, _KEPT)
    assert "Not saved: kept here, tried again" in page.locator("#saved").inner_text()

    # The tab is lost with all that it knew.
    again = page.context.new_page()
    page.close()
    fake_room.down = False
    again.goto(served.url + "/work#item?id=c1&queue=q1")
    wait_until(again, "document.documentElement.dataset.item === 'c1'")
    wait_until(again, _SAVED)
    assert fake_room.decisions["c1"] == {"codes": ["responsive"], "notes": "kept", "transcript": [], "finished": False}
    assert again.evaluate("Object.keys(localStorage).filter(name => name.includes('unsaved'))") == []


def test_an_open_page_outlives_a_restart_of_the_server(open_room: Open, fake_room: FakeRoom, served: Served) -> None:
    page = open_room("/work#item?id=c1&queue=q1")
    served.stop()
    page.keyboard.press("2")
    wait_until(page, _KEPT)
    assert "cannot be reached" in page.locator("#saved").inner_text()
    back = Served(application(fake_room), served.port)
    try:
        page.get_by_role("button", name="Try now").click()
        wait_until(page, _SAVED)
        assert fake_room.decisions["c1"]["codes"] == ["privileged"]
    finally:
        back.stop()


def test_a_lost_answer_is_no_conflict(open_room: Open, fake_room: FakeRoom) -> None:
    page = open_room("/work#item?id=c1&queue=q1")
    fake_room.decisions["c1"]["codes"] = ["responsive"]
    fake_room.versions["c1"] += 1
    page.keyboard.press("1")
    wait_until(page, _SAVED)
    assert page.locator(".conflict").count() == 0


def test_both_versions_are_shown_where_somebody_saved_first(open_room: Open, fake_room: FakeRoom) -> None:
    page = open_room("/work#item?id=c1&queue=q1")
    fake_room.change("c1", "notes", {"version": 1, "text": "Theirs <b>bold</b>"})
    page.keyboard.press("n")
    page.keyboard.type("Mine")
    page.keyboard.press("Escape")
    conflict = page.locator(".conflict")
    conflict.wait_for()
    text = conflict.inner_text()
    assert "Nothing was overwritten" in text
    assert "Theirs <b>bold</b>" in text
    assert "Saved now, by Bob Other" in text
    assert "Notes: Mine" in text
    assert fake_room.decisions["c1"]["notes"] == "Theirs <b>bold</b>"

    page.get_by_role("button", name="Save mine anyway").click()
    wait_until(page, _SAVED)
    assert fake_room.decisions["c1"]["notes"] == "Mine"
    assert conflict.count() == 0


def test_what_was_saved_first_can_be_kept(open_room: Open, fake_room: FakeRoom) -> None:
    page = open_room("/work#item?id=c1&queue=q1")
    fake_room.change("c1", "codes", {"version": 1, "add": ["privileged"], "remove": []})
    page.keyboard.press("1")
    page.get_by_role("button", name="Keep the saved version").click()
    wait_until(page, _SAVED)
    assert fake_room.decisions["c1"]["codes"] == ["privileged"]
    assert page.locator(".code[aria-pressed=true]").inner_text() == "2 Privileged"


def test_what_the_server_refuses_is_kept_until_it_is_given_up(open_room: Open, fake_room: FakeRoom) -> None:
    page = open_room("/work#item?id=c1&queue=q1")
    fake_room.refused = (413, {"error": "The note is too long; shorten it."})
    page.keyboard.press("1")
    page.locator(".conflict").get_by_text("The note is too long; shorten it.").wait_for()
    assert "kept here until you decide" in page.locator("#saved").inner_text()
    fake_room.refused = None
    page.get_by_role("button", name="Try again").click()
    wait_until(page, _SAVED)
    assert fake_room.decisions["c1"]["codes"] == ["responsive"]


def test_unsure_words_are_counted_in_characters_and_move_with_the_text(open_room: Open) -> None:
    page = open_room("/work#item?id=c1&queue=q1")
    marked = page.evaluate("EF.toggledRange([], '\\u{1f600} turn on', EF.characters('\\u{1f600} turn on', 3), 2)")
    assert marked == [[2, 6]]
    moved = "(before, after, ranges) => EF.movedRanges(ranges, before, after)"
    for before, after, ranges, expected in (
        ("a light", "the light", [[2, 7]], [[4, 9]]),
        ("a light on", "a lights on", [[2, 7]], [[2, 7]]),
        ("a light on", "a on", [[2, 7]], []),
        ("\U0001f600 x", "\U0001f600\U0001f600 x", [[2, 3]], [[3, 4]]),
        ("ab cd", "ab  cd", [[0, 2], [3, 5]], [[0, 2], [4, 6]]),
    ):
        assert page.evaluate(f"([b, a, r]) => ({moved})(b, a, r)", [before, after, ranges]) == expected, before
    assert page.evaluate("EF.toggledRange([[0, 9]], 'all words', 4, 9)") == [[0, 4]]


def test_undo(open_room: Open, fake_room: FakeRoom) -> None:
    page = open_room("/work#item?id=c1&queue=q1")
    page.keyboard.press("1")
    wait_until(page, _SAVED)
    page.keyboard.press("u")
    wait_until(page, "document.querySelectorAll('.code[aria-pressed=true]').length === 0")
    assert fake_room.decisions["c1"]["codes"] == []


def test_a_session_that_ended_keeps_what_was_typed(open_room: Open, fake_room: FakeRoom) -> None:
    page = open_room("/work#item?id=c1&queue=q1")
    fake_room.signed_in = False
    page.keyboard.press("1")
    link = page.get_by_role("link", name="Sign in again")
    link.wait_for()
    assert link.get_attribute("href") == "/sign-in?next=%2Fwork%23item%3Fid%3Dc1%26queue%3Dq1"
    fake_room.signed_in = True
    page.get_by_role("button", name="Try now").click()
    wait_until(page, _SAVED)
    assert link.count() == 0


def test_what_distresses_is_opened_knowingly(open_room: Open, fake_room: FakeRoom) -> None:
    page = open_room("/work#item?id=c3&queue=q1")
    shown = page.locator(".told")
    assert "This clip may distress you" in page.locator(".warning").inner_text()
    assert shown.evaluate("one => getComputedStyle(one).filter + one.inert") == "blur(9px)true"
    page.keyboard.press(" ")
    wait_until(page, "EF.player.playing()")
    assert page.evaluate("EF.player.element.volume") < 0.2
    page.keyboard.press("o")
    wait_until(page, "!document.querySelector('.warning')")
    assert page.evaluate("EF.player.element.volume") == 1
    assert shown.evaluate("one => getComputedStyle(one).filter + one.inert") == "nonefalse"
    fake_room.await_request(page, "POST", "/api/items/c3/open", {})
    wait_until(page, _SAVED)


def test_what_distresses_is_left_to_somebody_else(open_room: Open, fake_room: FakeRoom) -> None:
    page = open_room("/work#item?id=c3&queue=q1")
    page.get_by_role("button", name="Leave it to somebody else").click()
    page.locator("#view-queue .clip").first.wait_for()
    assert fake_room.changes("leave") == [{}]
    assert fake_room.changes("open") == []


def test_texts_of_what_distresses_are_not_in_the_list(open_room: Open) -> None:
    page = open_room("/work#queue?id=q1")
    page.locator(".clip").nth(5).wait_for()
    assert "turn on light 2" in page.locator("[data-item=c2]").inner_text()
    assert "turn on light 3" not in page.locator("[data-item=c3]").inner_text()


def test_what_was_played_is_told(open_room: Open, fake_room: FakeRoom) -> None:
    page = open_room("/work#item?id=c1&queue=q1")
    # Slowly, so that a busy machine is in time to go back before the end.
    page.keyboard.press("-")
    page.keyboard.press(" ")
    wait_until(page, "EF.player.state().seconds > 0.4")
    page.keyboard.press("b")
    wait_until(page, "!EF.player.playing()")
    wait_for(page, lambda: len(fake_room.changes("plays")) >= 2)
    first, second = fake_room.changes("plays")[:2]
    assert (first["sound"], first["speed"]) == (0, 0.75)
    assert first["from"] < 0.3
    assert first["to"] >= 0.4
    assert first["seconds"] > 0
    # Two seconds back, or to the start: how far it had played by then depends on the machine.
    assert second["from"] == pytest.approx(max(0, first["to"] - 2), abs=0.6)
    assert second["to"] >= 1.9


def test_who_else_is_on_the_clip(open_room: Open, fake_room: FakeRoom) -> None:
    fake_room.others = ["Bob Other", "<i>Carl</i>"]
    page = open_room("/work#item?id=c1&queue=q1")
    page.get_by_text("Also on this clip now: Bob Other, <i>Carl</i>").wait_for()


def test_a_redaction_is_dragged_and_typed(open_room: Open, fake_room: FakeRoom) -> None:
    page = open_room("/work#item?id=c1&queue=q1")
    page.keyboard.press("r")
    box = page.locator(".waveform").bounding_box()
    page.mouse.move(box["x"] + box["width"] * 0.25, box["y"] + 20)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] * 0.5, box["y"] + 20, steps=5)
    page.mouse.up()
    fields = page.get_by_label("Range 1")
    fields.nth(1).wait_for()
    assert [round(float(fields.nth(at).input_value()), 1) for at in (0, 1)] == [0.5, 1.0]
    assert page.locator(".waveform .range").count() == 1
    fields.nth(0).fill("0.333")
    fields.nth(0).press("Tab")
    fields.nth(1).fill("0.87")
    fields.nth(1).press("Tab")
    page.get_by_label("Reason", exact=True).select_option("third party")
    page.get_by_role("button", name="Request this redaction").click()
    page.get_by_text("Somebody else has to approve it").first.wait_for()

    assert fake_room.changes("redactions") == [{"ranges": [[0.33, 0.87]], "reason": "third party", "with": "silence"}]
    assert page.locator(".waveform .range").count() == 0
    assert page.get_by_text("Requested: 0.33 – 0.87 s").count() == 1
    assert page.get_by_role("button", name="with the redaction").count() == 1


def test_a_reader_listens_and_changes_nothing(open_room: Open, fake_room: FakeRoom) -> None:
    fake_room.role = "reader"
    page = open_room("/work#item?id=c1&queue=q1")
    page.keyboard.press("1")
    page.keyboard.press("f")
    page.keyboard.press("u")
    page.keyboard.press(" ")
    wait_until(page, "EF.player.playing()")
    assert fake_room.changes("codes") + fake_room.changes("finish") + fake_room.changes("undo") == []
    assert page.get_by_role("link", name="Supervise").count() == 0


def test_the_next_plays_by_itself_where_that_is_wished(open_room: Open, fake_room: FakeRoom) -> None:
    page = open_room("/work#item?id=c1&queue=q1")
    page.keyboard.press("a")
    page.keyboard.press("f")
    _on(page, "c2")
    wait_until(page, "EF.player.playing()")
    page.keyboard.press("f")
    _on(page, "c3")
    page.locator(".warning").wait_for()
    assert not page.evaluate("EF.player.playing()")


def test_an_answer_that_a_change_overtook_is_of_no_use(open_room: Open, fake_room: FakeRoom) -> None:
    page = open_room("/work#item?id=c1&queue=q1")
    page.keyboard.press("1")
    wait_until(page, _SAVED)
    assert page.evaluate("EF.saving.know('c1', 1)") is False
    page.keyboard.press("2")
    wait_until(page, _SAVED)
    assert page.locator(".conflict").count() == 0
    assert fake_room.decisions["c1"]["codes"] == ["responsive", "privileged"]
