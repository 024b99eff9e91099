"""How long a reviewer waits for the page itself. Writes RESULTS-review-page.md.

A reviewer in Chromium takes clips one after the other, by the keyboard alone: from the key that finishes a clip to the
next one being shown, and from the key that plays to the first sound. Server, browser and driver share the processors.
"""

from __future__ import annotations

import argparse
import os
import shutil
import statistics
import tempfile
from pathlib import Path
from typing import Any

from playwright.sync_api import sync_playwright

from tests.echoforensics.report.waiting import wait_until
from tests.echoforensics.review.pages.shift import CLIPS, Colleague
from tests.echoforensics.review.pages.test_whole_shift import Shift

RESULTS = Path(__file__).parents[1] / "RESULTS-review-page.md"
_OPTIONS = ("--no-sandbox", "--autoplay-policy=no-user-gesture-required", "--mute-audio")
#: Notes the time between the key that finishes a clip and the next one being shown, in milliseconds.
_WATCH = """() => {
  let begun = 0;
  window.waited = [];
  document.addEventListener("keydown", (event) => { if (event.key === "f") begun = performance.now(); }, true);
  new MutationObserver(() => { if (begun) { window.waited.push(performance.now() - begun); begun = 0; } })
    .observe(document.documentElement, { attributes: true, attributeFilter: ["data-item"] });
}"""


def main() -> None:
    """Measure, and write the page."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--clips", type=int, default=40)
    arguments.add_argument("--output", type=Path, default=RESULTS)
    given = arguments.parse_args()
    program = shutil.which("chromium")
    with tempfile.TemporaryDirectory(prefix="page-share-") as folder, sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=program, args=list(_OPTIONS))
        shown, heard = _measure(Shift(Path(folder), browser), min(given.clips, CLIPS))
        browser.close()
    given.output.write_text(_page(shown, heard), encoding="utf-8")
    print(given.output.read_text(encoding="utf-8"))


def _measure(shift: Shift, most: int) -> tuple[list[float], list[float]]:
    """Milliseconds until the next clip is shown, and until the first sound, for each clip."""
    reviewer = shift.add("rita", "reviewer")
    shift.make_queue("Kitchen", "Rita")
    reviewer.go("/work#queues")
    reviewer.page.get_by_role("link", name="Kitchen", exact=True).press("Enter")
    reviewer.page.locator(".clip").first.wait_for()
    reviewer.page.evaluate(_WATCH)
    heard: list[float] = []

    def keys(_: int, who: Colleague) -> None:
        who.page.keyboard.press(" ")
        wait_until(who.page, "EF.player.playing()")
        heard.append(who.page.evaluate("EF.player.latency"))
        who.page.keyboard.press("1")

    reviewer.code_clips(keys, most)
    shown: Any = reviewer.page.evaluate("window.waited")
    shift.running.stop()
    return list(shown), heard


def _page(shown: list[float], heard: list[float]) -> str:
    lines = (
        "# What a reviewer waits for the page",
        "",
        f"Written by `python -m benchmarks.review.page_share`. {len(heard)} clips of a second in Chromium, by the"
        f" keyboard alone; server, browser and driver share {os.cpu_count()} processors. The goal for both is 300 ms.",
        "",
        "| | middle ms | 95 % ms | slowest ms |",
        "|---|---:|---:|---:|",
        _line("from finishing a clip to the next being shown", shown),
        _line("from the key to the first sound", heard),
    )
    return "\n".join(lines) + "\n"


def _line(what: str, values: list[float]) -> str:
    ordered = sorted(values)
    high = ordered[int(len(ordered) * 0.95) - 1]
    return f"| {what} | {statistics.median(ordered):.0f} | {high:.0f} | {ordered[-1]:.0f} |"


if __name__ == "__main__":
    main()
