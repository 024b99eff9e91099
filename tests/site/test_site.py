"""The site builds without a warning, needs nothing from elsewhere, and its links lead somewhere."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote

import pytest

import echoforensics
from echoforensics.cli.main import cli

ROOT = Path(__file__).parents[2]
#: Attributes by which a page loads something, beside those of links that a reader follows.
_LOADED = {"src", "srcset", "poster", "data", "action"}


def _build(folder: Path) -> None:
    subprocess.run(
        [sys.executable, "-m", "sphinx", "-W", "-n", "-q", "--keep-going", "-j", "2", ROOT / "docs", folder],
        check=True,
        cwd=ROOT,
    )


@pytest.fixture(scope="module")
def site(made_once: Callable[[str, Callable[[Path], None]], Path]) -> Path:
    """The site, built as ``make site`` builds it: a warning is an error."""
    return made_once("site", _build)


class _Page(HTMLParser):
    """The addresses in a page, those it loads by itself, and the names that an address can lead to."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.links: list[str] = []
        self.loaded: list[str] = []
        self.anchors: set[str] = set()
        self.feed(path.read_text(encoding="utf-8"))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        for name, value in attrs:
            if name == "id" and value:
                self.anchors.add(value)
            elif name in _LOADED or (name == "href" and tag == "link"):
                self.loaded.append(value or "")
            elif name == "href":
                self.links.append(value or "")


@pytest.fixture(scope="module")
def pages(site: Path) -> dict[Path, _Page]:
    return {path: _Page(path) for path in sorted(site.rglob("*.html"))}


def test_every_page_is_built(pages: dict[Path, _Page], site: Path) -> None:
    sources = {path.relative_to(ROOT / "docs").with_suffix("") for path in (ROOT / "docs").rglob("*.md")}
    built = {path.relative_to(site).with_suffix("") for path in pages}

    assert sources - built == {Path("README")}


def test_pages_load_nothing_from_elsewhere(pages: dict[Path, _Page], site: Path) -> None:
    remote = re.compile(r"(?:[a-z]+:)?//", re.IGNORECASE)
    assert [(path, each) for path, page in pages.items() for each in page.loaded if remote.match(each)] == []
    for style in site.rglob("*.css"):
        assert not re.search(r"@import|url\([\"']?(?:https?:)?//", style.read_text(encoding="utf-8")), style


def test_links_lead_somewhere(pages: dict[Path, _Page]) -> None:
    wrong = []
    for path, page in pages.items():
        for link in page.links:
            target, _, anchor = unquote(link).partition("#")
            if re.match(r"[a-z]+:", target):
                continue
            found = (path.parent / target).resolve() if target else path
            if not found.exists() or (anchor and found in pages and anchor not in pages[found].anchors):
                wrong.append(f"{path.name}: {link}")
    assert wrong == []


def test_every_command_is_in_the_reference(site: Path) -> None:
    text = (site / "commands.html").read_text(encoding="utf-8")
    context = cli.make_context("echoforensics", [], resilient_parsing=True)
    for name in cli.list_commands(context):
        assert f'id="echoforensics-{name.replace("_", "-")}"' in text, name


def test_every_name_of_the_library_is_in_the_reference(pages: dict[Path, _Page], site: Path) -> None:
    anchors = pages[site / "library-reference.html"].anchors
    for name in echoforensics.__all__:
        found = getattr(echoforensics, name)
        assert anchors & {f"echoforensics.{name}", f"{found.__module__}.{found.__qualname__}"}, name


def test_links_between_pages_work_without_the_site() -> None:
    for page in (ROOT / "docs").rglob("*.md"):
        text = page.read_text(encoding="utf-8")
        for target, anchor in re.findall(r"\]\(([^)#:\s]+\.md)(?:#([^)\s]+))?\)", text):
            found = page.parent / target
            assert found.is_file(), f"{page}: {target}"
            headings = re.findall(r"^#+ (.+)$", found.read_text(encoding="utf-8"), re.MULTILINE)
            assert not anchor or anchor in {_slug(heading) for heading in headings}, f"{page}: {target}#{anchor}"


def _slug(heading: str) -> str:
    """The name by which GitHub leads to a heading."""
    return re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")
