from __future__ import annotations

import struct
import zlib
from collections.abc import Callable

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from echoforensics.evidence.media.media import Media
from echoforensics.evidence.volumes.gpt import read_gpt
from echoforensics.evidence.volumes.layout import Layout, find_volumes
from echoforensics.evidence.volumes.table import PartitionTable

ENTRIES = [("boot-A", 64, 127, 1 << 50), ("boot-B", 128, 191, 0), ("data", 192, 1023, 1 << 50), ("", 1024, 1100, 0)]
FUZZ = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def _table(disk: bytes | bytearray) -> PartitionTable | None:
    raw = bytes(disk)
    return read_gpt(lambda at, size: raw[at : at + size] if at >= 0 else b"", len(raw))


def _says(layout: Layout) -> list[str]:
    return [issue.what for issue in layout.issues]


@pytest.mark.parametrize("sector", [512, 4096])
def test_volumes_of_a_good_table(
    sector: int, gpt_disk: Callable[..., bytearray], media_of: Callable[..., Media]
) -> None:
    layout = find_volumes(media_of(gpt_disk(ENTRIES, 2048 * sector, sector)))

    assert layout.issues == ()
    assert [(v.prefix, v.description, v.offset, v.length, v.scheme, v.slot) for v in layout.volumes] == [
        ("p1/", "boot-A (Linux file system), marked active, slot A", 64 * sector, 64 * sector, "GPT", "A"),
        ("p2/", "boot-B (Linux file system), slot B", 128 * sector, 64 * sector, "GPT", "B"),
        ("p3/", "data (Linux file system)", 192 * sector, 832 * sector, "GPT", ""),
        ("p4/", "Linux file system", 1024 * sector, 77 * sector, "GPT", ""),
    ]


def test_numbers_follow_the_places_not_the_entries(
    gpt_disk: Callable[..., bytearray], media_of: Callable[..., Media]
) -> None:
    layout = find_volumes(media_of(gpt_disk([("last", 500, 600, 0), ("first", 100, 200, 0)])))

    assert [(v.prefix, v.description.split()[0]) for v in layout.volumes] == [("p1/", "first"), ("p2/", "last")]


@pytest.mark.parametrize(
    ("at", "why"),
    [
        (512, "it is not there"),
        (512 + 60, "header's checksum does not match"),
        (1024 + 40, "the checksum of its entries does not match"),
        (512 + 80, "header's checksum does not match"),
    ],
)
def test_the_backup_is_used_where_the_primary_is_damaged(
    at: int, why: str, gpt_disk: Callable[..., bytearray], media_of: Callable[..., Media]
) -> None:
    disk = gpt_disk(ENTRIES)
    disk[at] ^= 0xFF

    layout = find_volumes(media_of(disk))

    assert [v.offset for v in layout.volumes] == [entry[1] * 512 for entry in ENTRIES]
    (issue,) = _says(layout)
    assert why in issue
    assert issue.endswith(f"the backup at byte {len(disk) - 512} was used")


def test_both_damaged_but_the_mbr_stands_for_a_gpt(
    gpt_disk: Callable[..., bytearray], media_of: Callable[..., Media]
) -> None:
    disk = gpt_disk(ENTRIES)
    disk[512:520] = disk[-512:-504] = bytes(8)

    layout = find_volumes(media_of(disk))

    assert [v.prefix for v in layout.volumes] == [""]
    assert _says(layout) == ["the MBR stands for a GPT, but neither the GPT nor its backup can be read"]


def test_both_headers_with_wrong_checksums_are_still_used(
    gpt_disk: Callable[..., bytearray], media_of: Callable[..., Media]
) -> None:
    disk = gpt_disk(ENTRIES)
    disk[512 + 60] ^= 1
    disk[-512 + 60] ^= 1

    layout = find_volumes(media_of(disk))

    assert len(layout.volumes) == 4
    assert [issue.split(" (")[0] for issue in _says(layout)] == ["the primary GPT is damaged"]


def test_an_image_that_was_cut_off_says_so(gpt_disk: Callable[..., bytearray], media_of: Callable[..., Media]) -> None:
    layout = find_volumes(media_of(gpt_disk(ENTRIES)[: 1000 * 512]))

    assert [(v.offset, v.length) for v in layout.volumes][2] == (192 * 512, (1000 - 192) * 512)
    assert len(layout.volumes) == 3
    assert [what for what in _says(layout) if "ends beyond the end of the image" in what]
    assert [what for what in _says(layout) if "begins beyond the end of the image" in what]
    assert [what for what in _says(layout) if "backup GPT is missing" in what]
    assert len(layout.issues) == 3


def test_entries_that_overlap_or_end_before_they_begin(
    gpt_disk: Callable[..., bytearray], media_of: Callable[..., Media]
) -> None:
    layout = find_volumes(media_of(gpt_disk([("a", 100, 300, 0), ("b", 200, 400, 0), ("c", 500, 450, 0)])))

    assert [v.offset for v in layout.volumes] == [100 * 512, 200 * 512]
    assert [what for what in _says(layout) if "overlap; each was read" in what]
    assert [what for what in _says(layout) if "'c'" in what and "ends before it begins" in what]


def test_copies_that_differ_say_so(gpt_disk: Callable[..., bytearray], media_of: Callable[..., Media]) -> None:
    disk, other = gpt_disk(ENTRIES), gpt_disk(ENTRIES[:2])
    disk[-33 * 512 :] = other[-33 * 512 :]

    layout = find_volumes(media_of(disk))

    assert len(layout.volumes) == 4
    assert _says(layout) == ["the primary GPT and its backup list different partitions; the primary was used"]


def test_a_hybrid_mbr_adds_what_only_it_lists(
    gpt_disk: Callable[..., bytearray], media_of: Callable[..., Media]
) -> None:
    disk = gpt_disk(ENTRIES)
    disk[462:478] = struct.pack("<B3sB3sII", 0, bytes(3), 0x83, bytes(3), 192, 832)
    assert find_volumes(media_of(disk)).issues == ()

    disk[478:494] = struct.pack("<B3sB3sII", 0, bytes(3), 0x83, bytes(3), 1500, 100)
    layout = find_volumes(media_of(disk))

    assert [(v.offset, v.scheme) for v in layout.volumes][-1] == (1500 * 512, "MBR")
    assert _says(layout) == ["the MBR lists 1 partitions that the GPT does not; they were read too"]


def test_a_huge_count_of_entries_is_bounded(gpt_disk: Callable[..., bytearray]) -> None:
    disk = gpt_disk(ENTRIES)
    for base in (512, len(disk) - 512):
        struct.pack_into("<I", disk, base + 80, 0xFFFFFFFF)
        header = disk[base : base + 16] + bytes(4) + disk[base + 20 : base + 92]
        struct.pack_into("<I", disk, base + 16, zlib.crc32(header))

    table = _table(disk)

    assert table is not None
    assert table.parts[0].name == "boot-A"
    assert any("4294967295 entries" in issue for issue in table.issues)


def test_sgdisk_and_this_reader_agree(
    tmp_path: object, run_program: Callable[..., str], media_of: Callable[..., Media]
) -> None:
    path = f"{tmp_path}/disk.dd"
    with open(path, "wb") as stream:  # noqa: PTH123
        stream.truncate(4 * 1024 * 1024)
    run_program("sgdisk", "-n", "1:2048:4095", "-c", "1:misc", "-n", "2:4096:6000", "-c", "2:system", path)
    with open(path, "rb") as stream:  # noqa: PTH123
        layout = find_volumes(media_of(stream.read()))

    assert layout.issues == ()
    assert [(v.description, v.offset, v.length) for v in layout.volumes] == [
        ("misc (Linux file system)", 2048 * 512, 2048 * 512),
        ("system (Linux file system)", 4096 * 512, 1905 * 512),
    ]


@FUZZ
@given(data=st.data())
def test_mutations_never_raise(data: st.DataObject, gpt_disk: Callable[..., bytearray]) -> None:
    disk = gpt_disk(ENTRIES, 128 * 1024)
    for _ in range(data.draw(st.integers(1, 12))):
        at = data.draw(st.one_of(st.integers(0, 1200), st.integers(len(disk) - 600, len(disk) - 1)))
        disk[at] = data.draw(st.integers(0, 255))

    table = _table(disk[: data.draw(st.integers(0, len(disk)))])

    assert table is None or (table.scheme == "GPT" and len(table.parts) <= 1024)


@FUZZ
@given(st.binary(max_size=2048))
def test_any_bytes_behind_the_signature(tail: bytes) -> None:
    table = _table(bytes(512) + b"EFI PART" + tail)

    assert table is None or table.issues
