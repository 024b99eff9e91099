"""What was forged in a case is not signed: `extract` writes on top of nothing that the ledger does not vouch for."""

from __future__ import annotations

import hashlib
import os
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from chain_of_custody.keys import SigningKey
from echoforensics.case.case import Case
from echoforensics.case.custody.names import DATABASE, HEAD, LEDGER, READ, SEALED
from echoforensics.errors import CaseError
from echoforensics.extraction.options import Options
from echoforensics.extraction.run import extract
from echoforensics.verification import verify_case

CutLedger = Callable[[Path, int], None]
FORGE = """
UPDATE forms SET message = 'FORGED ' || message;
UPDATE record_values SET transcript = 'FORGED words', v1 = 'FORGED ' || v1;
UPDATE timestamps SET timestamp = timestamp + 3600000000;
DELETE FROM issues;
"""


def _state(case: Path) -> dict[str, str]:
    """Everything in a folder: names, and what is in the files."""
    return {
        str(path.relative_to(case)): hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else "folder"
        for path in sorted(case.rglob("*"))
    }


def _forge(case: Path, statements: str = FORGE) -> None:
    with closing(sqlite3.connect(case / DATABASE)) as db:
        db.executescript(statements)


def _extract(case: Path, key: SigningKey | None, *sources: Path) -> None:
    extract(list(sources), case, key, Options("Tester", argv=("test",)), lambda *_: None)


def _line(case: Path, action: str) -> int:
    """Number of the first line of an action, from 1."""
    with Case.open(case) as opened:
        return next(entry.seq for entry in opened.actions() if entry.action == action) + 1


def _messages(case: Path) -> list[str]:
    with Case.open(case) as opened:
        return [f"{row['exhibit']} {row['datetime']} {row['message']}" for row in opened.rows()]


@pytest.mark.parametrize("added", [False, True])
def test_a_forged_sealed_case_is_not_sealed_again(
    sealed: Any, copy_of_sealed: Path, tmp_path: Path, added: bool
) -> None:
    (tmp_path / "more").mkdir()
    (tmp_path / "more" / "note.txt").write_text("x")
    _forge(copy_of_sealed)
    before = _state(copy_of_sealed)

    with pytest.raises(
        CaseError, match=r"is not the file that was sealed; tables changed: .*record_values.*Nothing was"
    ):
        _extract(copy_of_sealed, sealed.key, tmp_path / "more" if added else sealed.sources[2])

    assert _state(copy_of_sealed) == before


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (lambda case: (case / DATABASE).unlink(), "is missing"),
        (lambda case: (case / LEDGER).unlink(), "nothing vouches for what the case holds"),
        (lambda case: (case / LEDGER).write_bytes(b""), "the ledger has 0 lines; the case knows of"),
        (lambda case: (case / HEAD).unlink(), "is missing; it keeps the end of the ledger"),
        (lambda case: (case / "case.db-journal").write_bytes(b"x" * 600), "case.db-journal lies beside case.db"),
        (lambda case: next((case / "artefacts").glob("*/*")).write_bytes(b"x"), "its content hashes to"),
        (lambda case: (case / "artefacts" / "x").symlink_to("/etc"), "artefacts/x: is a link"),
        (lambda case: os.mkfifo(case / "artefacts" / "x"), "artefacts/x: is a pipe"),
    ],
)
def test_every_other_part_of_a_sealed_case_is_checked_before_it_is_added_to(
    sealed: Any, copy_of_sealed: Path, change: Callable[[Path], None], why: str
) -> None:
    change(copy_of_sealed)
    names = sorted(copy_of_sealed.rglob("*"))

    with pytest.raises(CaseError, match=why):
        _extract(copy_of_sealed, sealed.key, sealed.sources[2])

    assert sorted(copy_of_sealed.rglob("*")) == names


@pytest.mark.parametrize("with_head", [False, True])
def test_a_ledger_cut_before_its_seal_opens_no_way(
    sealed: Any, copy_of_sealed: Path, cut_ledger: CutLedger, with_head: bool
) -> None:
    """Every row is made again from what the ledger vouches for; where that was forged, nothing is."""
    number = _line(copy_of_sealed, SEALED) - 1
    lines = (copy_of_sealed / LEDGER).read_bytes().splitlines(keepends=True)
    (copy_of_sealed / LEDGER).write_bytes(b"".join(lines[:number]))
    if with_head:
        cut_ledger(copy_of_sealed, number)
    _forge(copy_of_sealed)
    before = _state(copy_of_sealed)

    why = "is not what its ledger says was read: forms, record_values, timestamps" if with_head else "the case knows of"
    with pytest.raises(CaseError, match=why):
        _extract(copy_of_sealed, sealed.key, *sealed.sources)

    assert _state(copy_of_sealed) == before
    assert not verify_case(copy_of_sealed, sources=False, allow_incomplete=True).ok


def test_what_only_follows_from_the_records_is_made_anew(
    sealed: Any, copy_of_sealed: Path, cut_ledger: CutLedger
) -> None:
    """Rows, joins, the search index, views and triggers of an interrupted case are not continued."""
    before = _messages(copy_of_sealed)
    cut_ledger(copy_of_sealed, _line(copy_of_sealed, SEALED) - 1)
    _forge(copy_of_sealed, "DELETE FROM search_idx; DELETE FROM joins; CREATE VIEW v AS SELECT 1;"
           "CREATE TRIGGER t AFTER INSERT ON joins BEGIN DELETE FROM issues; END;")  # fmt: skip

    _extract(copy_of_sealed, sealed.key, *sealed.sources)

    assert _messages(copy_of_sealed) == before
    assert verify_case(copy_of_sealed).ok
    with closing(sqlite3.connect(copy_of_sealed / DATABASE)) as db:
        assert db.execute("SELECT name FROM sqlite_schema WHERE name IN ('v', 't')").fetchall() == []


def test_a_source_that_was_not_read_to_its_end_is_read_again_and_otherwise_an_issue(
    sealed: Any, copy_of_sealed: Path, cut_ledger: CutLedger, tmp_path: Path
) -> None:
    before = _messages(copy_of_sealed)
    cut_ledger(copy_of_sealed, _line(copy_of_sealed, READ))  # only the first source was
    _forge(copy_of_sealed, "DELETE FROM exhibits")
    other = tmp_path / "other"
    shutil.copytree(copy_of_sealed, other)

    _extract(copy_of_sealed, sealed.key, *sealed.sources)
    _extract(other, sealed.key, sealed.sources[0])

    assert _messages(copy_of_sealed) == before
    assert verify_case(copy_of_sealed).ok
    with Case.open(other) as case:
        assert [item.name for item in case.evidence()] == ["echo-data.img"]
        issues = {issue.path: issue.what for issue in case.issues() if not issue.evidence}
        assert issues.keys() == set(map(str, sealed.sources[1:]))
        assert all("its extraction was interrupted, and it was not given again" in what for what in issues.values())


def test_reading_a_case_changes_no_byte_of_it_whether_sealed_or_interrupted(copy_of_sealed: Path) -> None:
    for journal in ("DELETE", "WAL"):
        with closing(sqlite3.connect(copy_of_sealed / DATABASE)) as db:
            db.execute(f"PRAGMA journal_mode={journal}")
        if journal == "WAL":
            _leave_log(copy_of_sealed / DATABASE)
        before, changed = _state(copy_of_sealed), (copy_of_sealed / DATABASE).stat().st_mtime_ns
        assert ("case.db-wal" in before) is (journal == "WAL")
        with Case.open(copy_of_sealed) as case:
            assert case.counts().rows == 74
            assert case.store.info().get("left") == ("in the log" if journal == "WAL" else None)
        verify_case(copy_of_sealed, sources=False)
        assert (_state(copy_of_sealed), (copy_of_sealed / DATABASE).stat().st_mtime_ns) == (before, changed)


def _leave_log(database: Path) -> None:
    """Leave a write-ahead log beside a database, as a writer does that is killed."""
    with closing(sqlite3.connect(database)) as db:
        db.execute("PRAGMA wal_autocheckpoint=0")
        db.execute("INSERT INTO case_info VALUES ('left', 'in the log')")
        db.commit()
        log = Path(f"{database}-wal").read_bytes()
        content = database.read_bytes()
    database.write_bytes(content)
    Path(f"{database}-wal").write_bytes(log)
