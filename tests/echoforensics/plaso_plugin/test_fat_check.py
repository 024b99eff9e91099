"""Volumes that plaso's FAT reader takes for another kind are mentioned, and only those."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from plaso.storage.factory import StorageFactory

from echoforensics.plaso_plugin.fat_check import WARNING, misread

OPTIONS = ("--single_process", "--unattended", "-q", "--status_view", "none", "--logfile", "plaso.log")


@pytest.mark.parametrize(("mebibytes", "expected"), [(4, False), (8, True), (16, False), (32, False)])
def test_volumes_as_mkfs_makes_them(
    mebibytes: int, expected: bool, tmp_path: Path, make_image: Callable[..., Path]
) -> None:
    folder = tmp_path / "files"
    folder.mkdir()
    with make_image(folder, "fat", mebibytes).open("rb") as stream:
        assert misread(stream.read(512)) is expected


@given(st.binary(max_size=600))
def test_whatever_a_volume_begins_with(boot: bytes) -> None:
    assert misread(boot) in (True, False)


def test_plaso_keeps_the_warning_once(
    python: Callable[..., Any], tmp_path: Path, make_image: Callable[..., Path]
) -> None:
    folder = tmp_path / "files"
    folder.mkdir()
    for number in range(6):
        (folder / f"s{number}.wav").write_bytes(b"RIFF" + bytes(5000))
    image = make_image(folder, "fat", 8)
    python("-m", "echoforensics", "log2timeline", *OPTIONS, "--parsers", "alexa", "--storage_file", "x.plaso", image)
    arguments = ("--vfs_back_end", "tsk", "--parsers", "alexa", "--storage_file", "tsk.plaso", image)
    python("-m", "echoforensics", "log2timeline", *OPTIONS, *arguments)
    assert _warnings(tmp_path / "x.plaso").count(WARNING) == 1
    assert WARNING not in _warnings(tmp_path / "tsk.plaso")


def _warnings(path: Path) -> list[str]:
    reader = StorageFactory.CreateStorageReaderForFile(str(path))
    try:
        return [warning.message for warning in reader.GetAttributeContainers("extraction_warning")]
    finally:
        reader.Close()
