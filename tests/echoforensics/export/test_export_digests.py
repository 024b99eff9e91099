"""What is written out of a case is recorded with its digest, in the ledger or beside it."""

from __future__ import annotations

import hashlib
import subprocess
from pathlib import Path
from typing import Any

import pytest

from chain_of_custody.keys import SigningKey
from echoforensics.case.case import Case
from echoforensics.case.custody.names import EXPORTED, SEALED
from echoforensics.errors import UsageError
from echoforensics.export.digests import record_export, refuse_digest_file
from echoforensics.library import open_case, verify
from echoforensics.verification import verify_case


@pytest.fixture
def output(tmp_path: Path) -> Path:
    path = tmp_path / "out" / "rows \\ of\nJuly.csv"
    path.parent.mkdir()
    path.write_text("exhibit\n")
    return path


def _sums(path: Path) -> subprocess.CompletedProcess[str]:
    command = ["sha256sum", "--strict", "-c", path.name]
    return subprocess.run(command, cwd=path.parent, capture_output=True, text=True, check=False)


def test_without_a_key_the_digest_lies_beside_the_file(sealed: Any, output: Path) -> None:
    with Case.open(sealed.path) as case:
        sentence = record_export(case, [output], None, {"rows": 0})

    beside = output.with_name(output.name + ".sha256")
    assert str(beside) in sentence
    assert _sums(beside).returncode == 0
    output.write_text("exhibits\n")
    assert _sums(beside).returncode == 1
    refuse_digest_file(output, replace=True)
    output.unlink()
    with pytest.raises(UsageError, match="already exists"):
        refuse_digest_file(output, replace=False)


def test_with_the_key_the_digest_is_in_the_ledger_and_the_case_still_verifies(
    sealed: Any, copy_of_sealed: Path, output: Path
) -> None:
    with open_case(copy_of_sealed) as case:
        sentence = record_export(case, [output], sealed.key, {"rows": 7, "filters": {"search": "lights"}})
        last = list(case.actions())[-1]
        assert case.sealed

    assert sentence == "Its digest was recorded in the ledger of the case."
    assert (last.action, last.actor) == (EXPORTED, "Tester")
    assert last.detail["sha256"] == hashlib.sha256(output.read_bytes()).hexdigest()
    assert (last.detail["rows"], last.detail["filters"]) == (7, {"search": "lights"})
    assert list(output.parent.iterdir()) == [output]
    result = verify_case(copy_of_sealed, sources=False)
    assert (result.ok, result.complete) == (True, True)
    with open_case(copy_of_sealed) as case:
        assert [entry.action for entry in case.actions()][-2:] == [SEALED, EXPORTED]


def test_of_a_folder_every_file_is_listed_and_the_list_is_recorded(
    sealed: Any, copy_of_sealed: Path, output: Path
) -> None:
    (output.parent / "media").mkdir()
    (output.parent / "media" / "a.wav").write_bytes(b"RIFF")
    with open_case(copy_of_sealed) as case:
        sentence = record_export(case, [output.parent], sealed.key, {"format": "report"})
        detail = list(case.actions())[-1].detail

    beside = output.parent.with_name("out.sha256")
    assert "recorded in the ledger" in sentence
    assert _sums(beside).returncode == 0
    assert detail["digest_list"] == {"sha256": hashlib.sha256(beside.read_bytes()).hexdigest(), "files": 2}
    (output.parent / "media" / "a.wav").write_bytes(b"RIFX")
    assert _sums(beside).returncode == 1


def test_what_cannot_be_recorded_in_the_ledger_is_written_beside_the_file(
    sealed: Any, copy_of_sealed: Path, output: Path
) -> None:
    with open_case(copy_of_sealed) as case:
        before = list(case.actions())
        sentence = record_export(case, [output], SigningKey.generate(), {})
        assert list(case.actions()) == before
    assert "could not be recorded in the ledger" in sentence
    assert "is signed with another key" in sentence
    assert _sums(output.with_name(output.name + ".sha256")).returncode == 0


def test_of_an_altered_case_nothing_is_recorded_as_if_it_held(sealed: Any, copy_of_sealed: Path, output: Path) -> None:
    with (copy_of_sealed / "case.db").open("ab") as stream:
        stream.write(b"x")
    with open_case(copy_of_sealed, unverified=True) as case:
        sentence = record_export(case, [output], sealed.key, {})
        assert [entry.action for entry in case.actions()][-1] == SEALED
    beside = output.with_name(output.name + ".sha256")
    assert beside.read_text().startswith("# UNVERIFIED: the case is not as it was sealed: case.db is not the file")
    assert _sums(beside).returncode == 0
    assert "could not be recorded" in sentence


def test_verify_compares_an_export_with_its_digests_and_asks_for_no_case(sealed: Any, output: Path) -> None:
    folder = output.parent
    (folder / "media").mkdir()
    (folder / "media" / "a.wav").write_bytes(b"RIFF")
    with Case.open(sealed.path) as case:
        record_export(case, [output], None, {})
        (folder / f"{output.name}.sha256").rename(folder.parent / "kept")
        record_export(case, [folder], None, {})
    assert [(check.name, check.detail) for check in verify(folder).checks.checks] == [("files", "2 as written")]
    assert (verify(folder).ok, verify(folder).signed) == (True, False)
    assert not verify(folder, fingerprint="").ok
    (folder / "media" / "b.wav").symlink_to("/etc/passwd")
    assert "b.wav was not there when it was written" in verify(folder).checks.checks[0].detail
    (folder / "media" / "b.wav").unlink()
    (folder / "media" / "a.wav").unlink()
    assert not verify(folder).ok
    (folder.parent / "kept").rename(folder / f"{output.name}.sha256")
    assert verify(output).ok
    output.write_text("edited")
    assert "SHA-256 was" in verify(output).checks.checks[0].detail
    output.with_name(f"{output.name}.sha256").write_text("nonsense\n")
    assert not verify(output).ok


def test_a_file_without_digests_is_refused_with_where_to_look(output: Path) -> None:
    with pytest.raises(UsageError, match=r"no [^:]*\.sha256 with its digest is beside it"):
        verify(output)


def test_the_command_that_compares_runs_where_it_is_shown(sealed: Any, output: Path) -> None:
    beside = output.parent / "a folder"
    beside.mkdir()
    moved = output.rename(beside / output.name)
    with open_case(sealed.path) as case:
        command = record_export(case, [moved], None, {}).split("`")[1]
    assert command.startswith(f"cd '{beside}' && sha256sum -c ")
    assert subprocess.run(command, shell=True, capture_output=True, check=False).returncode == 0


def test_a_folder_whose_digests_are_there_is_refused(output: Path) -> None:
    folder = output.parent
    folder.with_name(f"{folder.name}.sha256").touch()
    with pytest.raises(UsageError, match="Name another output, or move that file away"):
        refuse_digest_file(folder, replace=False)
    output.with_name(f"{output.name}.sha256").touch()
    refuse_digest_file(output, replace=False)
