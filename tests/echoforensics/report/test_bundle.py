from __future__ import annotations

import csv
import hashlib
import json
import re
from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from echoforensics.case.case import Case
from echoforensics.errors import CaseError
from echoforensics.report.bundle import COLUMNS, write_report
from echoforensics.timeline.query import zone


class _Links(HTMLParser):
    """Collects what a page refers to, its handlers and its scripts."""

    def __init__(self) -> None:
        super().__init__()
        self.targets: list[str] = []
        self.handlers: list[str] = []
        self.tags: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        for name, value in attrs:
            if name in ("src", "href", "action", "data", "poster", "srcset"):
                self.targets.append(value or "")
            if name.startswith("on") or name == "style":
                self.handlers.append(f"{tag} {name}")


def _links(index: Path) -> _Links:
    parser = _Links()
    parser.feed(index.read_text(encoding="utf-8"))
    return parser


def _digest(folder: Path) -> dict[str, str]:
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def _rows(folder: Path) -> list[list[Any]]:
    found: list[list[Any]] = []
    for path in sorted((folder / "data").glob("rows-*.js")):
        body = path.read_text(encoding="utf-8").removeprefix("window.ROWS.push(").removesuffix(");\n")
        found += json.loads(f"[{body}]")
    return found


def test_same_case_gives_the_same_bytes(sealed: Any, tmp_path: Path) -> None:
    with Case.open(sealed.path) as case:
        first = write_report(case, tmp_path / "a", zone("Asia/Seoul")).parent
        second = write_report(case, tmp_path / "b", zone("Asia/Seoul")).parent

    assert _digest(first) == _digest(second)


def test_bundle_holds_every_row_and_every_recording(sealed: Any, bundle: Path) -> None:
    folder = bundle.parent
    rows = sealed.rows()

    assert [row[0] for row in _rows(folder)] == [row["exhibit"] for row in rows]
    recordings = {row["sha256"] for row in rows if row["data_type"] == "recording:audio"}
    media = {path.stem: path for path in (folder / "media").iterdir()}
    assert set(media) == recordings
    for sha256, path in media.items():
        assert hashlib.sha256(path.read_bytes()).hexdigest() == sha256
    with (folder / "timeline.csv").open(encoding="utf-8", newline="") as stream:
        assert [line["exhibit"] for line in csv.DictReader(stream)] == [row["exhibit"] for row in rows]


def test_page_refers_to_nothing_outside_the_bundle(bundle: Path) -> None:
    links = _links(bundle)

    assert links.handlers == []
    assert not links.tags & {"iframe", "object", "embed", "base", "form"} - {"form"}
    for target in links.targets:
        assert target.startswith("#") or (bundle.parent / target).is_file(), target
    for path in bundle.parent.rglob("*.*"):
        if path.suffix in (".css", ".js") and path.parent.name != "data":
            assert not re.search(r"https?:|//[a-z]|@import|url\(", path.read_text(encoding="utf-8")), path


def test_hostile_text_is_only_ever_text(make_case: Callable[[int], Path], tmp_path: Path, hostile_text: str) -> None:
    with Case.open(make_case(3)) as case:
        index = write_report(case, tmp_path / "bundle")

    links = _links(index)
    assert "img" not in links.tags
    assert links.handlers == []
    page = index.read_text(encoding="utf-8")
    assert page.count("<script") == page.count('<script src="')
    assert "\u202e" not in page
    assert "[U+202E]" in page
    for path in (index.parent / "data").iterdir():
        content = path.read_text(encoding="utf-8")
        assert not set("<>&\u2028\u2029") & set(content)
    assert _rows(index.parent)[0][COLUMNS.index("account")] == hostile_text


def test_unsigned_and_incomplete_cases_say_so(make_case: Callable[[int], Path], tmp_path: Path) -> None:
    with Case.open(make_case(1)) as case:
        page = write_report(case, tmp_path / "bundle").read_text(encoding="utf-8")

    assert "This report is NOT COMPLETE." in page
    assert "This case is UNSIGNED" in page


def test_signed_and_sealed_case_shows_its_key_hashes_and_issues(sealed: Any, bundle: Path) -> None:
    page = bundle.read_text(encoding="utf-8")

    assert "NOT COMPLETE" not in page
    assert "UNSIGNED" not in page
    assert sealed.key.public.fingerprint in page
    with Case.open(sealed.path) as case:
        for item in case.store.evidence():
            assert page.count(item["sha256"]) >= 2  # before and after
        for (what,) in case.store.db.execute("SELECT what FROM issues"):
            assert what.split(";")[0] in page


def test_folder_that_holds_something_is_refused(sealed: Any, tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("mine")
    with Case.open(sealed.path) as case:
        for folder in (tmp_path, sealed.path / "report", sealed.sources[2] / "report"):
            with pytest.raises(CaseError):
                write_report(case, folder)
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.txt"]


def test_claims_no_more_than_the_records(bundle: Path) -> None:
    page = bundle.read_text(encoding="utf-8").lower()
    for word in ("the user said", "proves", "proof", "guilt", "all recordings", "definitely"):
        assert word not in page, word
