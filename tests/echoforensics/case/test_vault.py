"""Files written to the vault: whole, read-only, and only those that are kept."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

import pytest

from echoforensics.case.vault import Vault
from echoforensics.errors import CaseDiskError

SHORT, LONG = b"short" * 10, b"long" * 40_000
ZEROS = bytes(3000)


@pytest.mark.parametrize(
    "pieces",
    [[SHORT], [ZEROS], [SHORT, ZEROS], [LONG], [SHORT, LONG, ZEROS], [SHORT, bytes(200_000)], [b""], []],
    ids=["short", "zeros", "short ending in zeros", "long", "long ending in zeros", "hole", "empty", "nothing"],
)
@pytest.mark.parametrize("finished", [False, True])
def test_a_kept_file_is_what_was_written(pieces: list[bytes], finished: bool, tmp_path: Path) -> None:
    staged = Vault(tmp_path).stage()
    for piece in pieces:
        staged.write(piece)
    content = b"".join(pieces)
    if finished:
        staged.finish()
        assert staged.path.read_bytes() == content
    sha256 = staged.keep()
    assert sha256 == hashlib.sha256(content).hexdigest()
    (kept,) = (path for path in tmp_path.rglob("*") if path.is_file())
    assert kept == tmp_path / sha256[:2] / sha256
    assert kept.read_bytes() == content
    assert kept.stat().st_mode & 0o777 == 0o444


@pytest.mark.parametrize("piece", [SHORT, LONG])
def test_a_discarded_file_leaves_nothing(piece: bytes, tmp_path: Path) -> None:
    staged = Vault(tmp_path).stage()
    staged.write(piece)
    assert bool(list(tmp_path.iterdir())) == (piece is LONG), "a short one is not written before it is kept"
    staged.finish()
    staged.discard()
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("piece", [SHORT, LONG])
def test_a_full_disk_leaves_nothing(piece: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    staged = Vault(tmp_path).stage()
    staged.write(piece)
    monkeypatch.setattr(os, "replace", full)
    with pytest.raises(CaseDiskError, match="No space left"):
        staged.keep()
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_cannot_be_written_is_an_error_of_the_disk(tmp_path: Path) -> None:
    staged = Vault(tmp_path / "missing").stage()
    staged.write(SHORT)
    with pytest.raises(CaseDiskError, match=os.strerror(2)):
        staged.keep()
