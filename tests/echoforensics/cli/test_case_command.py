from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from echoforensics.cli.main import cli

Run = Callable[..., Any]


def test_cases_of_two_folders_become_one(run: Run, tmp_path: Path) -> None:
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "activities.json").write_text(
            json.dumps({"activities": [{"id": f"A#{name}", "creationTimestamp": 1709929909094}]})
        )
        assert run("extract", tmp_path / name, "-c", tmp_path / f"case-{name}", "--unsigned").returncode == 0

    whole, parts = tmp_path / "whole", (tmp_path / "case-a", tmp_path / "case-b")
    done = run("case", "merge", whole, *parts, "--unsigned", "--json")

    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["evidence"] == 2
    assert run("verify", whole).returncode == 0
    again = run("case", "merge", whole, parts[0], "--unsigned")
    assert again.stdout.startswith(f"Case {whole}: 2 evidence items, 2 entries read.")
    assert "passing over a, which the case has already\n" in again.stderr
    length, head = (whole / "custody.head").read_text().split()
    assert f"\nLedger: {length} lines, head {head}\n" in again.stdout
    alone = run("case", "merge", tmp_path / "alone", parts[0], "--unsigned")
    assert alone.stdout.startswith(f"Case {tmp_path / 'alone'}: 1 evidence item, 1 entry read.\n")
    assert run("case", "merge", whole, tmp_path / "a", "--unsigned").returncode == 2


def test_no_key_is_made_for_a_case_that_has_a_ledger(run: Run, copy_of_sealed: Path, tmp_path: Path) -> None:
    before = (copy_of_sealed / "custody.jsonl").read_bytes()
    more = tmp_path / "more"
    more.mkdir()
    for command in (
        ("case", "drop", copy_of_sealed, "1", "--reason", "privileged"),
        ("case", "merge", copy_of_sealed, copy_of_sealed),
        ("extract", more, "-c", copy_of_sealed),
    ):
        done = run(*command, ECHOFORENSICS_KEY=str(tmp_path / "mine.pem"))
        assert done.returncode == 2
        assert f"Name the one that {copy_of_sealed} is signed with: --key FILE" in done.stderr
    assert not (tmp_path / "mine.pem").exists()
    assert (copy_of_sealed / "custody.jsonl").read_bytes() == before


def test_dropping_shows_the_new_head(run: Run, tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    activity = {
        "id": "A1B2C3#1489000000000#A7WXQPH584YP#B0F00712345678", "creationTimestamp": 1489000000000,
        "activityStatus": "SUCCESS", "registeredCustomerId": "A1B2C3", "utteranceId": None, "sourceDeviceIds": [],
        "description": '{"summary": "alexa stop"}',
    }  # fmt: skip
    (tmp_path / "a" / "activities.json").write_text(json.dumps({"activities": [activity]}))
    case = tmp_path / "case"
    made = run("extract", tmp_path / "a", "-c", case, "--unsigned")
    assert "\n1 record in 1 row; 0 distinct recordings; 1 artefact kept.\n" in made.stdout
    before = (case / "custody.jsonl").read_bytes(), (case / "case.db").read_bytes()
    tried = run("case", "drop", case, "1", "--reason", "privileged", "--unsigned", "--dry-run")
    assert tried.stdout == ("Nothing was changed. Would be dropped: 1 file, with 1 record and 0 issues: EF-0000001\n")
    assert ((case / "custody.jsonl").read_bytes(), (case / "case.db").read_bytes()) == before
    assert run("verify", case).returncode == 0
    done = run("case", "drop", case, "1", "--reason", "privileged", "--unsigned")
    length, head = (case / "custody.head").read_text().split()
    assert done.stdout == (
        f"Dropped: 1 file, with 1 record and 0 issues: EF-0000001\nLedger: {length} lines, head {head}\n"
    )


def test_on_a_terminal_nothing_is_dropped_before_it_is_agreed_to(
    copy_of_sealed: Path, sealed: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("echoforensics.cli.keys.for_signing", lambda *_, **__: sealed.key)
    monkeypatch.setattr("echoforensics.cli.case_commands.drop._on_a_terminal", lambda: True)
    before = (copy_of_sealed / "custody.jsonl").read_bytes()
    command = ["case", "drop", str(copy_of_sealed), "1", "--reason", "privileged"]

    refused = CliRunner().invoke(cli, command, input="n\n")
    assert refused.exit_code == 1
    assert refused.stdout.startswith("To be dropped: 1 file, with ")
    assert (copy_of_sealed / "custody.jsonl").read_bytes() == before

    agreed = CliRunner().invoke(cli, command, input="y\n")
    assert agreed.exit_code == 0, agreed.output
    assert "\nDropped: 1 file, with " in agreed.stdout


def test_what_is_no_case_is_not_dropped_from(run: Run, tmp_path: Path) -> None:
    done = run("case", "drop", tmp_path / "nowhere", "1", "--reason", "privileged", "--unsigned")
    assert done.returncode == 2
    assert "nowhere: not a case folder" in done.stderr
    assert not (tmp_path / "nowhere").exists()
