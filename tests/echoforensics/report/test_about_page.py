from __future__ import annotations

import csv
import json
import re
from collections.abc import Callable
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest

from echoforensics.case.case import Case
from echoforensics.report.bundle import write_report
from echoforensics.report.markup import code
from echoforensics.report.markup import number as spaced


def _about(index: Path) -> str:
    """The page with the written sections."""
    return index.with_name("about.html").read_text(encoding="utf-8")


def test_unsigned_and_incomplete_cases_say_so(maker: Any, report_of: Callable[..., Path]) -> None:
    index = report_of(maker("x"))

    for name in ("index.html", "about.html", "recordings.html"):
        page = index.with_name(name).read_text(encoding="utf-8")
        assert "This report is NOT COMPLETE." in page
        assert "This case is UNSIGNED" in page
    assert "no key: UNSIGNED" in _about(index)


def test_signed_and_sealed_case_shows_its_key_hashes_and_issues(sealed: Any, bundle: Path) -> None:
    first, page = bundle.read_text(encoding="utf-8"), _about(bundle)
    for warning in ("NOT COMPLETE", "UNSIGNED", "DOES NOT VERIFY", "CHANGED", 'class="notice"'):
        assert warning not in page
        assert warning not in first.replace('<noscript><p class="notice">', "")
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
        index = write_report(case, tmp_path / "bundle")
        page = _about(index)

    assert "The ledger of this case DOES NOT VERIFY" in page
    assert "The ledger of this case DOES NOT VERIFY" in index.read_text(encoding="utf-8")
    assert "each line of the ledger verified" not in page


def test_hashes_that_an_image_keeps_are_compared(maker: Any, report_of: Callable[..., Path]) -> None:
    hashes = {
        "sha256": "aa", "media": {"size": 9, "md5": "11", "sha1": "22"}, "stored_in_image": {"md5": "11", "sha1": "33"},
        "parts": {"x.E01": {"size": 1234567, "sha256": "bb"}},
    }  # fmt: skip
    page = _about(report_of(maker("x", hashes)))

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
    assert "Deleted rows of databases" not in _about(report_of(made))
    made = maker("x")
    for place in ("a freelist page", "unallocated space in a page"):
        made.record(provenance=f"recovered from {place}")
    made.record(provenance="earlier version")
    page = _about(report_of(made))
    assert "2 records of this case were recovered from room of an SQLite database" in page
    rate = f"{measured['invented'] / measured['given']:.2%}"
    assert f"{spaced(measured['invented'])} never existed ({rate})" in page


def test_issues_that_are_alike_are_shown_together_and_kept_each(maker: Any, report_of: Callable[..., Path]) -> None:
    made = maker("x")
    for number in range(1005):
        made.issue(f"issue {number:04}")
    index = report_of(made)

    page = _about(index)
    assert re.findall(
        r"<td>([^<]*)</td><td><code class=\"short\">some_parser</code></td><td><span>(.*?)</span>", page
    ) == [("1\u202f005", "issue 0000")]
    with (index.parent / "issues.csv").open(encoding="utf-8-sig", newline="") as stream:
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
    page = _about(report_of(made))

    (table,) = re.findall(r"<th scope=\"col\">Recorded under</th>.*?<tbody>\n(.*?)</tbody>", page, re.DOTALL)
    cells = [
        re.sub(r"</td><td>", " ", line.removeprefix("<tr><td>").removesuffix("</td></tr>"))
        for line in table.split("\n")
    ]
    assert [re.sub(r"<[^>]*>", "", cell) for cell in cells if cell] == [
        "status SUCCESS 2", "status [&quot;odd&quot;, 1] 1", "status \\ud800 1", "status none recorded 1",
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
    page = _about(report_of(made))

    # "x", the file of the case itself, and "inner" have no ending.
    assert "claimed by no parser: 4 files (16 bytes)" in page
    assert "Not counted here: 2 archives" in page
    assert '<q class="evidence short" dir="auto">.jpg</q></td><td>2</td><td>8</td>' in page
    assert "<td>none</td><td>2</td><td>8</td>" in page
    for words in ("1 name whose content is not there", "1 file that the tool has no key for", "0 files listed"):
        assert words in page


def test_long_text_is_folded_and_whole(maker: Any, report_of: Callable[..., Path]) -> None:
    made = maker("x")
    made.issue("a" * 601 + "END")
    page = _about(report_of(made))

    assert "… show whole (604 characters)</summary>" in page
    assert "a" * 601 + "END</span></details>" in page


@pytest.mark.parametrize("name", ["index.html", "about.html", "recordings.html"])
def test_claims_no_more_than_the_records(name: str, bundle: Path) -> None:
    page = bundle.with_name(name).read_text(encoding="utf-8").lower()
    for word in ("the user said", "proves", "proof", "guilt", "all recordings", "definitely"):
        assert word not in page, word
