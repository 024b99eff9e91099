from __future__ import annotations

import base64
import codecs
import csv
import hashlib
import json
import math
import re
from array import array
from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from echoforensics.case.case import Case
from echoforensics.case.row_query import rows_with_fields
from echoforensics.errors import CaseError
from echoforensics.report.bundle import write_report
from echoforensics.report.row_bytes import SHOWN, RowBytes
from echoforensics.report.row_data import COLUMNS
from echoforensics.zones import zone
from parsers.locator import resolve


class _Links(HTMLParser):
    """Collects what a page refers to, its handlers and its scripts."""

    def __init__(self) -> None:
        super().__init__()
        self.targets: list[str] = []
        self.handlers: list[str] = []
        self.tags: set[str] = set()
        self.bodies: list[str] = []
        self._script = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self._script = tag in ("script", "style")
        for name, value in attrs:
            if name in ("src", "href", "action", "data", "poster", "srcset", "background", "formaction", "ping"):
                self.targets.append(value or "")
            if name.startswith("on") or name == "style":
                self.handlers.append(f"{tag} {name}")

    def handle_data(self, data: str) -> None:
        if self._script and data.strip():
            self.bodies.append(data)

    def handle_endtag(self, tag: str) -> None:
        self._script = self._script and tag not in ("script", "style")


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


def _parsed(script: str) -> Any:
    """What a script gives to JSON.parse."""
    (quoted,) = re.findall(r"JSON\.parse\('(.*)'\)", script, re.DOTALL)
    return json.loads(re.sub(r"\\(.)", r"\1", quoted))


def _rows(folder: Path) -> list[dict[str, Any]]:
    """The rows that the scripts of a bundle hold."""
    found = []
    for path in sorted((folder / "data").glob("rows-*.js")):
        chunk = _parsed(path.read_text(encoding="utf-8"))
        length = chunk.pop("length")
        columns = {
            name: column if isinstance(column, list) else [column["of"][place] for place in column["at"]]
            for name, column in chunk.items()
        }
        assert {len(column) for column in columns.values()} == {length}
        found += [{name: column[place] for name, column in columns.items()} for place in range(length)]
    return found


def test_same_case_gives_the_same_bytes(sealed: Any, tmp_path: Path) -> None:
    with Case.open(sealed.path) as case:
        first = write_report(case, tmp_path / "a", zone("Asia/Seoul")).parent
        second = write_report(case, tmp_path / "b", zone("Asia/Seoul")).parent

    assert _digest(first) == _digest(second)


def test_bundle_holds_every_row_whole(sealed: Any, bundle: Path) -> None:
    expected = []
    with Case.open(sealed.path) as case:
        for row in rows_with_fields(case.store):
            micro = None if row["timestamp"] is None else row["timestamp"] % 1_000_000
            shown = {**row, "micro": micro, "corroborated_by": " ".join(row["corroborated_by"])}
            expected.append({name: shown[name] for name in COLUMNS})

    assert any(row["micro"] is None for row in expected)
    assert _rows(bundle.parent) == expected
    for name in ("timeline.csv", "issues.csv"):
        assert (bundle.parent / name).read_bytes().startswith(codecs.BOM_UTF8)
    with (bundle.parent / "timeline.csv").open(encoding="utf-8-sig", newline="") as stream:
        assert [line["exhibit"] for line in csv.DictReader(stream)] == [row["exhibit"] for row in expected]


def test_index_says_what_rows_are_filtered_by(sealed: Any, bundle: Path) -> None:
    index = _parsed((bundle.parent / "data" / "index.js").read_text(encoding="utf-8"))
    columns = {}
    for name, (code_of_type, packed) in index["columns"].items():
        columns[name] = array(code_of_type, base64.b64decode(packed))

    rows = sealed.rows()
    assert index["length"] == len(rows)
    for number, row in enumerate(rows):
        assert f"EF-{columns['exhibit'][number]:07}" == row["exhibit"]
        assert index["kinds"][columns["kind"][number]][0] == row["data_type"]
        assert row["evidence"] in index["items"][columns["evidence"][number]]
        assert index["states"][columns["state"][number]] == row["state"]
        assert bool(columns["flags"][number] & 1) == bool(row["recording"])
        assert columns["interaction"][number] == int((row["interaction"] or "IN-0")[3:])
        second = columns["second"][number]
        assert math.isnan(second) if row["timestamp"] is None else second == row["timestamp"] // 1_000_000
        serial = index["devices"][columns["device"][number]]
        assert row["device_serial"] in (None, serial and serial[0])


def test_bytes_of_rows_are_those_of_their_locators(sealed: Any, bundle: Path) -> None:
    found = _parsed((bundle.parent / "data" / "bytes-0000.js").read_text(encoding="utf-8"))

    with Case.open(sealed.path) as case:
        for row, (offset, length, beginning, why) in zip(sealed.rows(), found, strict=True):
            with case.vault.open(row["sha256"]) as stream:
                expected = resolve(stream, row["locator"])
            assert (offset, length, why) == (expected.offset, len(expected.content), "")
            assert base64.b64decode(beginning) == expected.content[:SHOWN]


def test_bytes_that_would_take_long_are_left_to_trace(sealed: Any) -> None:
    with Case.open(sealed.path) as case:
        bytes_of = RowBytes(case.vault, work=0)
        found = {row["locator"]: bytes_of.of(row)[3] for row in rows_with_fields(case.store)}

    assert all("echoforensics trace" in why for locator, why in found.items() if locator.startswith("json:"))
    assert all(not why for locator, why in found.items() if locator.startswith(("line:", "bytes:")))


def test_bundle_holds_every_recording_unchanged(sealed: Any, bundle: Path) -> None:
    recordings = {row["sha256"]: row for row in sealed.rows() if row["data_type"] == "recording:audio"}
    media = {hashlib.sha256(path.read_bytes()).hexdigest(): path for path in (bundle.parent / "media").iterdir()}

    assert len(recordings) == sealed.outcome.recordings
    assert set(media) == set(recordings)
    page = bundle.with_name("recordings.html").read_text(encoding="utf-8")
    for path in media.values():
        assert re.fullmatch(r"EF-\d{7}(_\d{4}-\d\d-\d\dT\d{6}Z)?\.wav", path.name)
        assert page.count(f'src="media/{path.name}"') == 1


def test_bundle_is_the_files_that_are_documented(bundle: Path) -> None:
    names = {path.name for path in bundle.parent.iterdir()}
    assert names == {
        "README.txt", "about.html", "app", "data", "index.html", "issues.csv", "media", "recordings.html",
        "timeline.csv",
    }  # fmt: skip


@pytest.mark.parametrize("name", ["index.html", "about.html", "recordings.html"])
def test_page_refers_to_nothing_outside_the_bundle(name: str, bundle: Path) -> None:
    links = _links(bundle.with_name(name))

    assert links.handlers == []
    assert links.bodies == []
    assert not links.tags & {"iframe", "object", "embed", "base", "img", "svg", "style"}
    assert links.targets
    for target in links.targets:
        assert target.startswith("#") or (bundle.parent / target.partition("#")[0]).is_file(), target


def test_scripts_refer_to_nothing_outside_and_run_no_text(bundle: Path) -> None:
    for path in (bundle.parent / "app").iterdir():
        text = path.read_text(encoding="utf-8").replace("http://www.w3.org/2000/svg", "")
        assert not re.search(
            r"https?:|//[a-z]|@import|url\(|innerHTML|outerHTML|insertAdjacent|document\.write|eval\(|Function\(|fetch\(",
            text,
        ), path
        if path.suffix == ".js":
            assert len(text.splitlines()) <= 400
            assert '"use strict";' in text


@pytest.mark.parametrize("name", ["index.html", "about.html", "recordings.html"])
def test_page_forbids_its_browser_all_but_its_own_files(name: str, bundle: Path) -> None:
    page = bundle.with_name(name).read_text(encoding="utf-8")
    (policy,) = re.findall(r'Content-Security-Policy" content="([^"]*)"', page)

    found = dict(part.strip().split(" ", 1) for part in policy.split(";"))
    assert found.pop("script-src", None) == ("'self'" if name == "index.html" else None)
    assert found == {
        "default-src": "'none'", "style-src": "'self'", "media-src": "'self'", "base-uri": "'none'",
        "form-action": "'none'",
    }  # fmt: skip


def test_hostile_text_is_only_ever_text(maker: Any, report_of: Callable[..., Path], hostile_text: str) -> None:
    made = maker()
    for _ in range(3):
        made.record()
    made.issue(hostile_text, hostile_text)
    made.entry(f"{hostile_text}.{hostile_text}", b"unclaimed")
    index = report_of(made)

    for name in ("index.html", "about.html", "recordings.html"):
        links = _links(index.with_name(name))
        assert "img" not in links.tags
        assert links.handlers == []
        assert links.bodies == []
        # A link within the page may name a device; what follows the # is not an address.
        assert [target for target in links.targets if "example" in target and target[0] != "#"] == []
        page = index.with_name(name).read_text(encoding="utf-8")
        assert "\u202e" not in page
        assert "[U+202E]" in page
    for path in (index.parent / "data").iterdir():
        content = path.read_text(encoding="utf-8")
        assert not set("<>&\u2028\u2029") & set(content)
        assert content.count("\n") == content.count(";\n")
    assert _rows(index.parent)[0]["account"] == hostile_text


def test_recording_that_was_changed_is_not_handed_on(copy_of_sealed: Path, tmp_path: Path) -> None:
    with Case.open(copy_of_sealed) as case:
        (sha256,) = case.store.db.execute("SELECT sha256 FROM rows WHERE data_type LIKE 'recording:%'").fetchone()
        path = case.vault.path(sha256)
        content = bytearray(path.read_bytes())
        content[-1] ^= 1
        path.write_bytes(content)
        with pytest.raises(CaseError, match="has changed since it was extracted"):
            write_report(case, tmp_path / "bundle")
        path.unlink()
        with pytest.raises(CaseError, match="cannot be written"):
            write_report(case, tmp_path / "other")
    assert not (tmp_path / "bundle" / "index.html").exists()


def test_folder_that_holds_something_is_refused(sealed: Any, tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("mine")
    with Case.open(sealed.path) as case:
        for folder in (tmp_path, tmp_path / "thesis.txt", sealed.path / "report", sealed.sources[2] / "report"):
            with pytest.raises(CaseError):
                write_report(case, folder)
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.txt"]
