from __future__ import annotations

import csv
import hashlib
import json
import re
from collections.abc import Callable
from html.parser import HTMLParser
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest

from echoforensics.case.case import Case
from echoforensics.errors import CaseError
from echoforensics.report import recordings_section
from echoforensics.report.bundle import write_report
from echoforensics.report.markup import code
from echoforensics.report.markup import number as spaced
from echoforensics.zones import local_time, zone


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
    rows, seoul = sealed.rows(), zone("Asia/Seoul")
    assert seoul is not None
    expected = []
    for row in rows:
        second, micro = (None, None) if row["timestamp"] is None else divmod(row["timestamp"], 1_000_000)
        offset = None if row["timestamp"] is None else (local_time(row["timestamp"], seoul) or "")[-6:]
        times = {"second": second, "micro": micro, "offset": offset}
        kept = {name: value for name, value in row.items() if name not in ("datetime", "timestamp")}
        expected.append({**kept, **times, "corroborated_by": " ".join(row["corroborated_by"])})

    assert any(row["second"] is None for row in expected)
    assert _rows(bundle.parent) == expected
    with (bundle.parent / "timeline.csv").open(encoding="utf-8", newline="") as stream:
        assert [line["exhibit"] for line in csv.DictReader(stream)] == [row["exhibit"] for row in rows]


def test_bundle_holds_every_recording_unchanged(sealed: Any, bundle: Path) -> None:
    recordings = {row["sha256"] for row in sealed.rows() if row["data_type"] == "recording:audio"}
    media = {path.stem: path for path in (bundle.parent / "media").iterdir()}

    assert len(recordings) == sealed.outcome.recordings
    assert set(media) == recordings
    for sha256, path in media.items():
        assert hashlib.sha256(path.read_bytes()).hexdigest() == sha256
    page = bundle.read_text(encoding="utf-8")
    for path in media.values():
        assert page.count(f'src="media/{path.name}"') == 1


def test_bundle_is_the_files_that_are_documented(bundle: Path) -> None:
    names = {path.name for path in bundle.parent.iterdir()}
    assert names == {
        "README.txt", "data", "index.html", "issues.csv", "media", "players.js", "report.js", "style.css",
        "timeline.csv",
    }  # fmt: skip


def test_page_refers_to_nothing_outside_the_bundle(bundle: Path) -> None:
    links = _links(bundle)

    assert links.handlers == []
    assert links.bodies == []
    assert not links.tags & {"iframe", "object", "embed", "base", "img", "svg", "style"}
    for target in links.targets:
        assert target.startswith("#") or (bundle.parent / target).is_file(), target
    for path in bundle.parent.rglob("*.*"):
        if path.suffix in (".css", ".js") and path.parent.name != "data":
            text = path.read_text(encoding="utf-8")
            assert not re.search(r"https?:|//[a-z]|@import|url\(|innerHTML|insertAdjacent|eval\(|fetch\(", text), path


def test_page_forbids_its_browser_all_but_its_own_files(bundle: Path) -> None:
    (policy,) = re.findall(r'Content-Security-Policy" content="([^"]*)"', bundle.read_text(encoding="utf-8"))

    assert dict(part.strip().split(" ", 1) for part in policy.split(";")) == {
        "default-src": "'none'", "script-src": "'self'", "style-src": "'self'", "media-src": "'self'",
        "base-uri": "'none'", "form-action": "'none'",
    }  # fmt: skip


def test_hostile_text_is_only_ever_text(maker: Any, report_of: Callable[..., Path], hostile_text: str) -> None:
    made = maker()
    for _ in range(3):
        made.record()
    made.issue(hostile_text, hostile_text)
    made.entry(f"{hostile_text}.{hostile_text}", b"unclaimed")
    index = report_of(made)

    links = _links(index)
    assert "img" not in links.tags
    assert links.handlers == []
    assert links.bodies == []
    assert [target for target in links.targets if "example" in target] == []
    page = index.read_text(encoding="utf-8")
    assert "\u202e" not in page
    assert "[U+202E]" in page
    for path in (index.parent / "data").iterdir():
        content = path.read_text(encoding="utf-8")
        assert not set("<>&\u2028\u2029") & set(content)
        assert content.count("\n") == content.count(";\n")
    assert _rows(index.parent)[0]["account"] == hostile_text


def test_unsigned_and_incomplete_cases_say_so(maker: Any, report_of: Callable[..., Path]) -> None:
    page = report_of(maker("x")).read_text(encoding="utf-8")

    assert "This report is NOT COMPLETE." in page
    assert "This case is UNSIGNED" in page
    assert "no key: UNSIGNED" in page


def test_signed_and_sealed_case_shows_its_key_hashes_and_issues(sealed: Any, bundle: Path) -> None:
    page = bundle.read_text(encoding="utf-8")

    for warning in ("NOT COMPLETE", "UNSIGNED", "DOES NOT VERIFY", "CHANGED", 'class="notice"'):
        assert warning not in page.replace('<noscript><p class="notice">', "")
    assert f"<code>{sealed.key.public.fingerprint}</code><br>When this page was written" in page
    with Case.open(sealed.path) as case:
        for item in case.evidence():
            assert page.count(f"<code>{item.sha256}</code>") == 4  # before and after, there and in the certificate
            assert page.count(code(item.hashes["md5"])) == 1
        issues = case.store.db.execute("SELECT what FROM issues").fetchall()
        assert len(issues) == 1
        assert f"<span>{issues[0][0]}</span>" in page
    assert page.count("<dt>Before and after</dt><dd>unchanged</dd>") == 3


def test_ledger_that_does_not_verify_is_reported_loudly(copy_of_sealed: Path, tmp_path: Path) -> None:
    ledger = copy_of_sealed / "custody.jsonl"
    ledger.write_bytes(ledger.read_bytes().replace(b"Laboratory", b"Laboratorx"))
    with Case.open(copy_of_sealed) as case:
        page = write_report(case, tmp_path / "bundle").read_text(encoding="utf-8")

    assert "The ledger of this case DOES NOT VERIFY" in page
    assert "each line of the ledger verified" not in page


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


def test_hashes_that_an_image_keeps_are_compared(maker: Any, report_of: Callable[..., Path]) -> None:
    hashes = {
        "sha256": "aa", "media": {"size": 9, "md5": "11", "sha1": "22"}, "stored_in_image": {"md5": "11", "sha1": "33"},
        "parts": {"x.E01": {"size": 1234567, "sha256": "bb"}},
    }  # fmt: skip
    page = report_of(maker("x", hashes)).read_text(encoding="utf-8")

    def row(*cells: str) -> str:
        return "<tr>" + "".join(f"<td>{cell}</td>" for cell in cells) + "</tr>"

    md5, sha1 = '<span class="short">MD5</span>', '<span class="short">SHA-1</span>'
    assert row(md5, code("11"), code("11"), "matches") in page
    assert row(sha1, code("33"), code("22"), "DOES NOT MATCH") in page
    assert row("media inside the image", sha1, code("22"), "not hashed again") in page
    assert "1\u202f234\u202f567 bytes" in page


def test_the_page_says_how_far_recovered_rows_can_be_relied_on(maker: Any, report_of: Callable[..., Path]) -> None:
    measured = json.loads((files("echoforensics.report") / "assets" / "recovered_rows.json").read_text("utf-8"))
    assert measured["recovered"] > 0
    assert measured["invented"] * 1000 <= measured["given"]
    made = maker("x")
    made.record()
    assert "Deleted rows of databases" not in report_of(made).read_text(encoding="utf-8")
    made = maker("x")
    for place in ("a freelist page", "unallocated space in a page"):
        made.record(provenance=f"recovered from {place}")
    made.record(provenance="earlier version")
    page = report_of(made).read_text(encoding="utf-8")
    assert "2 records of this case were recovered from room of an SQLite database" in page
    rate = f"{measured['invented'] / measured['given']:.2%}"
    assert f"{spaced(measured['invented'])} never existed ({rate})" in page


def test_issues_that_are_alike_are_shown_together_and_kept_each(maker: Any, report_of: Callable[..., Path]) -> None:
    made = maker("x")
    for number in range(1005):
        made.issue(f"issue {number:04}")
    index = report_of(made)

    page = index.read_text(encoding="utf-8")
    assert re.findall(
        r"<td>([^<]*)</td><td><code class=\"short\">some_parser</code></td><td><span>(.*?)</span>", page
    ) == [("1\u202f005", "issue 0000")]
    with (index.parent / "issues.csv").open(encoding="utf-8", newline="") as stream:
        lines = list(csv.DictReader(stream))
    assert [line["what"] for line in lines] == [f"issue {number:04}" for number in range(1005)]
    assert lines[0] == {
        "evidence": "x", "path": "p", "found_by": "some_parser", "locator": "bytes:0+4", "what": "issue 0000",
        "first_bytes_hex": "003D31",
    }  # fmt: skip


def test_utterances_are_counted_by_their_status(maker: Any, report_of: Callable[..., Path]) -> None:
    made = maker("x")
    for status in ("SUCCESS", "SUCCESS", None, "\ud800", ["odd", 1]):
        made.record(status=status)
    made.record(kind="history", status="DEVICE_ARBITRATION")
    page = report_of(made).read_text(encoding="utf-8")

    (table,) = re.findall(r"<th scope=\"col\">Recorded under</th>.*?<tbody>\n(.*?)</tbody>", page, re.DOTALL)
    cells = [
        re.sub(r"</td><td>", " ", line.removeprefix("<tr><td>").removesuffix("</td></tr>"))
        for line in table.split("\n")
    ]
    assert [re.sub(r"<[^>]*>", "", cell) for cell in cells if cell] == [
        "status SUCCESS 2", "status [&quot;odd&quot;, 1] 1", "status [U+D800] 1", "status none recorded 1",
        "utteranceType DEVICE_ARBITRATION 1",
    ]  # fmt: skip


def test_what_was_not_parsed_is_counted(maker: Any, report_of: Callable[..., Path]) -> None:
    made = maker("x")
    made.entry("a/photo.JPG", b"12345")
    made.entry("b/photo.jpg", b"123")
    made.entry("outer.zip", b"zip")
    made.entry("outer.zip!/inner.gz", b"gz")
    made.entry("outer.zip!/inner.gz!/inner", b"text")
    made.entry("gone", None, state="deleted")
    made.entry("secret", None, note="encrypted; not read")
    page = report_of(made).read_text(encoding="utf-8")

    # "x", the file of the case itself, and "inner" have no ending.
    assert "claimed by no parser: 4 files (16 bytes)" in page
    assert "Not counted here: 2 archives" in page
    assert '<q class="evidence short" dir="auto">.jpg</q></td><td>2</td><td>8</td>' in page
    assert "<td>none</td><td>2</td><td>8</td>" in page
    for words in ("1 name whose content is not there", "1 file that the tool has no key for", "0 files listed"):
        assert words in page


def test_recordings_that_browsers_cannot_play_are_offered_as_files(
    maker: Any, report_of: Callable[..., Path], sound: Callable[[int], bytes]
) -> None:
    made = maker("x")
    made.recording(b"#!AMR\n1", "AMR", "AMR-NB")
    made.recording(b"#!AMR-WB\n1", "AMR", "AMR-WB")
    made.recording(sound(2), codec="IMA ADPCM")
    made.recording(sound(3), codec="mu-law")
    page = report_of(made).read_text(encoding="utf-8")

    assert page.count("<audio ") == 1
    for codec in ("AMR-NB", "AMR-WB", "IMA ADPCM"):
        assert f"browsers have no decoder for {codec}" in page
    assert len(re.findall(r'<a href="media/[0-9a-f]{64}\.amr" download="EF-\d{7}\.amr">Save the file</a>', page)) == 4


def test_many_recordings_have_links_where_players_would_be_slow(
    maker: Any, report_of: Callable[..., Path], sound: Callable[[int], bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(recordings_section, "_MOST_PLAYERS", 2)
    made = maker("x")
    for number in range(5):
        made.recording(sound(number))
    page = report_of(made).read_text(encoding="utf-8")

    assert page.count("<audio ") == 2
    assert page.count('<a class="play" href="media/') == 3


def test_long_text_is_folded_and_whole(maker: Any, report_of: Callable[..., Path]) -> None:
    made = maker("x")
    made.issue("a" * 601 + "END")
    page = report_of(made).read_text(encoding="utf-8")

    assert "… show whole (604 characters)</summary>" in page
    assert "a" * 601 + "END</span></details>" in page


def test_claims_no_more_than_the_records(bundle: Path) -> None:
    page = bundle.read_text(encoding="utf-8").lower()
    for word in ("the user said", "proves", "proof", "guilt", "all recordings", "definitely"):
        assert word not in page, word
