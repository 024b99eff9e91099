from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from echoforensics.evidence.archives.unread_archive import parts_beside
from echoforensics.evidence.media.numbered_files import numbered_beside

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


@pytest.mark.parametrize("asked", [parts_beside, numbered_beside])
def test_a_folder_is_listed_once_for_all_files_in_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, asked: Callable[[Path], list[str]]
) -> None:
    listed: list[Path] = []
    own = Path.iterdir

    def counted(folder: Path) -> Iterator[Path]:
        listed.append(folder)
        return own(folder)

    files = [tmp_path / f"card{number}.zip" for number in range(50)]
    for number, file in enumerate(files):
        file.write_bytes(bytes(1 + number))
    monkeypatch.setattr(Path, "iterdir", counted)
    assert [asked(file) for file in files] == [[]] * 50
    assert listed == [tmp_path]


def test_parts_that_were_added_since_are_seen(tmp_path: Path) -> None:
    first = tmp_path / "a.zip"
    first.write_bytes(b"PK\x03\x04")
    assert parts_beside(first) == []
    (tmp_path / "a.z01").write_bytes(b"PK\x07\x08")
    os.utime(tmp_path, (2_000_000_000, 2_000_000_000))  # file systems keep times to a few milliseconds
    assert parts_beside(first) == ["a.z01", "a.zip"]
