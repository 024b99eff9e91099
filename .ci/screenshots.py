"""Take the pictures of the report and the review room in docs/screenshots: ``make screenshots``.

The case is that of the demo.
"""

from __future__ import annotations

import shutil
import sys
import tempfile
from functools import partial
from pathlib import Path

from playwright.sync_api import sync_playwright
from room_screenshots import take_pictures

from echoforensics.demo.run import run_demo
from echoforensics.examiner_key import create_key, load_key

TARGET = Path(__file__).parents[1] / "docs" / "screenshots"
#: What is shown in each picture: its address, and what is pressed there.
VIEWS = {
    "overview": ("", ()),
    "interactions": ("#IN-0000004", ()),
    "timeline": ("#EF-0000003", ()),
    "recordings": ("#recordings", ()),
    "marks": ("#IN-0000004", ("m", "5")),
    "print": ("#interactions?signs=1", ("Print these",)),
}


def main() -> None:
    """Make the demo's report and take the pictures."""
    with tempfile.TemporaryDirectory() as name, sync_playwright() as driver:
        make_key = partial(create_key, passphrase=None, name="Demo Examiner")
        index = run_demo(Path(name) / "demo", lambda path: make_key(path)[0], lambda _: None)
        browser = driver.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        TARGET.mkdir(exist_ok=True)
        for picture, (address, pressed) in VIEWS.items():
            page = browser.new_page(viewport={"width": 1280, "height": 800})
            page.goto(index.as_uri() + address)
            page.wait_for_selector("html[data-ready=yes]")
            for key in pressed:
                if len(key) == 1:
                    page.keyboard.press(key)
                else:
                    page.get_by_role("button", name=key).click()
                    page.locator("#view-print .card").first.wait_for()
                    page.emulate_media(media="print")
            page.wait_for_timeout(500)
            page.screenshot(path=TARGET / f"{picture}.png")
            page.close()
        demo = Path(name) / "demo"
        take_pictures(browser, demo / "case", load_key(demo / "examiner.pem"), TARGET)
        browser.close()


if __name__ == "__main__":
    sys.exit(main())
