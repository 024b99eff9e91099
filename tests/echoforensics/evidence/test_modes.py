"""Permission bits reach a parser as the container states them, and not where it states none."""

from __future__ import annotations

import tarfile
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from echoforensics.evidence.entry import Entry
from echoforensics.evidence.loose_file import LooseFile
from echoforensics.evidence.source import open_source

MODES = {"etc/init.d/rc": 0o757, "var/local/helper": 0o4755, "etc/plain": 0o640}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    root = tmp_path / "device"
    for name, mode in MODES.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"#!/bin/sh\n")
        path.chmod(mode)
    return root


def _modes(path: Path) -> dict[str, int | None]:
    container = open_source(path).container
    return {item.path: item.mode for item in container.entries() if isinstance(item, Entry) and item.size}


def test_of_a_folder(folder: Path) -> None:
    assert _modes(folder) == MODES


def test_of_a_single_file(folder: Path) -> None:
    (entry,) = LooseFile(folder / "etc/plain").entries()
    assert isinstance(entry, Entry)
    assert entry.mode == 0o640


@pytest.mark.parametrize("ending", ["tar", "tar.gz"])
def test_of_a_tar(folder: Path, tmp_path: Path, ending: str) -> None:
    path = tmp_path / f"device.{ending}"
    with tarfile.open(path, "w:gz" if ending.endswith("gz") else "w") as archive:
        archive.add(folder, ".")
    assert _modes(path) == MODES


@pytest.mark.parametrize(("system", "expected"), [(3, MODES), (0, dict.fromkeys(MODES))])
def test_of_a_zip_made_on_unix_only(tmp_path: Path, system: int, expected: dict[str, int | None]) -> None:
    path = tmp_path / "device.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for name, mode in MODES.items():
            info = zipfile.ZipInfo(name)
            info.create_system, info.external_attr = system, (0o100000 | mode) << 16
            archive.writestr(info, b"#!/bin/sh\n")
    assert _modes(path) == expected


@pytest.mark.parametrize("kind", ["ext3", "ext4"])
def test_of_an_image(folder: Path, make_image: Callable[..., Path], kind: str) -> None:
    assert _modes(make_image(folder, kind)) == MODES


def test_fat_keeps_none(folder: Path, make_image: Callable[..., Path]) -> None:
    assert _modes(make_image(folder, "fat")) == dict.fromkeys(MODES)


def test_an_extraction_tells_what_the_bits_fit(
    folder: Path, make_image: Callable[..., Path], extract_rows: Callable[..., list[dict[str, Any]]]
) -> None:
    found = extract_rows(make_image(folder, "ext3"))

    assert sorted((row["path"], row["message"].split("(")[1].split(",")[0]) for row in found) == [
        ("etc/init.d/rc", "startup_world_writable"),
        ("var/local/helper", "script_in_data_folder"),
        ("var/local/helper", "setuid_in_data_folder"),
    ]
    assert {row["data_type"] for row in found} == {"echo:tamper"}
