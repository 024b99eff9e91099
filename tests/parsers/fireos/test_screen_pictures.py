"""Pictures that are known by their names: Visual ID and task snapshots."""

from __future__ import annotations

import struct
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from parsers.fireos.task_snapshot import TaskSnapshot, picture_size
from parsers.fireos.visual_id import VisualId
from parsers.parser import Parser, Source
from parsers.record import Clock, Issue, Record, Timestamp

UUID = "11111111-2222-3333-4444-555555555555"
ALBUM = f"data/data/com.amazon.edgecvs/files/album/{UUID}"
PNG = b"\x89PNG\r\n\x1a\n" + struct.pack(">I4sII", 13, b"IHDR", 1920, 1080) + b"\x08\x02\0\0\0"
JPEG = b"\xff\xd8\xff\xe0\x00\x04JF\xff\xff\xc0\x00\x0b\x08\x04\x38\x07\x80\x01\x01\x11\x00"
Found = tuple[list[Record], list[Issue]]
Reader = Callable[[Parser, Source], Found]


def test_an_encrypted_picture_by_its_name(read_with: Reader) -> None:
    source = Source.of(b"\x9a" * 64, f"{ALBUM}/{UUID}_LEFT_1681062289810.png")
    (record,), issues = read_with(VisualId(), source)
    assert issues == []
    assert record == Record(
        "echo:visual_id:picture",
        f"The device keeps a picture of Visual ID of the enrolment {UUID}; its name gives the position LEFT. Its"
        " content does not begin as a PNG picture does; such pictures are kept encrypted.",
        "",
        (
            Timestamp(
                "Creation Time",
                "1681062289810",
                Clock.DEVICE,
                1_681_062_289_810_000,
                "From the file's name, read as milliseconds since 1970 UTC; the device's clock.",
            ),
        ),
        fields={
            "file": f"{UUID}_LEFT_1681062289810.png",
            "enrolment": UUID,
            "position": "LEFT",
            "milliseconds": "1681062289810",
            "size": 64,
            "begins_as_png": False,
        },
        keys=(f"visual-id:{UUID}",),
    )


def test_a_picture_that_is_not_encrypted_and_the_album(read_with: Reader) -> None:
    (picture,), _ = read_with(VisualId(), Source.of(PNG, f"{ALBUM}/{UUID}_UP_000000000001.png"))
    assert picture.fields["begins_as_png"] is True
    assert "Its content begins as a PNG picture does." in picture.message
    assert picture.timestamps == ()
    (album,), issues = read_with(VisualId(), Source.of(b'{"personId": "p", "key": "k"}', f"{ALBUM}/{UUID}.json"))
    assert issues == []
    assert album.fields["content"] == {"personId": "p", "key": "present, 1 character"}
    (other,), issues = read_with(VisualId(), Source.of(b"\xff\xfe", f"{ALBUM}/{UUID}.json"))
    assert issues == []
    assert other.fields["begins_with"] == "fffe"
    (_, issue) = read_with(VisualId(), Source.of(b" " * (4 * 1024 * 1024 + 1), f"{ALBUM}/{UUID}.json"))
    assert [item.what for item in issue] == ["The file is longer than 4194304 bytes (4194305): it was not read."]


@pytest.mark.parametrize(
    "path",
    [
        f"{ALBUM}/{UUID}_SIDEWAYS_1681062289810.png",
        f"{ALBUM}/{UUID}_LEFT_1681.png",
        f"{ALBUM}/x_LEFT_1681062289810.png",
        f"pictures/{UUID}_LEFT_1681062289810.png",
        f"pictures/{UUID}.json",
    ],
)
def test_other_names_are_not_claimed(path: str) -> None:
    source = Source.of(PNG, path)
    assert not VisualId().claims(source)
    assert [type(item) for item in VisualId().parse(source)] == [Issue]


def test_a_snapshot_of_the_screen(read_with: Reader) -> None:
    (record,), issues = read_with(TaskSnapshot(), Source.of(JPEG, "data/system_ce/0/snapshots/42.jpg"))
    assert issues == []
    assert record == Record(
        "echo:state:screen_snapshot",
        "The system keeps a picture of the screen of task 42, 1920 by 1080 pixels.",
        "",
        fields={"file": "42.jpg", "user": "0", "task": "42", "size": len(JPEG), "width": 1920, "height": 1080},
    )
    (small,), _ = read_with(TaskSnapshot(), Source.of(PNG, "system_ce/10/snapshots/7_reduced.jpg"))
    assert small.message == "The system keeps a reduced picture of the screen of task 7, 1920 by 1080 pixels."
    (proto,), issues = read_with(TaskSnapshot(), Source.of(b"\x08\x01", "system_ce/0/snapshots/42.proto"))
    assert issues == []
    assert proto.message == "The system keeps data about a picture of the screen of task 42. They are not decoded."
    (broken,), (issue,) = read_with(TaskSnapshot(), Source.of(b"GIF89a", "system_ce/0/snapshots/1.jpg"))
    assert issue.excerpt == b"GIF89a"
    assert broken.message.endswith("of a size that could not be read.")
    assert not TaskSnapshot().claims(Source.of(JPEG, "DCIM/snapshots/42.jpg"))
    assert not TaskSnapshot().claims(Source.of(JPEG, "system_ce/0/snapshots/photo.jpg"))


@settings(deadline=None, max_examples=200)
@given(st.binary(max_size=40), st.integers(0, len(JPEG)))
def test_any_header_gives_a_size_or_none(tail: bytes, cut: int) -> None:
    for head in (b"\xff\xd8" + tail, JPEG[:cut] + tail, PNG[:16] + tail, tail):
        size = picture_size(head)
        assert size is None or min(size) >= 0
