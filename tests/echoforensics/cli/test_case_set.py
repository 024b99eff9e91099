"""``case set``: what a report's head says of the matter."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Run = Callable[..., Any]


@pytest.fixture
def unsigned_case(run: Run, tmp_path: Path) -> Path:
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "activities.json").write_text(json.dumps({"activities": [{"id": "A", "creationTimestamp": 0}]}))
    assert run("extract", tmp_path / "a", "-c", tmp_path / "case", "--unsigned").returncode == 0
    return tmp_path / "case"


def test_the_matter_is_a_line_of_the_ledger_and_the_case_stays_sealed(run: Run, unsigned_case: Path) -> None:
    database = (unsigned_case / "case.db").read_bytes()
    done = run(
        "case", "set", unsigned_case, "--unsigned", "--examiner", "A. Examiner", "--request", "Which voices?",
        "--authority", "Order 12", "--json",
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    length, head = (unsigned_case / "custody.head").read_text().split()
    assert json.loads(done.stdout) == {
        "request": "Which voices?", "authority": "Order 12", "ledger_lines": int(length), "head": head,
    }  # fmt: skip
    entry = json.loads((unsigned_case / "custody.jsonl").read_text().splitlines()[-1])["entry"]
    assert (entry["action"], entry["actor"]) == ("matter described", "A. Examiner")
    assert entry["detail"] == {"request": "Which voices?", "authority": "Order 12"}
    assert (unsigned_case / "case.db").read_bytes() == database
    assert run("verify", unsigned_case).returncode == 0


def test_later_words_take_the_place_of_earlier_ones_and_are_in_the_report(
    run: Run, unsigned_case: Path, tmp_path: Path
) -> None:
    run("case", "set", unsigned_case, "--unsigned", "--request", "First <b>request</b>", "--subject", "Somebody")
    done = run("case", "set", unsigned_case, "--unsigned", "--request", "Second <b>request</b>", "--subject", "")
    assert done.stdout.startswith("request: Second <b>request</b>\nLedger: ")
    assert run("report", unsigned_case, "-o", tmp_path / "report").returncode == 0
    page = (tmp_path / "report" / "about.html").read_text(encoding="utf-8")
    assert "<dt>Request</dt><dd><span>Second &lt;b&gt;request&lt;/b&gt;</span></dd>" in page
    assert "<dt>Subject</dt><dd>not recorded</dd>" in page


def test_a_line_end_in_what_was_recorded_begins_no_line_of_the_history(run: Run, unsigned_case: Path) -> None:
    forged = "x\nSigned with the key 00\nLedger: 9 lines"
    assert run("case", "set", unsigned_case, "--unsigned", "--request", forged).returncode == 0
    lines = run("ledger", unsigned_case).stdout.splitlines()
    assert not any(line.startswith("Signed") for line in lines)
    assert [line for line in lines if line.startswith("Ledger: ")] == lines[-1:]
    assert "request: x\\u000aSigned with the key 00\\u000aLedger: 9 lines" in "\n".join(lines)


def test_nothing_or_too_much_is_refused(run: Run, unsigned_case: Path) -> None:
    before = (unsigned_case / "custody.jsonl").read_bytes()
    nothing = run("case", "set", unsigned_case, "--unsigned")
    assert nothing.returncode == 2
    assert "give at least one of: --request, --scope" in nothing.stderr
    long = run("case", "set", unsigned_case, "--unsigned", "--scope", "x" * 10_001)
    assert long.returncode == 2
    assert "--scope: is longer than 10000 characters" in long.stderr
    assert (unsigned_case / "custody.jsonl").read_bytes() == before


def test_an_altered_case_takes_no_words(run: Run, unsigned_case: Path) -> None:
    with (unsigned_case / "case.db").open("ab") as stream:
        stream.write(b"x")
    assert run("case", "set", unsigned_case, "--unsigned", "--request", "Which?").returncode == 1
