from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from echoforensics.errors import SourceError
from echoforensics.evidence.entry import Entry, EvidenceIssue
from echoforensics.evidence.media.media import Media, ReadImage
from echoforensics.evidence.source import open_source
from echoforensics.evidence.volumes.disk import Disk, may_be_image
from echoforensics.evidence.volumes.layout import find_volumes
from echoforensics.evidence.volumes.pieces import scattered
from echoforensics.evidence.volumes.slots import with_slots
from echoforensics.evidence.volumes.table import Partition

MIB = 1024 * 1024


def test_offsets_given_by_hand_reach_to_the_next(
    media_of: Callable[..., Media], small_ext: Callable[..., bytes]
) -> None:
    raw = bytearray(4 * MIB)
    raw[5000 : 5000 + MIB] = small_ext("one")
    raw[2 * MIB : 3 * MIB] = small_ext("two")

    disk = Disk(media_of(raw), "image", (2 * MIB, 5000, 5000))

    assert [(v.prefix, v.offset, v.length, v.scheme) for v in disk.volumes.values()] == [
        ("at5000/", 5000, 2 * MIB - 5000, "given offset"),
        (f"at{2 * MIB}/", 2 * MIB, 2 * MIB, "given offset"),
    ]
    found = [item.path for item in disk.entries() if isinstance(item, Entry)]
    assert {"at5000/one", f"at{2 * MIB}/two"} <= set(found)


@pytest.mark.parametrize("offset", [-1, 4096, 10**20])
def test_an_offset_outside_the_image_is_refused_in_one_line(offset: int, media_of: Callable[..., Media]) -> None:
    with pytest.raises(SourceError, match=f"^image: offset {offset} lies outside the image, which has 4096 bytes$"):
        Disk(media_of(bytes(4096)), "image", (offset,))


def test_an_offset_where_nothing_is_known_is_an_issue(media_of: Callable[..., Media]) -> None:
    disk = Disk(media_of(bytes(MIB)), "image", (512,))

    (issue,) = disk.entries()
    assert isinstance(issue, EvidenceIssue)
    assert issue.path == "at512"
    assert "it is empty (only zero bytes in the places looked at)" in issue.what


def test_an_image_in_which_nothing_is_known_is_accepted_and_says_so(tmp_path: Path) -> None:
    path = tmp_path / "image.dd"
    path.write_bytes(b"no magic " * 1000 + bytes(128 * 1024 - 9000))

    container = open_source(path).container

    assert isinstance(container, Disk)
    assert container.file_systems == {}
    (issue,) = container.entries()
    assert isinstance(issue, EvidenceIssue)
    assert issue.what.startswith("there is no table of partitions and no file system that can be read")
    assert issue.what.endswith("It can only be searched by content")


def test_what_is_plainly_no_image_is_refused() -> None:
    assert [may_be_image(size) for size in (0, 512, 65536 - 512, 65536, 65537, 100_000, MIB)] == [
        False, False, False, True, False, False, True,
    ]  # fmt: skip


def test_a_squashfs_that_is_cut_off_is_named_whatever_its_size(media_of: Callable[..., Media]) -> None:
    (issue,) = Disk(media_of(b"hsqs" + bytes(range(1, 200)) * 7), "x.sqfs").entries()

    assert isinstance(issue, EvidenceIssue)
    assert "the image holds squashfs, which cannot be read" in issue.what


def test_slots_need_their_counterpart() -> None:
    names = ["main-A", "main-B", "boot_a", "boot_b", "vitamin-b", "system.a", "system-b", "a", "x_A", "x_b"]

    found = with_slots([Partition(0, 1, name, name) for name in names])

    assert [part.slot for part in found] == ["A", "B", "A", "B", "", "", "", "", "", ""]
    assert [part.description for part in found][:3] == ["main-A, slot A", "main-B, slot B", "boot_a, slot A"]


def test_media_that_cannot_be_read_gives_issues_not_exceptions() -> None:
    def fail(at: int, size: int) -> bytes:
        raise OSError(f"sector {at // 512} is bad\nand more")

    layout = find_volumes(Media("raw image", ReadImage(MIB, fail, lambda: None), ()))

    assert [v.prefix for v in layout.volumes] == [""]
    assert layout.issues
    assert all(issue.what.endswith("is bad") for issue in layout.issues)


def test_a_scattered_volume_reads_its_pieces_in_order(media_of: Callable[..., Media]) -> None:
    volume = scattered(media_of(bytes(range(100))), "x/", "x", ((50, 10), (None, 5), (0, 10), (95, 10)), "LVM")

    whole = bytes(range(50, 60)) + bytes(5) + bytes(range(10)) + bytes(range(95, 100)) + bytes(5)
    assert volume.read(0, 1000) == whole
    assert [volume.read(at, 7) for at in range(40)] == [whole[at : at + 7] for at in range(40)]
    assert volume.image.read(3, 20) == whole[3:23]
    assert volume.on_media(5, 15) == [(55, 5), (0, 5)]


def test_other_tables_are_read_with_the_sleuth_kit(media_of: Callable[..., Media]) -> None:
    raw = bytearray(MIB)
    raw[0:4] = b"ER\x02\x00"
    for index, (name, first, count) in enumerate([(b"Apple_partition_map", 1, 63), (b"Apple_HFS", 64, 500)], 1):
        entry = b"PM\0\0" + b"".join(number.to_bytes(4, "big") for number in (2, first, count))
        status = (0x33).to_bytes(4, "big")
        raw[index * 512 : index * 512 + 92] = (entry + name.ljust(32, b"\0") + name).ljust(88, b"\0") + status

    layout = find_volumes(media_of(raw))

    assert [(v.scheme, v.offset, v.length) for v in layout.volumes][-1] == ("Mac", 64 * 512, 500 * 512)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_any_bytes_at_the_places_that_count(data: st.DataObject, media_of: Callable[..., Media]) -> None:
    raw = bytearray(128 * 1024)
    marks = [
        b"EFI PART",
        b"MPT\x0001.00.00\0\0\0\0",
        b"LABELONE",
        b"LVM2 001",
        b"\x55\xaa",
        b"\x53\xef",
        b"gDla",
        b"\xff" * 9,
    ]
    for at in (0, 446, 510, 512, 1024, 1080, 4096, 4608, len(raw) - 512):
        piece = data.draw(st.one_of(st.sampled_from(marks), st.binary(max_size=64), st.just(b"")))
        raw[at : at + len(piece)] = piece

    disk = Disk(media_of(raw), "image")

    assert list(disk.volumes)
    assert all(isinstance(item, (Entry, EvidenceIssue)) for _, item in zip(range(100), disk.entries(), strict=False))
    assert all(line for line in disk.describe())
