"""Recordings that are in pieces on the media: a piece of a file that was read whole is no find."""

from __future__ import annotations

import gzip
import sqlite3
import struct
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from chain_of_custody.digest import hash_bytes
from echoforensics.evidence.entry import Entry
from echoforensics.evidence.media.media import Media, ReadImage
from echoforensics.evidence.volumes.disk import Disk
from echoforensics.extraction.options import Options
from echoforensics.extraction.placement import Piece, Placement, Ranges
from echoforensics.extraction.run import extract
from echoforensics.extraction.whole_recordings import WholeRecordings

RunProgram = Callable[..., str]
#: MPEG-2 Layer III, 48 kbit/s, 24 kHz, one channel: frames of 144 bytes whose side information says they are empty.
FRAME = b"\xff\xf3\x64\xc4" + bytes(9)
MIB = 1024 * 1024


def _mp3(frames: int, seed: int) -> bytes:
    return b"".join(FRAME + bytes((seed + n + i) % 251 for i in range(131)) for n in range(frames))


HEARD, EMBEDDED, GONE = _mp3(700, 7), _mp3(30, 31), _mp3(40, 67)
#: A file of the application's own form, which holds a recording.
CACHE = b"\x05" * 5001 + EMBEDDED + b"\x05" * 30_000


def _fragmented(kind: str, path: Path, files: dict[str, bytes], run_program: RunProgram) -> None:
    """Make a file system whose free space is in pieces, put files there, and delete the one called ``gone.bin``."""
    with path.open("wb") as stream:
        stream.truncate(4 * MIB)
    folder = path.parent / "files"
    folder.mkdir()
    fillers = [f"filler{number:03}" for number in range(200)]
    for name in fillers:
        (folder / name).write_bytes(b"f" * 8192)
    for name, content in files.items():
        (folder / name).write_bytes(content)
    if kind == "fat":
        run_program("mkfs.vfat", "-s", "2", path)
        for name in fillers:
            run_program("mcopy", "-i", path, folder / name, "::")
        run_program("mdel", "-i", path, *(f"::{name}" for name in fillers[::2]))
        for name in files:
            run_program("mcopy", "-i", path, folder / name, "::")
        if "gone.bin" in files:
            run_program("mdel", "-i", path, "::gone.bin")
        return
    run_program(f"mkfs.{kind}", "-q", "-F", "-b", "1024", path)
    commands = [f"write {folder / name} {name}" for name in fillers]
    commands += [f"rm {name}" for name in fillers[::2]]
    commands += [f"write {folder / name} {name}" for name in files]
    commands += ["rm gone.bin"] * ("gone.bin" in files)
    script = path.parent / "commands"
    script.write_text("\n".join(commands) + "\n")
    run_program("debugfs", "-w", "-f", script, path)


def _carved(image: Path, case: Path) -> dict[str, str]:
    """Notes of the recordings that were carved, by the SHA-256 of their bytes."""
    extract([image], case, None, Options(argv=("test",)), lambda *_: None)
    with closing(sqlite3.connect(case / "case.db")) as db:
        return dict(db.execute("SELECT sha256, note FROM entries WHERE state = 'carved' AND note LIKE '%MP3%'"))


def _pieces(image: Path, name: str) -> int:
    raw = image.read_bytes()
    media = Media("raw image", ReadImage(len(raw), lambda at, size: raw[at : at + size], lambda: None), ())
    with closing(Disk(media, image.name)) as disk:
        entry = next(one for one in disk.entries() if isinstance(one, Entry) and one.path.lower() == name)
        return len(disk.extents(entry.address))


def _sha256(content: bytes) -> str:
    return str(hash_bytes(content, ("sha256",)).sha256)


KINDS = ("ext2", "ext3", "ext4", "fat")


@pytest.mark.parametrize("kind", KINDS)
def test_pieces_of_a_recording_that_was_read_are_no_finds(kind: str, tmp_path: Path, run_program: RunProgram) -> None:
    image = tmp_path / "image.dd"
    _fragmented(kind, image, {"heard.mp3": HEARD}, run_program)

    assert _pieces(image, "heard.mp3") > 3
    assert _carved(image, tmp_path / "case") == {}


@pytest.mark.parametrize("kind", KINDS)
def test_a_recording_within_a_file_that_is_none_stays_a_find(
    kind: str, tmp_path: Path, run_program: RunProgram
) -> None:
    image = tmp_path / "image.dd"
    _fragmented(kind, image, {"cache.bin": CACHE}, run_program)

    notes = list(_carved(image, tmp_path / "case").values())
    assert notes
    assert all("in the allocated file cache.bin, from its byte " in note.lower() for note in notes)


@pytest.mark.parametrize("kind", ["ext3", "fat"])
def test_a_recording_in_a_deleted_file_stays_a_find(kind: str, tmp_path: Path, run_program: RunProgram) -> None:
    image = tmp_path / "image.dd"
    # It is in the first free piece, and nothing else that was written needs that.
    _fragmented(kind, image, {"gone.bin": b"\x06" * 500 + GONE + b"\x06" * 100}, run_program)

    note = _carved(image, tmp_path / "case")[_sha256(GONE)]
    assert "from its byte 500 on" in note or "outside the files that were listed" in note


def test_the_piece_behind_the_first_indirect_block_is_no_find_but_slack_is(
    tmp_path: Path, run_program: RunProgram
) -> None:
    root, image = tmp_path / "root", tmp_path / "image.dd"
    root.mkdir()
    (root / "heard.mp3").write_bytes(HEARD[: 144 * 129])
    with image.open("wb") as stream:
        stream.truncate(4 * MIB)
    run_program("mke2fs", "-q", "-F", "-t", "ext3", "-b", "1024", "-d", root, image)
    assert _pieces(image, "heard.mp3") > 1
    # Frames of 216 bytes: 16 kHz.
    slack = b"".join(b"\xff\xf3\x68\xc4" + bytes(9) + bytes((n + i) % 251 for i in range(203)) for n in range(4))
    raw = bytearray(image.read_bytes())
    end = raw.index(HEARD[144 * 128 : 144 * 129]) + 144
    raw[end + 10 : end + 10 + len(slack)] = slack
    image.write_bytes(raw)

    ((sha256, note),) = _carved(image, tmp_path / "case").items()
    assert sha256 == _sha256(slack)
    assert "in the slack behind heard.mp3" in note


def test_what_follows_a_recording_in_its_file_stays_a_find(tmp_path: Path, run_program: RunProgram) -> None:
    image = tmp_path / "image.dd"
    text = b"not a part of the recording\n" * 100
    _fragmented("ext4", image, {"heard.mp3": HEARD[: 144 * 50] + text + EMBEDDED}, run_program)

    notes = list(_carved(image, tmp_path / "case").values())
    assert notes
    assert all("in the allocated file heard.mp3, from its byte " in note for note in notes)


def test_content_given_to_another_file_is_that_file_s() -> None:
    placement = Placement()
    placement.add(1, 2048, [(4096, 2048)], deleted=True)
    placement.add(2, 1000, [(4096, 1024)])

    owners = placement.owners([4096, 4200, 5200])
    assert {place: owner.entry for place, owner in owners.items()} == {4096: 2, 4200: 2, 5200: 1}


def test_pieces_of_a_file_with_holes_are_not_counted() -> None:
    placement = Placement()
    placement.add(1, 3000, [(4096, 1024), (8192, 1024)])
    placement.add(2, 2000, [(16384, 1024), (20480, 1024)])

    pieces = [tuple(piece) for piece in placement.content({1: 3000, 2: 1900})]
    assert pieces == [(16384, 1024, True), (20480, 876, False)]


def test_what_of_a_part_lies_outside_others() -> None:
    ranges = Ranges([(30, 10), (10, 10), (20, 5)])

    assert list(ranges.outside(12, 10)) == []
    assert list(ranges.outside(5, 40)) == [(5, 5), (25, 5), (40, 5)]
    assert list(ranges.outside(50, 2)) == [(50, 2)]
    assert list(Ranges([]).outside(1, 2)) == [(1, 2)]
    assert ranges.hold([(10, 15), (31, 9)])
    assert not ranges.hold([(10, 15), (31, 10)])


def test_a_find_may_run_a_frame_into_what_lies_behind_a_piece() -> None:
    recordings = WholeRecordings([Piece(1000, 1000, True), Piece(5000, 1000, False)])

    assert recordings.hold([(1100, 900)])
    assert recordings.hold([(1100, 1400)])
    assert not recordings.hold([(1100, 900 + 2049)])
    assert not recordings.hold([(2000, 100)])
    assert not recordings.hold([(5100, 901)])


def test_a_log_between_the_pieces_of_a_carved_recording_is_a_find(tmp_path: Path) -> None:
    # A second of 16-bit sound.
    head = struct.pack(
        "<4sI4s4sIHHIIHH4sI", b"RIFF", 36 + 64000, b"WAVE", b"fmt ", 16, 1, 1, 32000, 64000, 2, 16, b"data", 64000
    )
    sound = head + bytes(range(250)) * 256
    log = gzip.compress(b"03-09 21:14:24.169  1234  1256 I AlexaService: WAKE_WORD\n" * 20, mtime=0)
    raw = bytes(65536) + sound[:32768] + log.ljust(4096, b"\0") + sound[32768:] + bytes(65536)
    (tmp_path / "image.dd").write_bytes(raw.ljust(-(-len(raw) // 512) * 512, b"\0"))

    extract([tmp_path / "image.dd"], tmp_path / "case", None, Options(argv=("test",)), lambda *_: None)

    with closing(sqlite3.connect(tmp_path / "case" / "case.db")) as case:
        paths = [path for (path,) in case.execute("SELECT path FROM entries ORDER BY path")]
    assert paths == ["$Carved/000000010000.wav", "$Carved/000000018000.gz", "$Carved/000000018000.gz!/000000018000"]
