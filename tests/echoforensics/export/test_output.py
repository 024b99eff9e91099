"""What is beside an export, what is left of one that was interrupted, and how much memory one takes."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from echoforensics.case.case import Case
from echoforensics.case.exhibits.row import Query, Row
from echoforensics.errors import UsageError
from echoforensics.export import csv_table, formats
from echoforensics.export.about import Written, about_export
from echoforensics.export.formats import FORMATS
from echoforensics.export.output import Target, export

Export = Callable[..., Written]
FORMS = sorted(FORMATS)


def test_formats_with_no_place_for_it_say_in_a_file_beside_them_what_they_are(write: Export, tmp_path: Path) -> None:
    for form in FORMS:
        ending = FORMATS[form].ending
        written = write(tmp_path / f"x{ending}", form, Query(types=("alexa:cloud",), start=0), "Asia/Seoul")
        if FORMATS[form].about_inside:
            assert not (tmp_path / f"x{ending}.about.json").exists(), form
            continue
        beside = tmp_path / f"x{ending}.about.json" if ending else tmp_path / "x/export.about.json"
        stated = json.loads(beside.read_text("utf-8"))
        assert stated.pop("made_at").endswith("+00:00")
        assert stated.pop("program").startswith("echoforensics ")
        assert stated == {
            "case": "case", "reference": "T-1", "examiner": "E. Xaminer & <Söhne>", "agency": "Laboratory",
            "unverified": "", "corrected_clocks": False,
            "timezone": "Asia/Seoul", "filters": {"start": "1970-01-01T00:00:00+00:00", "types": ["alexa:cloud"]},
            "rows": written.rows, "rows_left_out": written.left_out, "left_out_because": written.why,
        }, form  # fmt: skip


def test_what_is_unverified_says_so(opened: Case, tmp_path: Path) -> None:
    opened.mark_unverified("the ledger does not vouch for it")
    export(opened, Query(), Target.of(tmp_path / "x.csv"), None)
    stated = json.loads((tmp_path / "x.csv.about.json").read_text("utf-8"))
    assert stated["unverified"] == "the ledger does not vouch for it"
    assert about_export(opened, Query(), None).facts()["UNVERIFIED"] == "the ledger does not vouch for it"


def test_a_file_beside_it_is_not_replaced_either(write: Export, tmp_path: Path) -> None:
    (tmp_path / "x.csv.about.json").write_text("mine")
    with pytest.raises(UsageError, match=r"x\.csv\.about\.json: already exists"):
        write(tmp_path / "x.csv")
    assert [path.name for path in tmp_path.iterdir()] == ["x.csv.about.json"]
    write(tmp_path / "x.csv", replace=True)
    assert (tmp_path / "x.csv").is_file()


@pytest.mark.parametrize("form", FORMS)
def test_an_interrupted_export_leaves_nothing(
    form: str, write: Export, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupt(*_: object) -> Written:
        raise KeyboardInterrupt

    target = tmp_path / f"x{FORMATS[form].ending}"
    monkeypatch.setattr(formats.Format, "writer", lambda _: interrupt)
    with pytest.raises(KeyboardInterrupt):
        write(target, form)
    assert list(tmp_path.iterdir()) == []


def test_what_was_there_stays_until_the_new_one_is_whole(
    write: Export, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(tmp_path / "x.csv")
    write(tmp_path / "out", "dat")
    before = {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}

    def interrupted(rows: Iterator[Row], *_: object) -> int:
        next(rows)
        raise KeyboardInterrupt

    monkeypatch.setattr(csv_table, "write", interrupted)
    monkeypatch.setattr("echoforensics.export.load_file._document", interrupted)
    for target, form in ((tmp_path / "x.csv", "csv"), (tmp_path / "out", "dat")):
        with pytest.raises((KeyboardInterrupt, TypeError)):
            write(target, form, replace=True)
    assert {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()} == before


def test_a_folder_is_replaced_only_if_an_export_made_it(write: Export, tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "file").write_text("mine")
    for replace in (False, True):
        with pytest.raises(UsageError, match=r"is not empty; name another folder$"):
            write(tmp_path / "mine", "dat", replace=replace)
    write(tmp_path / "made", "dat")
    with pytest.raises(UsageError, match="add --force to replace it"):
        write(tmp_path / "made", "dat")
    (tmp_path / "made" / "DATA" / "load.dat").unlink()
    write(tmp_path / "made", "dat", replace=True)
    assert (tmp_path / "made" / "DATA" / "load.dat").is_file()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["made", "mine"]
    (tmp_path / "file").write_text("")
    with pytest.raises(UsageError, match="is not a folder; dat makes a folder"):
        write(tmp_path / "file", "dat", replace=True)


@pytest.mark.parametrize(
    ("name", "form", "expected"),
    [
        ("x.jsonl", None, "jsonl"), ("x.JSONLD", None, "case-uco"), ("x.body", None, "body"), ("x", None, "csv"),
        ("-", "jsonl", "jsonl"), ("-", None, "csv"), ("x.json", "case-uco", "case-uco"), ("x.txt", "tln", "tln"),
    ],
)  # fmt: skip
def test_the_ending_says_the_format(name: str, form: str | None, expected: str) -> None:
    target = Target.of(Path(name), form)
    assert (target.form, target.path) == (expected, None if name == "-" else Path(name))


def test_text_goes_to_standard_output(hard_case: Path, tmp_path: Path) -> None:
    for form in FORMATS.values():
        if form.kind == "text":
            command = [sys.executable, "-m", "echoforensics", "timeline", str(hard_case), "-f", form.name, "-o", "-"]
            done = subprocess.run(command, capture_output=True, check=True, cwd=Path(__file__).parents[3])
            assert len(done.stdout) > 200, form
    assert list(tmp_path.iterdir()) == []
