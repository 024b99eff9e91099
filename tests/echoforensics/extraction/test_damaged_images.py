from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from echoforensics.extraction.options import Options
from echoforensics.extraction.run import extract
from echoforensics.verification import verify_case

FILES = {
    "local/system/volume": b"129",
    "log/kern.log": b"a line of a log\n" * 4000,
    "many/blob": bytes(range(256)) * 1500,
}


@pytest.fixture
def image(tmp_path: Path, make_image: Callable[..., Path]) -> Path:
    root = tmp_path / "root"
    for name, content in FILES.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_bytes(content)
    return make_image(root, "ext4")


def _extracted(source: Path, case: Path) -> tuple[dict[str, int], list[str]]:
    """Sizes of the files that were read, by path without the partition's, and the issues."""
    extract([source], case, None, Options(argv=("test",)), lambda *_: None)
    with closing(sqlite3.connect(case / "case.db")) as db:
        files = db.execute(
            "SELECT path, size FROM entries WHERE state = 'allocated' AND kind = 'file' AND sha256 IS NOT NULL"
        ).fetchall()
        issues = db.execute("SELECT path || ': ' || what FROM issues").fetchall()
    assert verify_case(case).ok
    return {path.removeprefix("p2/"): size for path, size in files}, [what for (what,) in issues]


WHOLE = {name: len(content) for name, content in FILES.items()}


def test_a_bad_superblock_with_a_good_backup(image: Path, tmp_path: Path, make_image: Callable[..., Path]) -> None:
    large = make_image(tmp_path / "root", "ext4", mebibytes=40, name="large.dd")
    with large.open("r+b") as stream:
        stream.seek(1024)
        stream.write(bytes(1024))

    files, issues = _extracted(large, tmp_path / "case")

    assert files == WHOLE
    assert any("backup" in what and "superblock" in what for what in issues)


def test_a_bad_table_with_a_good_backup(image: Path, tmp_path: Path, make_gpt: Callable[..., Path]) -> None:
    disk = make_gpt(image)
    with disk.open("r+b") as stream:
        stream.seek(512)
        stream.write(b"\xff" * 512)

    files, issues = _extracted(disk, tmp_path / "case")

    assert files == WHOLE
    assert any("backup" in what for what in issues)


def test_an_image_that_was_cut_off(
    image: Path, tmp_path: Path, make_ewf: Callable[..., Path], make_gpt: Callable[..., Path]
) -> None:
    ewf = make_ewf(make_gpt(image))
    size = ewf.stat().st_size
    with ewf.open("r+b") as stream:
        stream.truncate(size * 3 // 4)

    files, issues = _extracted(ewf, tmp_path / "case")

    assert issues
    assert set(files) <= set(WHOLE)
    assert files.get("local/system/volume") == 3


def test_a_file_in_bytes_that_cannot_be_read_says_so(
    image: Path, tmp_path: Path, make_ewf: Callable[..., Path]
) -> None:
    ewf = make_ewf(image)
    content = bytearray(ewf.read_bytes())
    place = content.index(FILES["many/blob"][:4096])
    content[place + 200_000] ^= 0xFF
    ewf.write_bytes(content)

    files, issues = _extracted(ewf, tmp_path / "case")

    assert files == WHOLE
    assert any(what.startswith("many/blob: ") and "could not be read in the image" in what for what in issues)
