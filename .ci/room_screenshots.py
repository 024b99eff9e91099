"""Pictures of the review room, of the demo's case."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any

from echoforensics.review.people.one_time_codes import STEP, code_at
from echoforensics.review.room import ReviewRoom
from echoforensics.review.web.serving import listen, served, site_of

if TYPE_CHECKING:
    from chain_of_custody.signer import Signer

_PASSWORD = "a password for the pictures"
#: Milliseconds since 1970: the time of the pictures, so that they are the same each time.
_NOON = 1_782_993_600_000


class _Clock:
    def __init__(self) -> None:
        self.now = _NOON

    def __call__(self) -> int:
        return self.now


def take_pictures(browser: Any, case: Path, key: Signer, target: Path) -> None:
    """Take ``review-queue.png`` and ``review-clip.png``.

    Args:
        browser: of Playwright.
        case: the demo's.
        key: that signs the audit of the room.
        target: the folder of the pictures.
    """
    clock = _Clock()
    with ExitStack() as running:
        sockets = listen("localhost", 0)
        site = site_of("localhost", sockets, tls=False)
        room = running.enter_context(ReviewRoom(case.with_name("case.review"), [case], site, key, clock=clock))
        running.enter_context(served(room, sockets, None))
        page = browser.new_page(viewport={"width": 1280, "height": 860})
        _sign_in(page, f"{site.origin}/set-up/{room.accounts.first_link()}", site.origin, clock)
        page.goto(f"{site.origin}/supervise#queues")
        form = page.get_by_role("form", name="Create a queue")
        form.get_by_label("Name").fill("Kitchen, March")
        form.get_by_label("Of").select_option("interactions")
        form.get_by_label("Supervisor").check()
        form.get_by_role("button", name="Create the queue").click()
        page.get_by_role("link", name="Kitchen, March").click()
        page.locator(".clip").nth(3).wait_for()
        clip = page.locator(".clip", has_text="lights").first.get_by_role("link")
        _code(page, clip)
        page.screenshot(path=target / "review-clip.png")
        page.get_by_role("link", name="Kitchen, March").click()
        page.locator(".clip .mark").first.wait_for()
        page.wait_for_timeout(5000)
        page.screenshot(path=target / "review-queue.png")
        page.close()


def _sign_in(page: Any, link: str, origin: str, clock: _Clock) -> None:
    page.goto(link)
    page.get_by_label("Password", exact=True).fill(_PASSWORD)
    page.get_by_label("Repeat the password").fill(_PASSWORD)
    secret = page.locator("code").first.inner_text().replace(" ", "")
    page.get_by_label("The six digits that your app shows").fill(code_at(secret, clock()))
    page.get_by_role("button", name="Finish with the code").click()
    page.get_by_role("heading", name="Your account is set up").wait_for()
    clock.now += STEP * 1000
    page.goto(f"{origin}/sign-in")
    page.get_by_label("Name").fill("supervisor")
    page.get_by_label("Password").fill(_PASSWORD)
    page.keyboard.press("Enter")
    page.get_by_label("The six digits that your app shows").fill(code_at(secret, clock()))
    page.keyboard.press("Enter")
    page.wait_for_url("**/work")


def _code(page: Any, clip: Any) -> None:
    """Open a clip and work on it."""
    clip.click()
    page.locator(".desk").wait_for()
    page.keyboard.press("1")
    page.keyboard.press("t")
    page.keyboard.type("turn on the kitchen lights")
    for _ in range(len(" lights")):
        page.keyboard.press("ArrowLeft")
    page.keyboard.press("Control+/")
    page.keyboard.press("Escape")
    page.locator("#saved[data-state=saved]").wait_for()
    page.wait_for_timeout(5000)
