"""Carving in file systems that compress: blocks in use of listed files hold no finds of their own."""

from __future__ import annotations

import random
import sqlite3
import struct
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from echoforensics.evidence.media.media import Media, ReadImage
from echoforensics.evidence.volumes.disk import Disk
from echoforensics.extraction.options import Options
from echoforensics.extraction.run import extract

RunProgram = Callable[..., str]
FRAME = b"\xff\xf3\x64\xc4"
BLOCK = 128 * 1024


def _mp3(frames: int, seed: int) -> bytes:
    """Frames of 144 bytes whose content cannot be compressed."""
    noise = random.Random(seed)
    return b"".join(FRAME + bytes(9) + noise.randbytes(131) for _ in range(frames))


def _wav(samples: int, seed: int) -> bytes:
    """A WAV of noise, which a compressor copies as it is."""
    data = random.Random(seed).randbytes(samples * 2)
    head = struct.pack("<4sI4s4sIHHIIHH4sI", b"RIFF", 36 + len(data), b"WAVE", b"fmt ", 16, 1, 1, 16000, 32000, 2, 16,
        b"data", len(data))  # fmt: skip
    return head + data


HEARD, EMBEDDED, BEHIND = _wav(20_000, 1), _mp3(40, 2), _mp3(30, 3)


def _carved(image: Path, case: Path) -> list[tuple[int, str]]:
    """Length and note of each recording that was carved."""
    extract([image], case, None, Options(argv=("test",)), lambda *_: None)
    with closing(sqlite3.connect(case / "case.db")) as db:
        return db.execute(
            "SELECT size, note FROM entries WHERE state = 'carved' AND note LIKE '%recording%' ORDER BY address"
        ).fetchall()


def _squashfs(run_program: RunProgram, folder: Path, *options: str) -> bytearray:
    path = folder.parent / "system.sqfs"
    run_program("mksquashfs", folder, path, "-noappend", "-no-progress", "-processors", "1", *options)
    return bytearray(path.read_bytes())


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    root = tmp_path / "content"
    root.mkdir()
    # Lines make the block worth compressing; the recording is kept in it as it is.
    (root / "a.bin").write_bytes(b"a line of a log\n" * 3000 + HEARD + b"another line\n" * 3000)
    (root / "heard.wav").write_bytes(HEARD)
    return root


@pytest.mark.parametrize("compressor", ["gzip", "lz4", "xz", "zstd"])
def test_compressed_blocks_of_a_squashfs_hold_no_finds(
    folder: Path, tmp_path: Path, run_program: RunProgram, compressor: str
) -> None:
    image = tmp_path / "system.img"
    image.write_bytes(_squashfs(run_program, folder, "-comp", compressor))

    assert _carved(image, tmp_path / "case") == []


def test_a_squashfs_whose_compressor_is_not_read_is_searched(
    folder: Path, tmp_path: Path, run_program: RunProgram
) -> None:
    image = tmp_path / "system.img"
    image.write_bytes(_squashfs(run_program, folder, "-comp", "lzo"))

    assert [size for size, _ in _carved(image, tmp_path / "case")] == [len(HEARD)]


def test_what_lies_behind_a_squashfs_is_found(folder: Path, tmp_path: Path, run_program: RunProgram) -> None:
    image = tmp_path / "system.img"
    image.write_bytes(_squashfs(run_program, folder, "-comp", "lz4") + BEHIND + bytes(8192))

    ((size, note),) = _carved(image, tmp_path / "case")
    assert size == len(BEHIND)
    assert "outside the files that were listed" in note


def test_a_recording_in_a_block_kept_as_it_is_is_found_in_its_file(
    folder: Path, tmp_path: Path, run_program: RunProgram
) -> None:
    (folder / "swap.bin").write_bytes(b"\x05" * 1000 + EMBEDDED + b"\x05" * 1000)
    image = tmp_path / "system.img"
    image.write_bytes(_squashfs(run_program, folder, "-noD", "-noF"))

    notes = [note for size, note in _carved(image, tmp_path / "case") if size == len(EMBEDDED)]
    assert len(notes) == 1
    assert "in the allocated file swap.bin, from its byte 1000 on" in notes[0]


def test_a_squashfs_that_could_not_be_listed_whole_is_searched(
    folder: Path, tmp_path: Path, run_program: RunProgram
) -> None:
    raw = _squashfs(run_program, folder, "-noD", "-noF", "-no-exports")
    media = Media("raw image", ReadImage(len(raw), lambda at, size: bytes(raw[at : at + size]), lambda: None), ())
    disk = Disk(media, "system.img")
    assert disk.packed() == []
    list(disk.entries())
    stated = struct.unpack_from("<Q", raw, 40)[0]
    assert disk.packed() == [(0, stated)]

    # The table of file ends is said to lie where the user ids do.
    raw[80:88] = raw[48:56]
    damaged = Disk(media, "system.img")
    list(damaged.entries())
    assert damaged.packed() == []
