from __future__ import annotations

import gzip
import json
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from chain_of_custody.digest import hash_bytes
from echoforensics.case.case import Case
from echoforensics.case.exhibits.row import Query, Row
from echoforensics.case.row_query import rows
from echoforensics.extraction.options import Options
from echoforensics.extraction.run import extract
from echoforensics.verification import verify_case

#: MPEG-2 Layer III, 48 kbit/s, 24 kHz, one channel: frames of 144 bytes.
FRAME = b"\xff\xf3\x64\xc4"


def _mp3(frames: int, seed: int) -> bytes:
    # The side information (nine bytes) says that the frames hold nothing.
    return b"".join(FRAME + bytes(9) + bytes((seed + n + i) % 251 for i in range(131)) for n in range(frames))


ALLOCATED, IN_FILE, DELETED, IN_SLACK, NOWHERE = (
    _mp3(20, 7), _mp3(30, 31), _mp3(40, 67), _mp3(5, 99), _mp3(9, 120)
)  # fmt: skip
#: A byte of a block that no file ever had.
UNUSED = 7 * 1024 * 1024 + 77
ACTIVITY = json.dumps(
    {
        "activityStatus": "SUCCESS",
        "creationTimestamp": 1700000000000,
        "description": '{"summary":"what time is it","firstUtteranceId":"AB72C64C86AW2:1.0/2023/11/14/22/'
        'B0F0071234567890/13:20::TNIH_2V.1/0"}',
        "id": "A1#1700000000000#AB72C64C86AW2#B0F0071234567890",
        "registeredCustomerId": "A1",
        "sourceDeviceIds": [{"deviceType": "AB72C64C86AW2", "serialNumber": "B0F0071234567890"}],
        "utteranceId": "AB72C64C86AW2:1.0/2023/11/14/22/B0F0071234567890/13:20::TNIH_2V.1/0",
        "version": 1,
    }
).encode()


@pytest.fixture
def image(tmp_path: Path, make_image: Callable[..., Path], run_program: Callable[..., str]) -> Path:
    """Recordings as a file, inside another, in slack, in a deleted file and nowhere; the first one twice."""
    root = tmp_path / "root"
    root.mkdir()
    (root / "heard.mp3").write_bytes(ALLOCATED)
    (root / "swap.bin").write_bytes(b"\x05" * 5001 + IN_FILE + b"\x05" * 3000)
    (root / "short.txt").write_bytes(b"a note\n")
    (root / "gone.bin").write_bytes(
        b"\x06" * 12345 + DELETED + b"\x06" * 9000 + ALLOCATED + b"\x06" * 5000 + ACTIVITY + b"\x06" * 5000
    )
    path = make_image(root, "ext4")
    blocks = run_program("debugfs", "-R", "blocks /short.txt", path).split()
    run_program("debugfs", "-w", "-R", "rm /gone.bin", path)
    with path.open("r+b") as stream:
        stream.seek(int(blocks[0]) * _block_size(path) + 10)
        stream.write(IN_SLACK)
        stream.seek(UNUSED)
        stream.write(NOWHERE)
    return path


def _block_size(image: Path) -> int:
    with image.open("rb") as stream:
        stream.seek(1024 + 24)
        return 1024 << int.from_bytes(stream.read(4), "little")


def _extracted(image: Path, case: Path, **options: object) -> tuple[list[Row], list[tuple[str, str, int]]]:
    extract([image], case, None, Options(argv=("test",), **options), lambda *_: None)  # type: ignore[arg-type]
    with closing(sqlite3.connect(case / "case.db")) as db:
        carved = db.execute(
            "SELECT sha256, note, artefact FROM entries WHERE state = 'carved' ORDER BY path, address"
        ).fetchall()
    with Case.open(case) as opened:
        return list(rows(opened.store, Query())), carved


def _sha256(content: bytes) -> str:
    return str(hash_bytes(content, ("sha256",)).sha256)


def test_recordings_in_slack_in_files_and_in_deleted_space_are_found_once(image: Path, tmp_path: Path) -> None:
    found, carved = _extracted(image, tmp_path / "case")
    content = image.read_bytes()
    sound = {sha256: note for sha256, note, _ in carved if "MP3" in note}

    assert set(sound) == {_sha256(each) for each in (IN_FILE, DELETED, IN_SLACK, ALLOCATED, NOWHERE)}
    assert f"byte {content.index(IN_FILE)} of the media, in the allocated file swap.bin, from its byte 5001 on" in (
        sound[_sha256(IN_FILE)].replace("(4320 bytes at ", "")
    )
    assert "in the slack behind short.txt" in sound[_sha256(IN_SLACK)]
    assert "in the deleted file gone.bin, from its byte 12345 on" in sound[_sha256(DELETED)]
    assert f"at byte {UNUSED} of the media, outside the files that were listed" in sound[_sha256(NOWHERE)]
    assert sound[_sha256(ALLOCATED)].endswith("; the same bytes as heard.mp3")
    recordings = [row for row in found if row["data_type"] == "recording:audio"]
    assert sorted(row["sha256"] for row in recordings) == sorted(
        _sha256(each) for each in (ALLOCATED, IN_FILE, DELETED, IN_SLACK, NOWHERE)
    )


def test_a_carved_record_is_read_like_any_other_and_leads_back_to_its_bytes(image: Path, tmp_path: Path) -> None:
    found, _ = _extracted(image, tmp_path / "case")
    activity = [row for row in found if row["data_type"] == "alexa:cloud:activity"]
    at = image.read_bytes().index(ACTIVITY)

    assert {row["transcript"] for row in activity} == {"what time is it"}
    assert all(f"{len(ACTIVITY)} bytes at byte {at} of the media" in row["message"] for row in activity)
    with Case.open(tmp_path / "case") as case:
        traced = case.trace(activity[0]["exhibit"])
    assert (traced.origin, traced.unchanged, traced.issue) == ("evidence", True, "")
    assert traced.extents == [(at, len(ACTIVITY))]


def test_what_lies_in_a_carved_or_deleted_archive_is_carved_or_deleted_too(
    tmp_path: Path, make_image: Callable[..., Path], run_program: Callable[..., str]
) -> None:
    root = tmp_path / "root"
    root.mkdir()
    lines = [f"03-09 21:14:2{number}.169  1234  1256 I AlexaService: WAKE_WORD\n".encode() for number in (4, 5, 6)]
    for name, line in zip(("live.txt.gz", "gone.txt.gz"), lines[:2], strict=True):
        (root / name).write_bytes(gzip.compress(line * 50, mtime=0))
    disk = make_image(root, "ext4")
    run_program("debugfs", "-w", "-R", "rm /gone.txt.gz", disk)
    with disk.open("r+b") as stream:
        stream.seek(UNUSED)
        stream.write(gzip.compress(lines[2] * 50, mtime=0))

    extract([disk], tmp_path / "case", None, Options(argv=("test",)), lambda *_: None)

    with closing(sqlite3.connect(tmp_path / "case" / "case.db")) as db:
        states = dict(db.execute("SELECT path, state FROM entries WHERE instr(path, '!/')").fetchall())
    assert states == {
        "live.txt.gz!/live.txt": "allocated",
        "gone.txt.gz!/gone.txt": "deleted",
        f"$Carved/{UNUSED:012x}.gz!/{UNUSED:012x}": "carved",
    }


def test_without_carving_only_files_are_read(image: Path, tmp_path: Path) -> None:
    found, carved = _extracted(image, tmp_path / "case", carve=False)

    assert carved == []
    assert [row["sha256"] for row in found if row["data_type"] == "recording:audio"] == [_sha256(ALLOCATED)]


def test_the_ledger_says_what_was_searched_and_the_case_verifies(image: Path, tmp_path: Path) -> None:
    case = tmp_path / "case"
    _, carved = _extracted(image, case)
    with Case.open(case) as opened:
        taken = next(entry.detail for entry in opened.actions() if entry.action == "source taken in")

    carving: Any = taken["carving"]
    assert carving["found"] == len(carved) + carving["within_files_that_were_read"]
    assert (verify_case(case).ok, verify_case(case).complete) == (True, True)


def test_given_again_nothing_is_found_twice(image: Path, tmp_path: Path) -> None:
    first = _extracted(image, tmp_path / "case")

    assert _extracted(image, tmp_path / "case") == first
