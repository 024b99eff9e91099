"""A room that is not one, and a real browser."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from importlib.resources import files
from typing import Any

import pytest

pytest.importorskip("starlette", reason="the extra review is not installed")
pytest.importorskip("uvicorn", reason="the extra review is not installed")

from tests.echoforensics.review.pages.fake_room import FakeRoom, Served, application


@pytest.fixture
def fake_room() -> FakeRoom:
    return FakeRoom()


@pytest.fixture
def served(fake_room: FakeRoom) -> Iterator[Served]:
    server = Served(application(fake_room))
    yield server
    server.stop()


@pytest.fixture
def open_room(chromium: Any, served: Served) -> Iterator[Callable[..., Any]]:
    """Opens a page of the room; fails the test where the page errs or asks for anything but the room.

    What the browser itself says of an answer that is not the wished one is no error of the page.
    """
    context = chromium.new_context(viewport={"width": 1400, "height": 900})
    context.set_default_timeout(600_000)
    errors: list[str] = []
    own = (served.url, f"blob:{served.url}", "data:")

    def note(text: str) -> None:
        if "Failed to load resource" not in text:
            errors.append(text)

    def open_it(address: str) -> Any:
        page = context.new_page()
        page.on("console", lambda message: note(message.text) if message.type in ("error", "warning") else None)
        page.on("pageerror", lambda error: note(str(error)))
        page.on("request", lambda request: None if request.url.startswith(own) else note(request.url))
        page.goto(served.url + address)
        page.wait_for_selector("html[data-ready]")
        return page

    yield open_it
    context.close()
    assert errors == []


@pytest.fixture(scope="session")
def violations() -> Callable[[Any], list[str]]:
    """What axe-core finds wrong with a page."""
    pytest.importorskip("axe_playwright_python", reason="axe-playwright-python is not installed")
    script = (files("axe_playwright_python") / "axe.min.js").read_text(encoding="utf-8")
    tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]

    def find(page: Any) -> list[str]:
        page.evaluate(script)
        run = "tags => axe.run({ runOnly: tags, resultTypes: ['violations'], preload: false })"
        found = page.evaluate(run, tags)["violations"]
        return [f"{one['id']}: {one['help']}: {node['html'][:200]}" for one in found for node in one["nodes"]]

    return find
