from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from echoforensics.case.case import Case
from echoforensics.case.exhibits.row import Query
from echoforensics.case.marks.importing import import_marks
from echoforensics.case.row_query import rows
from echoforensics.cli.main import cli
from echoforensics.errors import UsageError
from echoforensics.report import markup
from echoforensics.report.bundle import write_report
from echoforensics.report.marked_rows import marked_exhibits
from echoforensics.report.report_part import report_part
from echoforensics.report.words.language import language

Open = Callable[..., Any]


def _everything(folder: Path) -> str:
    """The text of every file but the recordings and the assets."""
    found = [path for path in sorted(folder.rglob("*")) if path.is_file()]
    return "\n".join(path.read_text(encoding="utf-8") for path in found if path.parent.name not in ("media", "app"))


def _refuse_left_out(sealed: Any, folder: Path, kept: set[str]) -> None:
    """Nothing of a row that was left out is in the folder."""
    text = _everything(folder).replace("\\u0026", "&").replace("\\\\u0026", "&")
    shown = [row for row in sealed.rows() if row["exhibit"] in kept]
    for row in sealed.rows():
        if row["exhibit"] in kept:
            assert row["exhibit"] in text
            continue
        assert row["exhibit"] not in text
        for name in ("record", "message", "transcript"):
            held = row[name]
            if held and not any(held in str(list(other.values())) for other in shown) and len(held) > 8:
                assert held not in text, (row["exhibit"], name)


@pytest.mark.parametrize(
    "query",
    [
        Query(interaction=4),
        Query(types=("alexa:cloud:activity",)),
        Query(types=("echo:log",), states=("live",)),
        Query(states=("deleted",)),
        Query(end=1_709_982_000_000_000),
        Query(search="lights"),
        Query(recordings_only=True, evidence=("alexa-cloud.zip",)),
    ],
)
def test_nothing_of_what_is_left_out_is_in_the_folder(query: Query, sealed: Any, tmp_path: Path) -> None:
    with Case.open(sealed.path) as case:
        index = write_report(case, tmp_path / "part", query=query)
        kept = {row["exhibit"] for row in rows(case.store, query)}
        recordings = {row["sha256"]: row["exhibit"] for row in case.rows(types=["recording"])}

    assert 0 < len(kept) < len(sealed.rows())
    _refuse_left_out(sealed, index.parent, kept)
    media = list((index.parent / "media").iterdir())
    assert {path.name[:10] for path in media} == set(recordings.values()) & kept
    assert not (index.parent / "issues.csv").exists()
    left_out = len(sealed.rows()) - len(kept)
    for name in ("index.html", "about.html", "recordings.html"):
        page = index.with_name(name).read_text(encoding="utf-8")
        assert f"This report is a part of the case: {len(kept)} row" in page
        assert f"{left_out} row" in page
    assert "This report is a part of the case" in (index.parent / "README.txt").read_text()


def test_a_part_names_no_device_as_only_other_rows_do(sealed: Any, tmp_path: Path) -> None:
    with Case.open(sealed.path) as case:
        names = {name for device in case.devices() for name in device.names}
        members = case.interaction("IN-0000004").members
        query = Query(interaction=4)
        index = write_report(case, tmp_path / "part", query=query)
        assert {row["exhibit"] for row in rows(case.store, query)} >= {member.exhibit for member in members}
        shown = "".join(str(row) for row in rows(case.store, query))
    elsewhere = {name for name in names if name not in shown}

    assert elsewhere
    for path in (index.parent / "data").iterdir():
        assert not [name for name in elsewhere if name in path.read_text(encoding="utf-8")], path.name


def test_an_interaction_of_which_some_is_left_out_says_no_more_than_the_rest(
    sealed: Any, tmp_path: Path, open_page: Open
) -> None:
    with Case.open(sealed.path) as case:
        whole = case.interaction("IN-0000004")
        index = write_report(case, tmp_path / "part", query=Query(types=("echo:log:wake_word",)))
    page = open_page(index, "#IN-0000004")

    card = page.locator("#card-IN-0000004")
    assert f"{len(whole.members) - 1} records of this interaction are not in this part" in card.inner_text()
    assert whole.transcript is not None
    assert whole.transcript not in card.inner_text()
    assert card.locator(".player").count() == 0
    page.get_by_text("This report is a part of the case").first.wait_for()
    page.goto(f"{index.as_uri()}#timeline")
    page.get_by_role("button", name="Print these").click()
    page.locator("#view-print .part").wait_for()


def test_a_part_says_which_it_is(sealed: Any) -> None:
    with Case.open(sealed.path) as case:
        part = report_part(case, Query(start=1_709_928_000_000_000, types=("echo:log", "alexa"), recordings_only=True))
        sentence = part.sentence(language("en"))
        assert report_part(case).sentence(language("en")) == ""

    assert sentence.endswith(
        "It holds rows from 2024-03-08 20:00:00 UTC, of the kind echo:log or alexa, with a recording."
    )
    assert f"{markup.number(len(sealed.rows()) - part.rows)} rows were left out" in sentence


def test_the_written_sections_count_nothing_of_what_is_left_out(sealed: Any, tmp_path: Path) -> None:
    with Case.open(sealed.path) as case:
        page = write_report(case, tmp_path / "part", query=Query(types=("echo:log:wake_word",))).with_name("about.html")
        kept = list(case.rows(types=["echo:log:wake_word"]))
    text = page.read_text(encoding="utf-8")

    assert f"version 2: {len({row['record'] for row in kept})} records." in text
    for other in (
        "alexa_activities",
        "Recordings that belong to records",
        ">cloud</code>",
        "When clocks were",
    ):
        assert other not in text
    assert f"<td>the clock of the Echo</td><td>{len(kept)}</td>" in text


def _marks(case: Case, *marks: tuple[str, str, str]) -> str:
    begun = next(iter(case.actions()))
    made = [
        {"kind": kind, "about": about, "exhibit": exhibit, "text": "x", "author": "R", "date": "2026-11-28T19:47:17Z"}
        for kind, about, exhibit in marks
    ]
    return json.dumps({"form": "echoforensics marks", "version": 1, "case": begun.line_hash, "marks": made})


def test_a_part_is_chosen_by_marks(sealed: Any, tmp_path: Path) -> None:
    file = tmp_path / "marks.json"
    with Case.open(sealed.path) as case:
        member = next(member for member in case.interaction("IN-0000004").members if member.exhibit)
        one = case.row("EF-0000001")
        marks = [("tag", "IN-0000004", member.exhibit), ("note", one["exhibit"], one["exhibit"]),
                 ("exclude", member.exhibit, member.exhibit)]  # fmt: skip
        file.write_text(_marks(case, *marks))
        chosen = marked_exhibits(case, file)
        records = {each.record for each in case.interaction("IN-0000004").members} - {member.record}
        assert chosen == {row["exhibit"] for row in case.rows() if row["record"] in records | {one["record"]}}
        file.write_text(_marks(case).replace('"case": "', '"case": "0'))
        with pytest.raises(UsageError):
            marked_exhibits(case, file)


def test_annotations_of_what_is_left_out_are_left_out(
    sealed: Any, copy_of_sealed: Path, tmp_path: Path, open_page: Open
) -> None:
    with Case.open(copy_of_sealed) as case:
        one = case.interaction("IN-0000004")
        (tmp_path / "marks.json").write_text(
            _marks(case, ("note", one.number, next(member.exhibit for member in one.members))).replace(
                '"text": "x"', '"text": "Whispered words"'
            )
        )
    import_marks(copy_of_sealed, tmp_path / "marks.json", sealed.key)
    with Case.open(copy_of_sealed) as case:
        whole = write_report(case, tmp_path / "whole")
        part = write_report(case, tmp_path / "part", query=Query(types=("echo:log", "alexa:cloud")))
        same = write_report(case, tmp_path / "same", query=Query(types=("echo", "alexa", "recording", "annotation")))
        assert len(case.rows(types=["echo:log:wake_word"], interaction=one.number)) > 0

    assert "Whispered words" in _everything(whole.parent)
    assert "Whispered words" in _everything(same.parent)
    assert "Whispered words" not in _everything(part.parent)
    page = open_page(whole, f"#{one.number}")
    assert "Whispered words" in page.locator(f"#card-{one.number} .annotation").inner_text()


def test_the_command_writes_a_part(sealed: Any, copy_of_sealed: Path, tmp_path: Path) -> None:
    with Case.open(copy_of_sealed) as case:
        (tmp_path / "marks.json").write_text(_marks(case, ("tag", "EF-0000003", "EF-0000003")))
    arguments = ["report", str(copy_of_sealed), "-o", str(tmp_path / "part"), "--marked", str(tmp_path / "marks.json")]

    found = CliRunner().invoke(cli, [*arguments, "--type", "echo:log:wake_word"])

    assert found.exit_code == 0, found.output
    assert "This report is a part of the case" in found.output
    row = next(row for row in sealed.rows() if row["exhibit"] == "EF-0000003")
    kept = {each["exhibit"] for each in sealed.rows() if each["record"] == row["record"]}
    _refuse_left_out(sealed, tmp_path / "part", kept)
    refused = CliRunner().invoke(cli, ["report", str(copy_of_sealed), "-o", str(tmp_path / "x"), "--device", "none"])
    assert isinstance(refused.exception, UsageError)
    assert not (tmp_path / "x").exists()
