"""That a case was found to be as it was sealed is remembered for those very files, and for no others."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from echoforensics.case.custody import remembered, standing
from echoforensics.case.custody.names import DATABASE, HEAD, LEDGER
from echoforensics.case.custody.standing import why_unverified
from echoforensics.errors import UnverifiedCaseError
from echoforensics.library import open_case


@pytest.fixture
def checks(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> list[Path]:
    """The cases that were checked and not recalled. A file need not be old to be remembered here."""
    monkeypatch.setattr(remembered, "SETTLED", 0)
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    found: list[Path] = []
    check = standing.standing

    def counted(case: Path) -> standing.CaseStanding:
        found.append(case)
        return check(case)

    monkeypatch.setattr(standing, "standing", counted)
    return found


def test_a_case_is_checked_once_and_nothing_is_written_into_it(copy_of_sealed: Path, checks: list[Path]) -> None:
    before = sorted(copy_of_sealed.rglob("*"))
    for _ in range(3):
        with open_case(copy_of_sealed):
            pass
    assert checks == [copy_of_sealed]
    assert sorted(copy_of_sealed.rglob("*")) == before


@pytest.mark.parametrize("change", [1, 0x40])
@pytest.mark.parametrize("name", [DATABASE, LEDGER, HEAD])
def test_a_change_is_seen_although_the_case_was_remembered(
    copy_of_sealed: Path, checks: list[Path], name: str, change: int
) -> None:
    assert why_unverified(copy_of_sealed) == ""
    path = copy_of_sealed / name
    status, content = path.stat(), bytearray(path.read_bytes())
    # Where that makes the head something other than a hash, the case is refused in the same way.
    content[-2] ^= change
    path.write_bytes(content)
    # As long as it was, and of the same time.
    os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))

    with pytest.raises(UnverifiedCaseError):
        open_case(copy_of_sealed)
    assert len(checks) == 2


def test_another_file_in_its_place_is_seen(copy_of_sealed: Path, checks: list[Path]) -> None:
    assert why_unverified(copy_of_sealed) == ""
    content = (copy_of_sealed / DATABASE).read_bytes()
    (copy_of_sealed / "other").write_bytes(content[:-1] + b"x")
    (copy_of_sealed / "other").replace(copy_of_sealed / DATABASE)
    assert "case.db is not the file that was sealed" in why_unverified(copy_of_sealed)


def test_a_journal_put_beside_a_remembered_case_is_seen(copy_of_sealed: Path, checks: list[Path]) -> None:
    assert why_unverified(copy_of_sealed) == ""
    (copy_of_sealed / "case.db-journal").write_bytes(b"x" * 512)
    assert "case.db-journal lies beside case.db" in why_unverified(copy_of_sealed)


def test_what_failed_or_was_just_written_is_not_remembered(
    copy_of_sealed: Path, checks: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(remembered, "SETTLED", 10**15)
    assert [why_unverified(copy_of_sealed) for _ in range(2)] == ["", ""]
    assert len(checks) == 2
    monkeypatch.setattr(remembered, "SETTLED", 0)
    (copy_of_sealed / HEAD).unlink()
    assert all(why_unverified(copy_of_sealed) for _ in range(2))
    assert len(checks) == 4


def _unwritable(folder: Path) -> None:
    folder.write_text("no folder")


def _damaged(folder: Path) -> None:
    place = folder / "echoforensics" / "checked"
    place.mkdir(parents=True)
    for number in range(256):
        (place / f"{number:02x}.json").write_text("{")


@pytest.mark.parametrize("spoil", [_unwritable, _damaged])
def test_without_a_state_folder_every_command_checks(
    copy_of_sealed: Path, checks: list[Path], tmp_path: Path, spoil: Callable[[Path], None]
) -> None:
    spoil(tmp_path / "state")
    assert [why_unverified(copy_of_sealed) for _ in range(2)] == ["", ""]
    assert len(checks) == (2 if spoil is _unwritable else 1)
