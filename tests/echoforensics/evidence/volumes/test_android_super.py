from __future__ import annotations

import hashlib
import struct
from collections.abc import Callable, Sequence

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from echoforensics.evidence.entry import Entry, EvidenceIssue
from echoforensics.evidence.media.media import Media
from echoforensics.evidence.volumes.disk import Disk
from echoforensics.evidence.volumes.layout import Layout, find_volumes

MIB = 1024 * 1024
SLOT = 4096
Extent = tuple[int, int, int]
#: Sectors, kind, first sector.
PARTS: list[tuple[str, list[Extent]]] = [
    ("system_a", [(1024, 0, 4096), (8, 1, 0), (1024, 0, 2048)]),
    ("system_b", []),
    ("vendor_a", [(16, 0, 6144)]),
    ("vendor_b", [(16, 0, 6160)]),
]


def _summed(raw: bytes, at: int) -> bytes:
    return raw[:at] + hashlib.sha256(raw[:at] + bytes(32) + raw[at + 32 :]).digest() + raw[at + 32 :]


def _table(parts: Sequence[tuple[str, list[Extent]]]) -> bytes:
    partitions, extents, first = b"", b"", 0
    for name, pieces in parts:
        partitions += struct.pack("<36sIIII", name.encode(), 1, first, len(pieces), 0)
        extents += b"".join(struct.pack("<QIQI", sectors, kind, at, 0) for sectors, kind, at in pieces)
        first += len(pieces)
    tables = partitions + extents
    places = (0, len(parts), 52, len(partitions), first, 24, len(tables), 0, 0, len(tables), 0, 0)
    head = struct.pack("<IHHI32sI", 0x414C5030, 10, 0, 128, bytes(32), len(tables))
    head += hashlib.sha256(tables).digest() + struct.pack("<12I", *places)
    return (_summed(head, 12) + tables).ljust(SLOT, b"\0")


def _super(parts: Sequence[tuple[str, list[Extent]]] = PARTS, size: int = 4 * MIB) -> bytearray:
    raw = bytearray(size)
    geometry = _summed(struct.pack("<II32sIII", 0x616C4467, 52, bytes(32), SLOT, 2, 4096), 8)
    for at in (4096, 8192):
        raw[at : at + len(geometry)] = geometry
    for number in range(4):
        raw[12288 + number * SLOT : 12288 + (number + 1) * SLOT] = _table(parts)
    return raw


def _read(raw: bytearray, media_of: Callable[..., Media]) -> tuple[Layout, list[str]]:
    layout = find_volumes(media_of(raw))
    return layout, [issue.what for issue in layout.issues]


def test_dynamic_partitions_and_their_files(
    gpt_disk: Callable[..., bytearray], media_of: Callable[..., Media], small_ext: Callable[..., bytes]
) -> None:
    raw = gpt_disk([("super", 2048, 2047 + 8192, 0)], 6 * MIB)
    inside = _super([("system_a", [(1024, 0, 4096), (1024, 0, 2048)]), PARTS[1]])
    content = small_ext("alexa")
    inside[2 * MIB : 2 * MIB + MIB // 2], inside[MIB : MIB + MIB // 2] = content[: MIB // 2], content[MIB // 2 :]
    raw[MIB : 5 * MIB] = inside

    disk = Disk(media_of(raw), "image")

    items = list(disk.entries())
    assert [item for item in items if isinstance(item, EvidenceIssue)] == []
    assert [(v.prefix, v.description, v.slot, v.scheme) for v in disk.volumes.values()] == [
        ("p1/", "super (Linux file system)", "", "GPT"),
        ("p1/lp-system_a/", "system_a, slot A (dynamic partition)", "A", "super"),
    ]
    assert disk.volumes["p1/lp-system_a/"].pieces == ((3 * MIB, MIB // 2), (2 * MIB, MIB // 2))
    (entry,) = [item for item in items if isinstance(item, Entry) and item.path == "p1/lp-system_a/alexa"]
    with disk.open(entry.address) as stream:
        assert stream.read() == b"alexa"


def test_pieces_zeros_and_slots(media_of: Callable[..., Media]) -> None:
    layout, issues = _read(_super(), media_of)

    assert issues == []
    assert [(v.prefix, v.slot, v.pieces) for v in layout.volumes[1:]] == [
        ("lp-system_a/", "A", ((4096 * 512, 1024 * 512), (None, 8 * 512), (2048 * 512, 1024 * 512))),
        ("lp-vendor_a/", "A", ((6144 * 512, 16 * 512),)),
        ("lp-vendor_b/", "B", ((6160 * 512, 16 * 512),)),
    ]


def test_copies_are_used_where_the_first_is_damaged(media_of: Callable[..., Media]) -> None:
    raw = _super()
    raw[4096 + 20] ^= 1
    raw[12288 + 200] ^= 1
    raw[12288 + SLOT + 20] ^= 1

    layout, issues = _read(raw, media_of)

    assert len(layout.volumes) == 4
    assert issues == [
        "the table of dynamic partitions of slot 0 is damaged; its copy was used",
        "the table of dynamic partitions of slot 1 is damaged; its copy was used",
    ]


def test_tables_that_differ_or_are_gone_say_so(media_of: Callable[..., Media]) -> None:
    differ, gone = _super(), _super()
    differ[12288 + SLOT : 12288 + 2 * SLOT] = _table(PARTS[:1])
    gone[12288 : 12288 + 4 * SLOT] = bytes(4 * SLOT)

    assert _read(differ, media_of)[1] == ["tables of dynamic partitions differ by slot; that of slot 0 was used"]
    assert _read(gone, media_of)[1] == [
        "Android dynamic partitions (super) without a table that can be read; files were not read"
    ]


def test_what_contradicts_itself_is_not_read(media_of: Callable[..., Media]) -> None:
    parts = [("a", [(2**63, 0, 0)]), ("b", [(8, 0, 10**6)]), ("c", [(8, 0, 512)]), ("c", [(8, 0, 512)])]

    layout, issues = _read(_super(parts), media_of)

    assert [v.prefix for v in layout.volumes] == ["", "lp-b/", "lp-c/"]
    assert issues == [
        "the dynamic partition 'a' contradicts the rest of its table; it was not read",
        "4096 bytes of the dynamic partition 'b' are not in the image; they read as zeros",
        "the dynamic partition 'c' contradicts the rest of its table; it was not read",
    ]


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_hostile_tables_with_right_checksums(data: st.DataObject, media_of: Callable[..., Media]) -> None:
    numbers = st.integers(0, 2**32 - 1)
    raw = _super(size=64 * 1024)
    table = bytearray(_table(PARTS))
    for _ in range(data.draw(st.integers(1, 6))):
        struct.pack_into("<I", table, 80 + 4 * data.draw(st.integers(0, 80)), data.draw(numbers))
    size = int.from_bytes(table[44:48], "little")
    table[48:80] = hashlib.sha256(table[128 : 128 + size]).digest()
    raw[12288 : 12288 + SLOT] = _summed(bytes(table[:128]), 12) + table[128:]

    layout, _ = _read(raw, media_of)

    assert all(v.length > 0 for v in layout.volumes)
    assert all(v.read(0, 10) is not None for v in layout.volumes)
