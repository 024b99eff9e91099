"""A case of version 4 or 5 is read and verified as it was; nothing is written into it."""

from __future__ import annotations

import hashlib
import json
import zipfile
from pathlib import Path

import pytest

from echoforensics.case.case import Case
from echoforensics.case.counts import data_types, parsers
from echoforensics.case.exhibits.row import Query
from echoforensics.case.row_query import row_lines, rows, rows_by_file
from echoforensics.errors import CaseError
from echoforensics.extraction.options import Options
from echoforensics.extraction.run import extract
from echoforensics.verification import verify_case

KEPT = Path(__file__).parent / "cases_of_version_4"


@pytest.fixture(params=["signed", "unsigned"])
def earlier(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    with zipfile.ZipFile(KEPT / f"{request.param}.zip") as kept:
        kept.extractall(tmp_path / request.param)
    return tmp_path / str(request.param)


def _rows() -> list[dict[str, object]]:
    """The rows as that version wrote them, with the columns that it had not."""
    lines = (KEPT / "rows.jsonl").read_text("utf-8").splitlines()
    return [{**json.loads(line), "state": "live", "interaction": None} for line in lines]


def test_it_has_no_interactions_and_says_so(earlier: Path) -> None:
    with Case.open(earlier) as case:
        for ask in (lambda: list(case.interactions()), lambda: list(case.gaps()), lambda: case.interaction("1")):
            with pytest.raises(CaseError, match="of a version that had no interactions"):
                ask()


def test_its_rows_are_those_that_the_version_gave(earlier: Path) -> None:
    before = hashlib.sha256((earlier / "case.db").read_bytes()).hexdigest()
    with Case.open(earlier) as case:
        columns = _rows()[0]
        assert [{name: dict(row)[name] for name in columns} for row in case.rows()] == _rows()
        assert sorted(row["exhibit"] for row in rows_by_file(case.store)) == sorted(
            str(row["exhibit"]) for row in _rows()
        )
        assert case.row("6")["exhibit"] == "EF-0000006"
        assert (case.counts().records, case.counts().rows, case.counts().recordings) == (16, 23, 1)
        assert sum(kind.rows for kind in data_types(case.store)) == 23
        assert parsers(case.store)
        assert [recording.rows[0]["exhibit"] for recording in case.recordings()] == ["EF-0000001"]
        assert [row["exhibit"] for row in rows(case.store, Query(evidence=("phone",)))]
        assert {row["exhibit"] for row in rows(case.store, Query(search="1.WAV"))} == {"EF-0000001"}
        assert all(row["transcript"] for row in rows(case.store, Query(search="alexa stop", states=("live",))))

    assert hashlib.sha256((earlier / "case.db").read_bytes()).hexdigest() == before


def test_it_is_traced_from_its_own_copy(earlier: Path) -> None:
    with Case.open(earlier) as case:
        found = case.trace("EF-0000006")

    assert (found.origin, found.unchanged, found.issue) == ("artefact", True, "")
    assert found.found is not None
    assert found.found.content.startswith(b"{")


def test_it_verifies_and_a_change_shows(earlier: Path) -> None:
    result = verify_case(earlier, sources=False)
    assert (result.ok, result.complete, result.signed) == (True, True, earlier.name == "signed")

    database = earlier / "case.db"
    database.write_bytes(database.read_bytes().replace(b"alexa stop", b"alexa stay"))
    assert not verify_case(earlier, sources=False).ok


def test_nothing_is_extracted_into_it(earlier: Path, tmp_path: Path) -> None:
    (tmp_path / "source").mkdir()
    with pytest.raises(CaseError, match=r"of version 4, made by an earlier .* Extract the evidence again into a new"):
        extract([tmp_path / "source"], earlier, None, Options(argv=("test",)), lambda *_: None)


@pytest.fixture
def of_version_5(tmp_path: Path) -> Path:
    with zipfile.ZipFile(KEPT.with_name("cases_of_version_5") / "signed.zip") as kept:
        kept.extractall(tmp_path / "signed")
    return tmp_path / "signed"


def _lines(name: str) -> list[dict[str, object]]:
    path = KEPT.with_name("cases_of_version_5") / name
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]


def test_version_5_gives_the_rows_and_interactions_that_it_gave(of_version_5: Path) -> None:
    before = hashlib.sha256((of_version_5 / "case.db").read_bytes()).hexdigest()
    with Case.open(of_version_5) as case:
        assert [dict(row) for row in case.rows()] == _lines("rows.jsonl")
        assert [json.loads(line) for line in row_lines(case.store, Query())] == _lines("rows.jsonl")
        made = [json.loads(json.dumps(one.as_json())) for one in case.interactions()]
        assert made == [{name: line[name] for name in made[0]} for line in _lines("interactions.jsonl")]
        assert {row["exhibit"] for row in rows(case.store, Query(states=("deleted",)))} == {"EF-0000027"}
        assert {row["exhibit"] for row in rows(case.store, Query(search="CLIENT 3"))} == {"EF-0000026"}
        assert [row["exhibit"] for row in rows_by_file(case.store)] == [f"EF-{number + 1:07}" for number in range(27)]
        assert case.trace("EF-0000006").issue == ""
        assert next(gap.count for gap in case.gaps()) == 5
        assert (case.counts().records, case.counts().rows) == (20, 27)
    assert hashlib.sha256((of_version_5 / "case.db").read_bytes()).hexdigest() == before


def test_version_5_verifies_and_a_change_shows(of_version_5: Path) -> None:
    result = verify_case(of_version_5, sources=False)
    assert (result.ok, result.complete, result.signed) == (True, True, True)

    database = of_version_5 / "case.db"
    database.write_bytes(database.read_bytes().replace(b"alexa stop", b"alexa stay"))
    changed = verify_case(of_version_5, sources=False)
    assert not changed.ok
    (tables,) = (check.detail for check in changed.checks.checks if check.name == "tables")
    assert "records" in tables


def test_nothing_is_extracted_into_version_5(of_version_5: Path, tmp_path: Path) -> None:
    (tmp_path / "source").mkdir()
    with pytest.raises(CaseError, match=r"of version 5, made by an earlier .* Extract the evidence again into a new"):
        extract([tmp_path / "source"], of_version_5, None, Options(argv=("test",)), lambda *_: None)
