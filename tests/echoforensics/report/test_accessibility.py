"""No violation that axe-core finds, on any view, wide and narrow, in both schemes; and all of it by keyboard alone."""

from __future__ import annotations

from collections.abc import Callable
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import WHOLE_SERIES

#: Width and scheme. Narrow or wide and light or dark are seen without trying every pair; for endurance every pair is.
_LOOKS = [(1280, "light"), (390, "dark")]
if WHOLE_SERIES:
    _LOOKS += [(1280, "dark"), (768, "light"), (768, "dark"), (390, "light")]

Open = Callable[..., Any]

_TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
_RUN = "tags => axe.run({ runOnly: tags, resultTypes: ['violations'], preload: false })"


@pytest.fixture(scope="session")
def axe() -> str:
    """The script of axe-core, which a package for tests brings along."""
    pytest.importorskip("axe_playwright_python", reason="axe-playwright-python is not installed")
    return (files("axe_playwright_python") / "axe.min.js").read_text(encoding="utf-8")


def _violations(page: Any, axe: str) -> list[str]:
    # Evaluated by the browser's own protocol, which the page's policy does not hold.
    page.evaluate(axe)
    found = page.evaluate(_RUN, _TAGS)
    return [f"{one['id']}: {one['help']}: {node['html'][:200]}" for one in found["violations"] for node in one["nodes"]]


@pytest.mark.parametrize(("width", "scheme"), _LOOKS)
def test_no_view_has_a_violation(width: int, scheme: str, bundle: Path, open_page: Open, axe: str) -> None:
    page = open_page(bundle)
    page.emulate_media(color_scheme=scheme)
    page.set_viewport_size({"width": width, "height": 900})
    found = {}
    for view in ("overview", "interactions", "timeline", "EF-0000003", "recordings", "marks"):
        page.goto(f"{bundle.as_uri()}#{view}")
        page.wait_for_selector("html[data-ready=yes]")
        page.locator("section.view:not([hidden]) h1 >> nth=0").wait_for()
        if view == "EF-0000003":
            page.locator(".detail pre.bytes").first.wait_for()
        found[view] = _violations(page, axe)
        assert page.evaluate("document.documentElement.scrollWidth") <= width, view
    for name in ("about.html", "recordings.html"):
        page.goto(bundle.with_name(name).as_uri())
        found[name] = _violations(page, axe)

    assert {view: some for view, some in found.items() if some} == {}


def test_windows_and_the_player_have_no_violation(bundle: Path, open_page: Open, axe: str) -> None:
    page = open_page(bundle, "#IN-0000004")
    page.keyboard.press(" ")
    page.locator(".transport").wait_for()
    assert _violations(page, axe) == []
    page.keyboard.press("n")
    assert _violations(page, axe) == []
    page.keyboard.press("Escape")
    page.keyboard.press("m")
    page.keyboard.press("?")
    assert _violations(page, axe) == []
    page.keyboard.press("Escape")
    page.keyboard.press("5")
    page.locator("#view-marks tbody tr").wait_for()
    assert _violations(page, axe) == []


def test_everything_that_can_be_pressed_is_reached_by_the_keyboard(bundle: Path, open_page: Open) -> None:
    page = open_page(bundle, "#interactions")
    count = page.evaluate(
        "[...document.querySelectorAll('a[href], button:not(:disabled), input:not([type=hidden]), select, summary,"
        ' [tabindex="0"]\')].filter(one => one.checkVisibility() && one.tabIndex >= 0).length'
    )
    page.evaluate("document.body.focus()")
    reached = set()
    for _ in range(count + 20):
        page.keyboard.press("Tab")
        reached.add(
            page.evaluate(
                "() => { const all = [...document.querySelectorAll('*')]; const one = document.activeElement;"
                " return one === document.body ? -1 : all.indexOf(one); }"
            )
        )
    assert len(reached - {-1}) >= count
    assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") != "none"
