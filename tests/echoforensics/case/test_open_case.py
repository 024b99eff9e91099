"""Opening a case: one writer at a time, and nothing stays open where opening is refused."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from chain_of_custody.keys import SigningKey
from chain_of_custody.ledger import Ledger, LedgerError
from echoforensics.case.case import Case
from echoforensics.case.custody.names import ARTEFACTS, DATABASE, LEDGER
from echoforensics.case.custody.open_case import OpenCase
from echoforensics.case.lock import LOCK_FILE, FolderLock
from echoforensics.case.schema import SCHEMA_VERSION
from echoforensics.case.store import Store
from echoforensics.errors import CaseError

OpenFiles = Callable[[Path], list[str]]
Refuses = Callable[..., None]


@pytest.fixture
def case_path(tmp_path: Path) -> Path:
    path = tmp_path / "case"
    OpenCase.begin(path, None, "tester").close()
    return path


def test_a_refused_key_leaves_the_case_free(tmp_path: Path, refuses: Refuses) -> None:
    path, right, wrong = tmp_path / "case", SigningKey.generate(), SigningKey.generate()
    OpenCase.begin(path, right, "tester").close()

    refuses(CaseError, "is signed with another key", path, lambda: OpenCase.begin(path, wrong, "tester"))

    OpenCase.begin(path, right, "tester").close()


def test_a_cut_ledger_leaves_the_case_free(case_path: Path, refuses: Refuses) -> None:
    with OpenCase.begin(case_path, None, "tester") as case:
        case.record("looked at", {})
    whole = (case_path / LEDGER).read_bytes()
    (case_path / LEDGER).write_bytes(whole.splitlines(keepends=True)[0])

    why = "the ledger has 1 lines; the case knows of 2"
    refuses(CaseError, why, case_path, lambda: OpenCase.begin(case_path, None, "tester"))
    (case_path / LEDGER).write_bytes(whole)
    OpenCase.begin(case_path, None, "tester").close()


def test_a_damaged_database_leaves_the_case_free(case_path: Path, refuses: Refuses) -> None:
    (case_path / DATABASE).write_bytes(b"no database" * 1000)

    why = "cannot be opened as a case database"
    refuses(CaseError, why, case_path, lambda: OpenCase.begin(case_path, None, "tester"))
    refuses(CaseError, why, case_path, lambda: Case.open(case_path))


@pytest.mark.parametrize(
    ("version", "why"),
    [(2, "made by an earlier echoforensics"), (SCHEMA_VERSION + 1, "made by a later"), (0, "not the database of a")],
)
def test_a_case_of_another_version_is_refused_with_what_to_do(
    case_path: Path, refuses: Refuses, version: int, why: str
) -> None:
    with sqlite3.connect(case_path / DATABASE) as db:
        db.execute(f"PRAGMA user_version = {version}")
    db.close()

    refuses(CaseError, why, case_path, lambda: Store(case_path / DATABASE))


def test_a_second_writer_is_refused_at_once_and_a_reader_is_not(case_path: Path) -> None:
    with OpenCase.begin(case_path, None, "tester"):
        with pytest.raises(CaseError, match="another run is writing to this case"):
            OpenCase.begin(case_path, None, "tester")
        with Case.open(case_path) as reader:
            assert len(reader.evidence()) == 0
    OpenCase.begin(case_path, None, "tester").close()


def test_a_killed_writer_lets_go(case_path: Path) -> None:
    program = (
        "import sys; from pathlib import Path; from echoforensics.case.custody.open_case import OpenCase\n"
        "case = OpenCase.begin(Path(sys.argv[1]), None, 'other'); print('open', flush=True); sys.stdin.read()"
    )
    with subprocess.Popen(
        [sys.executable, "-c", program, str(case_path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == b"open\n"
        with pytest.raises(CaseError, match="another run is writing"):
            OpenCase.begin(case_path, None, "tester")
        other.kill()
        other.wait()
    OpenCase.begin(case_path, None, "tester").close()


def test_a_file_is_locked_where_folders_cannot_be(case_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(os, "O_DIRECTORY")

    with OpenCase.begin(case_path, None, "tester"):
        with pytest.raises(CaseError, match="another run is writing to this case"):
            FolderLock(case_path)
        assert (case_path / LOCK_FILE).exists()
    # A run that was killed before it had made the database leaves it behind.
    (case_path / DATABASE).unlink()
    OpenCase.begin(case_path, None, "tester").close()


def test_a_lock_that_is_refused_holds_nothing_open(case_path: Path, open_files: OpenFiles, refuses: Refuses) -> None:
    held = FolderLock(case_path)
    assert open_files(case_path) == [str(case_path)]
    refuses(CaseError, "another run", case_path, lambda: FolderLock(case_path))
    held.close()
    assert open_files(case_path) == []


@pytest.mark.parametrize("content", [b"no ledger\n", b""])
def test_a_ledger_that_is_refused_holds_nothing_open(tmp_path: Path, refuses: Refuses, content: bytes) -> None:
    path = tmp_path / LEDGER
    path.write_bytes(content)
    if not content:
        path.unlink()
        os.mkfifo(path)

    refuses(LedgerError, str(path), tmp_path, lambda: Ledger.open(path, None, "tester"))


def test_closing_lets_go_even_where_the_database_cannot_be_folded(case_path: Path, open_files: OpenFiles) -> None:
    case = OpenCase.begin(case_path, None, "tester")
    with sqlite3.connect(case_path / DATABASE) as reader:
        reader.execute("BEGIN")
        reader.execute("SELECT * FROM case_info").fetchall()
        with pytest.raises(sqlite3.OperationalError, match="locked"):
            case.close()
    reader.close()
    assert open_files(case_path) == []
    OpenCase.begin(case_path, None, "tester").close()


def test_a_folder_with_something_else_in_it_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / ARTEFACTS).mkdir()
    (tmp_path / "letter.txt").write_text("x")

    with pytest.raises(CaseError, match="is not empty and is not a case folder"):
        OpenCase.begin(tmp_path, None, "tester")

    assert sorted(path.name for path in tmp_path.iterdir()) == [ARTEFACTS, "letter.txt"]
