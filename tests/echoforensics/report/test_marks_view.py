from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from echoforensics.case.case import Case

Open = Callable[..., Any]


def _saved(page: Any, path: Path) -> dict[str, Any]:
    with page.expect_download() as download:
        page.get_by_role("button", name="Save as a file").click()
    assert download.value.suggested_filename == "marks.json"
    download.value.save_as(path)
    found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return found


def test_marks_are_made_by_key_and_saved_as_a_file(
    sealed: Any, bundle: Path, open_page: Open, tmp_path: Path, hostile_text: str
) -> None:
    page = open_page(bundle, "#IN-0000004")
    page.keyboard.press("m")
    page.keyboard.press("x")
    page.keyboard.press("n")
    page.fill("#mark-tag", "privileged")
    page.fill("#mark-note", hostile_text)
    page.get_by_role("button", name="Keep").click()
    page.keyboard.press("5")
    page.locator("#view-marks tbody tr").nth(3).wait_for()
    page.get_by_role("button", name="Save as a file").click()
    assert page.get_attribute("#mark-author", "aria-invalid") == "true"
    page.fill("#mark-author", "A. Reviewer")

    found = _saved(page, tmp_path / "marks.json")

    with Case.open(sealed.path) as case:
        begun = next(iter(case.actions()))
        exhibits = {member.exhibit for member in case.interaction("IN-0000004").members}
    assert (found["form"], found["version"], found["case"]) == ("echoforensics marks", 1, begun.line_hash)
    assert {mark["exhibit"] for mark in found["marks"]} <= exhibits
    assert [(mark["about"], mark["kind"], mark["text"], mark["author"]) for mark in found["marks"]] == [
        ("IN-0000004", "tag", "marked", "A. Reviewer"), ("IN-0000004", "exclude", "", "A. Reviewer"),
        ("IN-0000004", "tag", "privileged", "A. Reviewer"), ("IN-0000004", "note", hostile_text, "A. Reviewer"),
    ]  # fmt: skip
    assert all(mark["date"].endswith("Z") for mark in found["marks"])


def test_marks_are_kept_undone_and_opened_again(bundle: Path, open_page: Open, tmp_path: Path) -> None:
    page = open_page(bundle, "#IN-0000004")
    page.keyboard.press("m")
    page.reload()
    page.locator("#card-IN-0000004 button[aria-pressed=true]").wait_for()
    page.keyboard.press("5")
    page.fill("#mark-author", "B")
    page.keyboard.press("Tab")
    _saved(page, tmp_path / "marks.json")

    page.get_by_role("button", name="Remove the mark of IN-0000004").click()
    page.get_by_text("Nothing is marked yet.").wait_for()
    page.get_by_role("button", name="Undo").click()
    assert page.locator("#view-marks tbody tr").count() == 1
    page.set_input_files("#mark-file", tmp_path / "marks.json")
    page.locator("#view-marks tbody tr").first.wait_for()
    other = json.loads((tmp_path / "marks.json").read_text())
    other["marks"].append({**other["marks"][0], "about": "EF-0000003"})
    (tmp_path / "more.json").write_text(json.dumps(other))
    page.set_input_files("#mark-file", tmp_path / "more.json")
    page.locator("#view-marks tbody tr", has_text="EF-0000003").wait_for()
    (tmp_path / "foreign.json").write_text(json.dumps({**other, "case": "0" * 64}))
    page.set_input_files("#mark-file", tmp_path / "foreign.json")
    page.get_by_text("These marks are of another case.").wait_for()


def test_rows_and_interactions_are_filtered_by_marks(sealed: Any, bundle: Path, open_page: Open) -> None:
    page = open_page(bundle, "#EF-0000003")
    page.locator(".detail h2").wait_for()
    page.locator(".detail").get_by_role("button", name="Mark", exact=True).click()
    page.goto(f"{bundle.as_uri()}#timeline?marked=1")
    page.get_by_text(f"1 of {len(sealed.rows())} rows", exact=True).wait_for()
    assert page.locator(".pane .cell.exhibit .second").inner_text() == "marked"
    page.goto(f"{bundle.as_uri()}#interactions?marked=1")
    page.locator(".card").first.wait_for()
    assert page.locator(".card").count() == 1
    with Case.open(sealed.path) as case:
        assert page.locator(".card").get_attribute("data-subject") == case.row("EF-0000003")["interaction"]


def test_keys_are_shown_and_can_be_switched_off(bundle: Path, open_page: Open) -> None:
    page = open_page(bundle, "#interactions")
    page.locator(".card").first.wait_for()
    page.keyboard.press("?")
    dialog = page.get_by_role("dialog", name="Keys")
    for key in ("j", "k", "Space", "l", "-", "+", "s", "m", "n", "x", "u", "/", "?"):
        assert dialog.locator("kbd", has_text=key).count() >= 1
    page.uncheck("#keys-on")
    page.keyboard.press("Escape")
    dialog.wait_for(state="hidden")
    page.keyboard.press("j")
    assert page.locator(".card.current").count() == 0
    page.keyboard.press("?")
    page.check("#keys-on")
    page.keyboard.press("Escape")
    dialog.wait_for(state="hidden")
    page.keyboard.press("j")
    page.locator(".card.current").wait_for()
    page.keyboard.press("/")
    page.keyboard.type("jkmx")
    assert page.input_value("#in-text") == "jkmx"
    page.evaluate("document.activeElement.blur()")
    for number, view in enumerate(("overview", "interactions", "timeline", "recordings", "marks"), 1):
        page.keyboard.press(str(number))
        page.locator(f"#view-{view}:not([hidden])").wait_for()
