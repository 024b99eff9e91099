"""Evidence that would do harm: in names of devices, texts, paths, tags and links. Every row of every view is opened."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

Open = Callable[..., Any]
Report = Callable[..., Path]

_LINKS = "javascript:window.hurt=1 file:///etc/passwd https://example.org/track.gif //example.org/x data:text/html,<b>"


def test_hostile_evidence_does_nothing_and_asks_for_nothing(
    maker: Any, report_of: Report, open_page: Open, hostile_text: str, sound: Callable[[int], bytes]
) -> None:
    made = maker(hostile_text + _LINKS)
    for _ in range(8):
        made.record()
    made.record(transcript=f"{hostile_text * 20}THE END")
    made.recording(sound(1), path=f"{hostile_text}.wav")
    made.recording(sound(2), codec="IMA ADPCM", path=f"javascript:window.hurt=1/{hostile_text}")
    made.issue(hostile_text, _LINKS)
    # The fixture fails the test for a request of anything but a file, an error, or a window of the browser.
    page = open_page(report_of(made, "Asia/Seoul"), "#timeline")
    page.focus(".grid")
    page.keyboard.press("Home")
    for _ in range(11):
        page.keyboard.press("Enter")
        page.locator(".detail pre.bytes, .detail .hint:not(.note)").first.wait_for()
        for button in page.locator(".detail button.whole").all():
            button.click()
        page.focus(".grid")
        page.keyboard.press("ArrowDown")
    assert "[U+202E]gnp.exe" in page.inner_text(".detail")
    for key in ("2", "4", "5", "1"):
        page.keyboard.press(key)
        page.locator("section.view:not([hidden]) h1 >> nth=0").wait_for()
        for folded in page.locator("section.view:not([hidden]) details").all():
            folded.evaluate("one => { one.open = true; }")
        for link in page.locator("section.view:not([hidden]) a").all():
            target = link.get_attribute("href")
            assert target.startswith(("#", "media/EF-", "about.html", "index.html")), target

    assert page.evaluate("window.hurt") is None
    assert page.locator("img, iframe, object, embed, form[action], a[href^=http], a[href^=javascript]").count() == 0
    assert page.locator("script:not([src])").count() == 0


def test_hostile_marks_and_addresses_do_nothing(
    bundle: Path, open_page: Open, hostile_text: str, tmp_path: Path
) -> None:
    page = open_page(bundle, "#timeline?text=%3Cimg%20src%3Dx%20onerror%3Dwindow.hurt%3D1%3E&device=%22%3E%3Cscript%3E")
    page.keyboard.press("Escape")
    page.locator(".count", has_text="rows").first.wait_for()
    page.goto(f"{bundle.as_uri()}#__proto__")
    page.goto(f"{bundle.as_uri()}#IN-0000004")
    page.locator(".card.current").wait_for()
    page.keyboard.press("n")
    page.fill("#mark-note", hostile_text)
    page.get_by_role("button", name="Keep").click()
    page.keyboard.press("5")
    page.locator("#view-marks tbody tr").wait_for()
    (tmp_path / "marks.json").write_text('{"form": "echoforensics marks", "version": 1, "marks": {"__proto__": []}}')
    page.set_input_files("#mark-file", tmp_path / "marks.json")
    page.get_by_text("This is not a marks file.").wait_for()

    assert "<img src=x onerror=" in page.inner_text("#view-marks")
    assert page.evaluate("window.hurt") is None
