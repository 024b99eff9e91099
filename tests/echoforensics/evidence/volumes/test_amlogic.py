from __future__ import annotations

import struct
from collections.abc import Callable

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from echoforensics.evidence.media.media import Media
from echoforensics.evidence.volumes.amlogic import read_mpt, search_mpt
from echoforensics.evidence.volumes.disk import Disk
from echoforensics.evidence.volumes.layout import find_volumes
from echoforensics.evidence.volumes.table import PartitionTable

MIB = 1024 * 1024
RESERVED = 36 * MIB
PARTS = [
    ("bootloader", 4 * MIB, 0),
    ("reserved", MIB, RESERVED),
    ("system_a", MIB, 38 * MIB),
    ("system_b", MIB, 39 * MIB),
    ("data", 0xFFFFFFFFFFFFFFFF, 40 * MIB),
]
FUZZ = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def _disk(table: bytes, at: int = RESERVED, size: int = 42 * MIB) -> bytearray:
    disk = bytearray(size)
    disk[at : at + len(table)] = table
    return disk


@pytest.mark.parametrize("version", ["01.00.00", "01.02.00"])
def test_volumes_with_their_names(
    version: str, mpt_table: Callable[..., bytes], media_of: Callable[..., Media]
) -> None:
    layout = find_volumes(media_of(_disk(mpt_table(PARTS, version))))

    assert layout.issues == ()
    assert [(v.prefix, v.description, v.offset, v.length, v.scheme, v.slot) for v in layout.volumes] == [
        ("p1/", "bootloader", 0, 4 * MIB, "MPT", ""),
        ("p2/", "reserved", RESERVED, MIB, "MPT", ""),
        ("p3/", "system_a, slot A", 38 * MIB, MIB, "MPT", "A"),
        ("p4/", "system_b, slot B", 39 * MIB, MIB, "MPT", "B"),
        ("p5/", "data", 40 * MIB, 2 * MIB, "MPT", ""),
    ]


def test_the_checksum_of_a_real_device() -> None:
    # A device with 29 entries whose first is "reserved" (64 MiB at 36 MiB) keeps the checksum 0x92d0e8d4.
    first = struct.pack("<16sQQI4x", b"reserved", 0x4000000, 0x2400000, 0)
    rest = struct.pack("<16sQQI4x", b"data", MIB, 40 * MIB, 4) * 28
    raw = bytes(RESERVED) + struct.pack("<4s12sII", b"MPT", b"01.00.00", 29, 0x92D0E8D4) + first + rest

    table = read_mpt(lambda at, size: raw[at : at + size], len(raw))

    assert table is not None
    assert (len(table.parts), table.issues) == (29, ())


def test_files_of_the_data_partition_are_read(
    mpt_table: Callable[..., bytes], media_of: Callable[..., Media], small_ext: Callable[..., bytes]
) -> None:
    raw = _disk(mpt_table(PARTS))
    raw[40 * MIB : 41 * MIB] = small_ext("alexa")

    disk = Disk(media_of(raw), "image")

    assert list(disk.file_systems) == ["p5/"]
    assert "p5/alexa" in [getattr(item, "path", "") for item in disk.entries()]
    assert "p4: system_b, slot B, 1048576 bytes at byte 40894464 (MPT)" in disk.describe()


def test_a_wrong_checksum_is_reported_and_a_good_copy_preferred(
    mpt_table: Callable[..., bytes], media_of: Callable[..., Media]
) -> None:
    good = mpt_table(PARTS)
    bad = bytearray(good)
    bad[20] ^= 1

    (alone,) = find_volumes(media_of(_disk(bytes(bad)))).issues
    both = _disk(bytes(bad))
    both[RESERVED + 4096 : RESERVED + 4096 + len(good)] = good
    (beside,) = find_volumes(media_of(both)).issues

    assert (
        alone.what == f"the checksum of the Amlogic table at byte {RESERVED} does not match; it was used as it stands"
    )
    assert beside.what.endswith(f"does not match; the copy at byte {RESERVED + 4096} was used")


def test_copies_that_differ_say_so(mpt_table: Callable[..., bytes], media_of: Callable[..., Media]) -> None:
    raw, other = _disk(mpt_table(PARTS)), mpt_table(PARTS[:3])
    raw[RESERVED + 2048 : RESERVED + 2048 + len(other)] = other

    layout = find_volumes(media_of(raw))

    assert len(layout.volumes) == 5
    assert [issue.what for issue in layout.issues] == [
        f"copies of the Amlogic table differ; the one at byte {RESERVED} was used"
    ]


def test_beside_an_mbr_that_repeats_it_the_names_are_used(
    mpt_table: Callable[..., bytes], media_of: Callable[..., Media]
) -> None:
    raw = _disk(mpt_table(PARTS))
    struct.pack_into("<B3sB3sII", raw, 446, 0, bytes(3), 0x83, bytes(3), 38 * 2048, 2048)
    struct.pack_into("<B3sB3sII", raw, 462, 0, bytes(3), 0x83, bytes(3), 40 * 2048, 2048)
    raw[510:512] = b"\x55\xaa"

    layout = find_volumes(media_of(raw))

    assert [v.description for v in layout.volumes] == [
        "bootloader", "reserved", "system_a, slot A", "system_b, slot B", "data",
    ]  # fmt: skip
    assert [issue.what for issue in layout.issues] == [
        "the MPT says that the partition at byte 41943040 has 2097152 bytes, the MBR says 1048576; the longer one was"
        " used"
    ]


def test_at_an_unknown_place_it_is_found_only_where_it_says_it_is(mpt_table: Callable[..., bytes]) -> None:
    there = [("reserved", MIB, 8 * MIB), ("data", MIB, 10 * MIB)]
    raw = bytes(_disk(mpt_table(there), 8 * MIB, 12 * MIB))
    elsewhere = bytes(_disk(mpt_table(there), 9 * MIB, 12 * MIB))

    found, not_found = (search_mpt(lambda at, size, r=r: r[at : at + size], len(r)) for r in (raw, elsewhere))  # type: ignore[misc]

    assert found is not None
    assert [part.name for part in found.parts] == ["reserved", "data"]
    assert not_found is None


def test_a_huge_count_is_bounded_and_reported(mpt_table: Callable[..., bytes]) -> None:
    raw = bytearray(mpt_table([("data", 512, 0)] * 128))
    struct.pack_into("<I", raw, 16, 0xFFFFFFFF)

    table = _read(bytes(raw))

    assert table is not None
    assert len(table.parts) == 128
    assert any("says that it has 4294967295 entries; the first 128 were read" in issue for issue in table.issues)


def _read(raw: bytes) -> PartitionTable | None:
    return read_mpt(lambda at, size: raw[at : at + size] if at >= 0 else b"", len(raw))


@FUZZ
@given(st.data())
def test_mutations_never_raise(mpt_table: Callable[..., bytes], data: st.DataObject) -> None:
    raw = bytearray(mpt_table([("bootloader", 512, 0), ("data", 512, 512)]))
    for _ in range(data.draw(st.integers(0, 8))):
        raw[data.draw(st.integers(0, len(raw) - 1))] = data.draw(st.integers(0, 255))

    table = _read(bytes(raw[: data.draw(st.integers(0, len(raw)))]))

    assert table is None or table.scheme == "MPT"


@FUZZ
@given(st.binary(max_size=512))
def test_any_bytes_behind_the_magic(tail: bytes) -> None:
    table = _read(b"MPT\x0001.00.00\0\0\0\0" + tail)

    assert table is None or table.parts
