"""A case belongs to one matter, unless the examiner says otherwise; then it shows both."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from echoforensics.case.case import Case
from echoforensics.errors import CaseError
from echoforensics.extraction.options import Options
from echoforensics.extraction.run import extract
from echoforensics.report.bundle import write_report

Extract = Callable[..., None]


@pytest.fixture
def case(tmp_path: Path) -> Path:
    return tmp_path / "case"


@pytest.fixture
def extract_into(tmp_path: Path, case: Path) -> Extract:
    count = 0

    def extract_it(**given: Any) -> None:
        nonlocal count
        count += 1
        source = tmp_path / f"source-{count}"
        source.mkdir()
        (source / "note.txt").write_text(f"note {count}")
        extract([source], case, None, Options(argv=("test",), **given), lambda *_: None)

    return extract_it


def _info(case: Path) -> dict[str, str]:
    with Case.open(case) as opened:
        return opened.store.info()


@pytest.mark.parametrize("name", ["reference", "agency", "examiner"])
def test_another_matter_is_refused_and_nothing_is_changed(case: Path, extract_into: Extract, name: str) -> None:
    extract_into(**{name: "A-1"})
    before = {path: path.read_bytes() for path in case.rglob("*") if path.is_file()}

    with pytest.raises(CaseError, match=rf"is a case with the {name} 'A-1', not 'B-2'\. .*--join-case"):
        extract_into(**{name: "B-2"})

    assert {path: path.read_bytes() for path in case.rglob("*") if path.is_file()} == before
    extract_into(**{name: "A-1"})
    extract_into()
    assert _info(case)[name] == "A-1"


def test_joined_matters_are_both_shown(case: Path, extract_into: Extract, tmp_path: Path) -> None:
    extract_into(reference="A-1", examiner="X")
    extract_into(reference="B-2", examiner="Y", join_case=True)
    extract_into(reference="A-1", examiner="Y", agency="Late")

    info = _info(case)
    assert (info["reference"], info["examiner"], info["agency"]) == ("A-1; B-2", "X; Y", "Late")
    with Case.open(case) as opened:
        page = write_report(opened, tmp_path / "report").read_text()
    assert "A-1; B-2" in page
    assert "X; Y" in page
