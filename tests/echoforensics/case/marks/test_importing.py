"""Marks of a reviewer become signed records of the case they were made in; what is wrong is refused by name."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from echoforensics.case.marks.importing import import_marks
from echoforensics.case.marks.marks_file import case_identity, read_marks
from echoforensics.cli.main import cli
from echoforensics.errors import UsageError
from echoforensics.library import open_case
from echoforensics.verification import verify_case

NOTE = {
    "kind": "note",
    "about": "EF-0000002",
    "text": "Two voices?",
    "author": "R. Viewer",
    "date": "2026-11-28T20:49:03+01:00",
}
WriteMarks = Callable[..., Path]


@pytest.fixture
def write_marks(copy_of_sealed: Path, tmp_path: Path) -> WriteMarks:
    """Writes a marks file of the sealed case."""
    with open_case(copy_of_sealed) as case:
        identity = case_identity(case)

    def written(*marks: object, **changes: object) -> Path:
        path = tmp_path / "marks.json"
        whole = {"form": "echoforensics marks", "version": 1, "case": identity, "marks": marks, **changes}
        path.write_text(json.dumps(whole), encoding="utf-8")
        return path

    return written


def test_each_mark_becomes_a_record(sealed: Any, copy_of_sealed: Path, write_marks: WriteMarks) -> None:
    with open_case(copy_of_sealed) as case:
        whole = case.interaction("IN-0000001")
    exhibit = next(member.exhibit for member in whole.members if member.exhibit)
    file = write_marks(
        NOTE,
        {**NOTE, "kind": "tag", "about": "IN-0000001", "exhibit": exhibit, "text": "privileged"},
        {**NOTE, "kind": "exclude", "text": ""},
    )
    added = import_marks(copy_of_sealed, file, sealed.key)

    assert len(added.exhibits) == 3
    with open_case(copy_of_sealed) as case:
        note, tag, exclude = (case.row(name) for name in added.exhibits)
        assert [row["data_type"] for row in (note, tag, exclude)] == [
            "annotation:note", "annotation:tag", "annotation:exclude",
        ]  # fmt: skip
        assert note["message"].startswith('Note by R. Viewer, 2026-11-28 19:49:03 UTC: "Two voices?".')
        assert 'on the whole interaction: "privileged".' in tag["message"]
        assert "Excluded by R. Viewer, 2026-11-28 19:49:03 UTC, no reason given." in exclude["message"]
        assert note["datetime"] == case.row("2")["datetime"]
        kept = case.interaction("IN-0000001").annotations
        assert [
            (one.exhibit, one.fields["interaction"], one.fields["author"])
            for one in kept
            if one.exhibit == tag["exhibit"]
        ] == [(tag["exhibit"], "IN-0000001", "R. Viewer")]
        line = list(case.actions())[-2]
    assert (line.detail["authors"], line.detail["sha256"]) == (["R. Viewer"], read_marks(file).sha256)
    assert verify_case(copy_of_sealed).ok


def test_importing_twice_adds_nothing(sealed: Any, copy_of_sealed: Path, write_marks: WriteMarks) -> None:
    import_marks(copy_of_sealed, write_marks(NOTE), sealed.key)
    again = import_marks(copy_of_sealed, write_marks(NOTE, {**NOTE, "text": "Another."}), sealed.key)
    assert (len(again.exhibits), again.known) == (1, 1)


def test_a_file_of_another_case_is_refused(sealed: Any, copy_of_sealed: Path, write_marks: WriteMarks) -> None:
    with pytest.raises(UsageError, match="its marks are of another case, 'aaaa"):
        import_marks(copy_of_sealed, write_marks(NOTE, case="a" * 64), sealed.key)


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"about": "EF-0999999"}, "the case does not have EF-0999999"),
        ({"about": "IN-0999999", "exhibit": "EF-0000001"}, "the case does not have IN-0999999 with EF-0000001"),
    ],
)
def test_what_the_case_does_not_have_is_refused_by_name(
    sealed: Any, copy_of_sealed: Path, write_marks: WriteMarks, change: dict[str, str], named: str
) -> None:
    with pytest.raises(UsageError, match=named):
        import_marks(copy_of_sealed, write_marks(NOTE, {**NOTE, **change}), sealed.key)
    with open_case(copy_of_sealed) as case:
        assert len(case.rows(types=["annotation"])) == 0


def test_an_exhibit_that_is_not_of_the_interaction_is_refused(
    sealed: Any, copy_of_sealed: Path, write_marks: WriteMarks
) -> None:
    with open_case(copy_of_sealed) as case:
        other = next(row["exhibit"] for row in case.rows() if row["interaction"] != "IN-0000001")
    with pytest.raises(UsageError, match=f"IN-0000001 with {other}"):
        import_marks(copy_of_sealed, write_marks({**NOTE, "about": "IN-0000001", "exhibit": other}), sealed.key)


@pytest.mark.parametrize(
    ("mark", "why"),
    [
        ("text", "mark 1 is not an object"),
        ({**NOTE, "kind": "order"}, "mark 1 is of the kind 'order'"),
        ({**NOTE, "about": "12"}, "mark 1 is about '12'"),
        ({**NOTE, "about": "IN-0000001"}, "names no exhibit of IN-0000001"),
        ({**NOTE, "exhibit": "EF-0000003"}, "names another exhibit, EF-0000003"),
        ({**NOTE, "text": " "}, '"text" must be a text of 1 to 10000 characters'),
        ({**NOTE, "kind": "tag", "text": "x" * 101}, '"text" must be a text of 1 to 100 characters'),
        ({**NOTE, "text": "a\0b"}, '"text" must be a text'),
        ({**NOTE, "text": "\ud800"}, '"text" must be a text'),
        ({**NOTE, "author": "R\udfff"}, '"author" must be a text'),
        ({**NOTE, "kind": ["note"]}, "mark 1 is of the kind ['note']"),
        ({**NOTE, "author": ""}, '"author" must be a text'),
        ({**NOTE, "author": None}, '"author" must be a text'),
        ({**NOTE, "date": "2026-11-28T19:49:03"}, '"date" must be a time with a zone'),
        ({**NOTE, "date": 5}, '"date" must be a time with a zone'),
        ({**NOTE, "date": "0001-01-01T00:00:00+10:00"}, "is not a valid time in UTC"),
        ({**NOTE, "script": "x"}, "mark 1 has unknown keys: script"),
    ],
)
def test_a_mark_that_is_not_as_the_form_says_is_refused(write_marks: WriteMarks, mark: object, why: str) -> None:
    with pytest.raises(UsageError) as error:
        read_marks(write_marks(mark))
    assert why in str(error.value)


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "it is not JSON"), (b"[" * 100_000, "it is not JSON"),
        (b"\xff", "it is not JSON"), (b"[]", "is not a marks file"),
        (b'{"form": "echoforensics marks", "version": 2}', "a marks file of version 2"),
        (b'{"form": "echoforensics marks", "version": 1, "case": 1, "marks": []}', '"case" must be a text'),
    ],
)  # fmt: skip
def test_what_is_no_marks_file_is_refused(tmp_path: Path, content: bytes, why: str) -> None:
    (tmp_path / "marks.json").write_bytes(content)
    with pytest.raises(UsageError, match=why):
        read_marks(tmp_path / "marks.json")


def test_the_command(copy_of_sealed: Path, write_marks: WriteMarks, tmp_path: Path, sealed: Any) -> None:
    key = tmp_path / "examiner.pem"
    sealed.key.save(key, "secret")
    command = ["report", str(copy_of_sealed), "-o", str(tmp_path / "out"), "--import-marks", str(write_marks(NOTE))]
    done = CliRunner(env={"ECHOFORENSICS_PASSPHRASE": "secret"}).invoke(cli, [*command, "--key", str(key)])
    assert done.exit_code == 0, done.output
    assert "marks.json: 1 mark added, EF-" in done.output
    assert "Two voices?" in (tmp_path / "out" / "timeline.csv").read_text(encoding="utf-8")
