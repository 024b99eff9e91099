"""``interactions``: lists, formats, filters; the rows and the bytes of one; gaps."""

from __future__ import annotations

import csv
import json
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Run = Callable[..., "subprocess.CompletedProcess[str]"]

OFF = "alexa turn off the lights"


@pytest.fixture
def listed(run: Run, sealed: Any) -> Callable[..., list[dict[str, Any]]]:
    def ask(*arguments: str, name: str = "interactions") -> list[dict[str, Any]]:
        done = run("interactions", sealed.path, "--json", *arguments)
        assert done.returncode == 0, done.stderr
        found: list[dict[str, Any]] = json.loads(done.stdout)[name]
        return found

    return ask


def test_a_line_for_each_and_everything_on_request(run: Run, sealed: Any) -> None:
    done = run("interactions", sealed.path)
    lines = done.stdout.splitlines()
    assert done.stderr == f"{len(lines)} interactions\n"
    assert [line[:10] for line in lines] == [f"IN-{number:07}" for number in range(1, len(lines) + 1)]
    whole = run("interactions", sealed.path, "-f", "text", "--search", OFF).stdout
    assert f'the text that the service stored is "{OFF}", with the status SUCCESS' in whole
    assert "utterance id: It names the utterance id of the stream" in whole
    assert "record key: It shares the number 2 with another member." in whole
    assert "Answer, answer (EF-" in whole
    assert 'the entry of type "Knowledge".' in whole


def test_every_answered_utterance_has_device_account_and_sound(listed: Callable[..., list[dict[str, Any]]]) -> None:
    answered = [one for one in listed() if any(member["data_type"] == "echo:log:answer" for member in one["members"])]
    assert len(answered) == 2
    assert all(one["sources"] == ["account", "device", "sound"] for one in answered)
    places = [member["places"] for one in answered for member in one["members"]
              if member["data_type"] == "recording:audio"]  # fmt: skip
    assert places == [2, 2], "a copy is one more place of the one recording"


def test_filters(listed: Callable[..., list[dict[str, Any]]]) -> None:
    (found,) = listed("--search", OFF)
    assert listed("--from", "2024-03-09T18:07Z", "--to", "2024-03-09T18:08Z") == [found]
    seoul = listed("--from", "2024-03-10T03:07", "--to", "2024-03-10T03:08", "--timezone", "Asia/Seoul")
    assert [one["local_time"] for one in seoul] == ["2024-03-10T03:07:03.000000+09:00"]
    assert found in listed("--device", "Kitchen Echo")
    assert listed("--device", "kitchen echo") == listed("--device", "Kitchen Echo")
    unintended = listed("--unintended")
    assert found not in unintended
    signs = [sign for one in unintended for sign in one["unintended"]["signs"]]
    assert sorted(signs) == [
        "discarded",
        "near miss",
        "near miss",
        "recording without entry",
        "recording without entry",
    ]
    assert all(one["unintended"]["speaks_for"] and one["unintended"]["speaks_against"] for one in unintended)


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (("--device", "kichen echoo"), "there is no device serial, type or name 'kichen echoo' in this case; "),
        (("--from", "2024-03-11", "--to", "2024-03-01"), "--from must be before --to: "),
    ],
)
def test_what_no_interaction_can_answer_is_refused(
    run: Run, sealed: Any, arguments: tuple[str, ...], expected: str
) -> None:
    done = run("interactions", sealed.path, *arguments)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith(f"echoforensics: {expected}")


def test_formats_hold_the_same(
    run: Run, sealed: Any, tmp_path: Path, listed: Callable[..., list[dict[str, Any]]]
) -> None:
    expected = listed()
    assert run("interactions", sealed.path, "-o", "x.jsonl").returncode == 0
    assert [json.loads(line) for line in (tmp_path / "x.jsonl").read_text("utf-8").splitlines()] == expected
    done = run("interactions", sealed.path, "-o", "x.csv")
    assert done.stderr.splitlines()[0] == f"{len(expected)} interactions written to x.csv"
    with (tmp_path / "x.csv").open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    assert [row["number"] for row in rows] == [one["number"] for one in expected]
    assert [row["transcript"] for row in rows] == [one["transcript"] or "" for one in expected]
    again = run("interactions", sealed.path, "-o", "x.csv")
    assert (again.returncode, "already exists" in again.stderr) == (2, True)
    inside = run("interactions", sealed.path, "-o", str(sealed.path / "x.csv"))
    assert (inside.returncode, "nothing is written there" in inside.stderr) == (2, True)


def test_rows_and_bytes_of_one(run: Run, sealed: Any, listed: Callable[..., list[dict[str, Any]]]) -> None:
    (found,) = listed("--search", OFF)
    exhibits = {member["exhibit"] for member in found["members"]}
    done = run("timeline", sealed.path, "-f", "jsonl", "--interaction", found["number"])
    rows = [json.loads(line) for line in done.stdout.splitlines()]
    assert {row["interaction"] for row in rows} == {found["number"]}
    assert exhibits <= {row["exhibit"] for row in rows}
    traced = json.loads(run("trace", sealed.path, found["number"], "--json").stdout)
    assert traced["interaction"] == found
    assert {trace["row"]["exhibit"] for trace in traced["traces"]} == exhibits
    assert all(trace["unchanged"] and trace["found"]["content"] and trace["reason"] for trace in traced["traces"])
    text = run("trace", sealed.path, found["number"].lower(), "--bytes", "16").stdout
    assert text.count("Read again from the evidence.") == len(exhibits)


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (("trace", "IN-99"), "there is no interaction IN-99 in this case"),
        (("trace", "IN-1", "--raw"), "--raw needs one exhibit; an interaction has several records"),
        (("timeline", "--interaction", "x"), "there is no interaction x in this case"),
        (("interactions", "--gaps", "--unintended"), "--gaps cannot be combined with filters"),
        (("interactions", "--json", "-f", "csv"), "give --json or -f, not both"),
        (
            ("interactions", "--device", "Kitchen"),
            "there is no device serial, type or name 'Kitchen' in this case; alike are: Kitchen Echo",
        ),
        (("interactions", "--from", "2024-03-10", "--to", "2024-03-08"), "--from must be before --to"),
    ],
)
def test_what_is_refused(arguments: tuple[str, ...], expected: str, run: Run, sealed: Any) -> None:
    command, *rest = arguments
    done = run(command, sealed.path, *rest)
    assert (done.returncode, done.stdout) == (2, "")
    assert expected in done.stderr


def test_gaps(run: Run, sealed: Any, tmp_path: Path, listed: Callable[..., list[dict[str, Any]]]) -> None:
    found = listed("--gaps", name="gaps")
    kinds = [gap["data_type"] for gap in found]
    assert kinds == ["gap:entry_without_sound", "gap:retention", "gap:sound_without_entry", "gap:sound_without_entry"]
    assert all(gap["explanations"] and gap["derived_from"] and gap["parser"] == "gap_finder" for gap in found)
    assert run("interactions", sealed.path, "--gaps", "-o", "gaps.csv").returncode == 0
    with (tmp_path / "gaps.csv").open(encoding="utf-8", newline="") as stream:
        assert [row["data_type"] for row in csv.DictReader(stream)] == kinds
    lines = run("interactions", sealed.path, "--gaps").stdout
    assert "Explanations, none preferred: " in lines
    assert "GAP-0000002  before 2024-03-08 21:00:00 UTC  gap:retention: " in lines
    assert "GAP-0000003  no time  gap:sound_without_entry: " in lines


def test_gaps_stand_among_the_rows_where_they_are_asked_for(run: Run, sealed: Any) -> None:
    def ask(*arguments: str) -> list[dict[str, Any]]:
        done = run("timeline", sealed.path, "-f", "jsonl", *arguments)
        return [json.loads(line) for line in done.stdout.splitlines()]

    plain, both = ask(), ask("--gaps")
    added = [row for row in both if row["data_type"].startswith("gap:")]
    assert [row for row in both if row not in added] == plain
    assert [row["exhibit"] for row in added] == [f"GAP-{number:07}" for number in range(1, 5)]
    assert both.index(added[0]) < len(plain) - 1, "by time"
    assert all(row["parser"] == "gap_finder" and row["path"] and row["places"] == 0 for row in added)
    assert ask("--gaps", "--type", "gap") == added
    assert [row["data_type"] for row in ask("--gaps", "--type", "gap", "--to", "2024-03-09T00:00Z")] == [
        "gap:entry_without_sound"
    ]
    assert ask("--gaps", "--search", "oldest chunk") == [row for row in added if row["data_type"] == "gap:retention"]
    assert not any(row in added for row in ask("--gaps", "--recordings-only"))
    refused = run("timeline", sealed.path, "-f", "tln", "--gaps")
    assert (refused.returncode, "--gaps works with csv, jsonl and xlsx only" in refused.stderr) == (2, True)


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        (("--search", "zebra"), "none has the text 'zebra'."),
        (
            ("--search", OFF, "--unintended"),
            "each of the options alone matches some, but none matches all of them.",
        ),
        (
            ("--search", OFF, "--from", "2024-03-10T00:00Z"),
            "none began between --from and --to; those of the case began from 2024-03-08T20:31:47.000000+00:00 to"
            " 2024-03-09T22:40:05.000000+00:00; of 1 that match all else, 1 before --from, 0 after --to, and 0 at a"
            " time that no record holds.",
        ),
    ],
)
def test_an_empty_answer_says_why(arguments: tuple[str, ...], why: str, run: Run, sealed: Any) -> None:
    done = run("interactions", sealed.path, *arguments)
    assert (done.returncode, done.stdout) == (0, "")
    assert done.stderr.splitlines()[-1] == f"0 interactions: {why}"


def test_nothing_was_spoken_and_nothing_is_missing(run: Run, tmp_path: Path) -> None:
    (tmp_path / "source").mkdir()
    (tmp_path / "source" / "a.bin").write_bytes(b"nothing that is known")
    assert run("extract", tmp_path / "source", "-c", "case", "--unsigned").returncode == 0
    done = run("interactions", "case")
    assert done.stderr == "0 interactions: no record of the case is about anything spoken to a device.\n"
    gaps = run("interactions", "case", "--gaps").stderr
    assert gaps.startswith("0 gaps: nothing in the case shows that something is missing,")
