from __future__ import annotations

import struct
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from echoforensics.evidence.media.media import Media
from echoforensics.evidence.volumes.layout import find_volumes
from echoforensics.evidence.volumes.mbr import MAX_LOGICAL, Mbr, read_mbr

SIZE = 2048 * 512
Entry = tuple[int, int, int]


def _put(disk: bytearray, at: int, entries: list[Entry]) -> None:
    for index, (kind, first, count) in enumerate(entries):
        struct.pack_into("<B3sB3sII", disk, at + 446 + 16 * index, 0, bytes(3), kind, bytes(3), first, count)
    disk[at + 510 : at + 512] = b"\x55\xaa"


def _disk(entries: list[Entry], size: int = SIZE) -> bytearray:
    disk = bytearray(size)
    _put(disk, 0, entries)
    return disk


def _read(disk: bytes | bytearray) -> Mbr | None:
    raw = bytes(disk)
    return read_mbr(lambda at, size: raw[at : at + size] if at >= 0 else b"", len(raw))


def test_primary_and_logical_partitions(media_of: Callable[..., Media]) -> None:
    disk = _disk([(0x83, 10, 100), (0x05, 200, 1000), (0x82, 1500, 50)])
    _put(disk, 200 * 512, [(0x83, 2, 100), (0x05, 300, 200)])
    _put(disk, 500 * 512, [(0x0C, 3, 90)])

    layout = find_volumes(media_of(disk))

    assert layout.issues == ()
    assert [(v.prefix, v.description, v.offset, v.length, v.scheme) for v in layout.volumes] == [
        ("p1/", "Linux (0x83)", 10 * 512, 100 * 512, "MBR"),
        ("p2/", "Linux (0x83)", 202 * 512, 100 * 512, "MBR"),
        ("p3/", "FAT32 (0x0c)", 503 * 512, 90 * 512, "MBR"),
        ("p4/", "Linux swap (0x82)", 1500 * 512, 50 * 512, "MBR"),
    ]


def test_a_chain_that_leads_back_is_followed_once() -> None:
    disk = _disk([(0x0F, 200, 1000)])
    _put(disk, 200 * 512, [(0x83, 2, 100), (0x05, 300, 200)])
    _put(disk, 500 * 512, [(0x83, 2, 100), (0x05, 0, 200)])

    found = _read(disk)

    assert found is not None
    assert [part.offset for part in found.table.parts] == [202 * 512, 502 * 512]
    assert found.table.issues == (
        f"the chain of logical partitions leads back to byte {200 * 512}; it was followed once",
    )


def test_a_chain_that_breaks_off_keeps_what_came_before() -> None:
    disk = _disk([(0x05, 200, 1000)])
    _put(disk, 200 * 512, [(0x83, 2, 100), (0x05, 300, 200)])

    found = _read(disk)

    assert found is not None
    assert [part.offset for part in found.table.parts] == [202 * 512]
    assert found.table.issues == (
        f"the chain of logical partitions breaks off at byte {500 * 512}, where no table stands",
    )


def test_an_endless_chain_is_bounded() -> None:
    disk = _disk([(0x05, 1, 5000)], 1024 * 512)
    for sector in range(1, 1023):
        _put(disk, sector * 512, [(0x83, 1, 1), (0x05, sector, 1)])

    found = _read(disk)

    assert found is not None
    assert len(found.table.parts) == MAX_LOGICAL
    assert "more than 256 logical partitions" in found.table.issues[0]


def test_entries_beyond_the_end_and_over_one_another(media_of: Callable[..., Media]) -> None:
    layout = find_volumes(media_of(_disk([(0x83, 100, 500), (0x83, 400, 300), (0x83, 2000, 500), (0x83, 9000, 10)])))

    assert [(v.offset, v.length) for v in layout.volumes] == [
        (100 * 512, 500 * 512),
        (400 * 512, 300 * 512),
        (2000 * 512, 48 * 512),
    ]
    issues = [issue.what for issue in layout.issues]
    assert len(issues) == 3
    assert sum("overlap" in what for what in issues) == 1
    assert sum("ends beyond the end" in what for what in issues) == 1
    assert sum("begins beyond the end" in what for what in issues) == 1


def test_sectors_of_4096_bytes_are_known_by_what_begins_there() -> None:
    disk = _disk([(0x83, 64, 100)], 4096 * 256)
    disk[64 * 4096 + 1080 : 64 * 4096 + 1082] = b"\x53\xef"

    found = _read(disk)

    assert found is not None
    assert [(part.offset, part.length) for part in found.table.parts] == [(64 * 4096, 100 * 4096)]


@pytest.mark.parametrize("kind", ["fat", "ext4"])
def test_a_bare_file_system_is_no_table(kind: str, tmp_path: object, run_program: Callable[..., str]) -> None:
    path = f"{tmp_path}/image.dd"
    with open(path, "wb") as stream:  # noqa: PTH123
        stream.truncate(1024 * 1024)
    run_program(f"mkfs.{'vfat' if kind == 'fat' else kind}", *(("-q", "-F") if kind == "ext4" else ()), path)
    with open(path, "rb") as stream:  # noqa: PTH123
        assert _read(stream.read()) is None


def test_a_boot_sector_and_an_empty_table_are_no_tables() -> None:
    fat = _disk([(0x83, 10, 100)])
    fat[0:3], fat[54:59] = b"\xeb\x3c\x90", b"FAT16"
    wrong_flag = _disk([(0x83, 10, 100)])
    wrong_flag[446] = 7

    assert [_read(disk) for disk in (fat, wrong_flag, _disk([]), bytearray(512), bytearray(3))] == [None] * 5


def test_a_gpt_of_a_former_use_is_read_too(gpt_disk: Callable[..., bytearray], media_of: Callable[..., Media]) -> None:
    disk = gpt_disk([("data", 200, 300, 0)])
    _put(disk, 0, [(0x83, 64, 100), (0, 0, 0)])

    layout = find_volumes(media_of(disk))

    assert [(v.offset, v.scheme) for v in layout.volumes] == [(64 * 512, "MBR"), (200 * 512, "GPT")]
    assert [issue.what for issue in layout.issues] == [
        "there is a GPT, but the MBR before it does not stand for it; both were read",
        "the GPT lists 1 partitions that the MBR does not; they were read too",
    ]


@settings(max_examples=200, deadline=None)
@given(st.binary(min_size=66, max_size=66), st.binary(max_size=4096))
def test_any_table_gives_partitions_or_none(table: bytes, behind: bytes) -> None:
    found = _read(bytes(446) + table[:64] + b"\x55\xaa" + behind)

    assert found is None or len(found.table.parts) <= 4 * 3 * MAX_LOGICAL


@settings(max_examples=100, deadline=None)
@given(
    st.lists(st.tuples(st.sampled_from([0, 5, 15, 0x83, 0xEE]), st.integers(0, 12), st.integers(0, 12)), max_size=40)
)
def test_any_chain_ends(entries: list[Entry]) -> None:
    disk = bytearray(512 * 12)
    for sector in range(12):
        _put(disk, sector * 512, entries[sector * 4 : sector * 4 + 4])

    found = _read(disk)

    assert found is None or len(found.table.parts) <= 4 * 3 * MAX_LOGICAL
