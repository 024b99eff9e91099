from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from echoforensics.evidence.media.media import Media
from echoforensics.evidence.volumes.disk import Disk
from echoforensics.evidence.volumes.last_kmsg import search_log
from echoforensics.evidence.volumes.layout import find_volumes
from echoforensics.evidence.volumes.table import PartitionTable

MIB = 1024 * 1024
LOG = (
    b"<6>[    0.948688@0]   mmcblk0: p1 p2 p3 p4 < p5 p6 >\n"
    b"<6>[    0.953133@0]  [mmcblk0p01]           bootloader  offset 0x000000000000, size 0x000000100000 \n"
    b"<6>[    0.953251@0]  [mmcblk0p02]             reserved  offset 0x000000100000, size 0x000000080000 \n"
    b"<6>[    0.954716@0]  [mmcblk0p03]                cache  offset 0x000000200000, size 0x000000100000 \n"
    b"<6>[    0.954830@0]  [mmcblk0p04]                 data  offset 0x000000300000, size 0x000000200000 \n"
)
EXPECTED = [("bootloader", 0, MIB), ("reserved", MIB, MIB // 2), ("cache", 2 * MIB, MIB), ("data", 3 * MIB, 2 * MIB)]


def _search(raw: bytes | bytearray, size: int = 8 * MIB) -> PartitionTable | None:
    return search_log(lambda at, length: bytes(raw[at : at + length]), size)


def _disk(log: bytes, at: int = 2 * MIB + 777, size: int = 5 * MIB) -> bytearray:
    disk = bytearray(size)
    disk[at : at + len(log)] = log
    return disk


def test_a_list_in_a_log_gives_the_volumes_and_their_files(
    media_of: Callable[..., Media], small_ext: Callable[..., bytes]
) -> None:
    raw = _disk(LOG)
    raw[3 * MIB : 4 * MIB] = small_ext("alexa")

    disk = Disk(media_of(raw), "image")

    volumes = list(disk.volumes.values())
    assert [(v.description, v.offset, v.length) for v in volumes] == EXPECTED
    assert {v.scheme for v in volumes} == {"last_kmsg"}
    assert list(disk.file_systems) == ["p4/"]
    first = next(iter(disk.entries()))
    assert "kernel log" in getattr(first, "what", "")
    assert f"at byte {2 * MIB + 777 + LOG.index(b'[mmcblk0p01')}" in getattr(first, "what", "")


def test_far_into_the_media_and_across_pieces() -> None:
    for at in (4 * MIB - 100, 4 * MIB, 12 * MIB - 5):
        table = _search(bytes(_disk(LOG, at, 16 * MIB)), 16 * MIB)
        assert table is not None
        assert [(part.name, part.offset, part.length) for part in table.parts] == EXPECTED
        assert len(table.issues) == 1


def test_where_there_is_a_table_no_log_is_read(
    gpt_disk: Callable[..., bytearray], media_of: Callable[..., Media]
) -> None:
    raw = gpt_disk([("data", 64, 200, 0)])
    raw[300 * 512 : 300 * 512 + len(LOG)] = LOG

    assert [v.scheme for v in find_volumes(media_of(raw)).volumes] == ["GPT"]


def test_where_the_image_is_a_file_system_no_log_in_it_is_believed(
    media_of: Callable[..., Media], small_ext: Callable[..., bytes]
) -> None:
    raw = bytearray(small_ext("alexa"))
    raw[900 * 1024 : 900 * 1024 + len(LOG)] = LOG

    assert [v.scheme for v in find_volumes(media_of(raw)).volumes] == ["whole"]


def test_the_list_that_stands_most_often_is_used() -> None:
    other = LOG.replace(b"0x000000300000", b"0x000000400000")

    table = _search(_disk(other + b"-" * 2000 + LOG + b"-" * 2000 + LOG, 0))

    assert table is not None
    assert table.parts[3].offset == 3 * MIB
    assert table.issues[1] == "1 more such lists near it say otherwise; the one that stands most often was used"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            b"mtdparts=spi0.0:256k(u-boot)ro,0x40000(env),4M@1M(system-A),4M(system-B),-(data);other:1M(x) root=/dev",
            [
                ("u-boot", 0, 262144), ("env", 262144, 262144), ("system-A, slot A", MIB, 4 * MIB),
                ("system-B, slot B", 5 * MIB, 4 * MIB), ("data", 9 * MIB, 7 * MIB),
            ],
        ),
        (
            b'"blkdevparts=mmcblk0:1M(boot),2048K,-(userdata)" quiet',
            [("boot", 0, MIB), ("number 2", MIB, 2 * MIB), ("userdata", 3 * MIB, 13 * MIB)],
        ),
    ],
)  # fmt: skip
def test_lists_on_a_kernels_command_line(text: bytes, expected: list[tuple[str, int, int]]) -> None:
    table = _search(_disk(b"console=ttyS0 " + text + b"\0", MIB), 16 * MIB)

    assert table is not None
    assert [(part.description, part.offset, part.length) for part in table.parts] == expected


@pytest.mark.parametrize(
    "text",
    [
        b"",
        LOG.splitlines()[1],
        b"mtdparts=spi0.0:banana(x),1M(y)",
        b"mtdparts=",
        LOG.replace(b"offset 0x0000", b"offset 0xffff"),
        LOG.replace(b"size", b"sighs"),
    ],
)
def test_what_is_no_list_gives_none(text: bytes) -> None:
    assert _search(_disk(text)) is None


def test_a_media_full_of_lists_is_bounded() -> None:
    line = b"[mmcblk0p01] a offset 0x0, size 0x1\n[mmcblk0p02] b offset 0x1, size 0x1\n"

    table = _search(line * 20000)

    assert table is not None
    assert len(table.parts) == 2


def test_lines_without_end_are_bounded_and_reported() -> None:
    raw = b"[mmcblk0p01] a offset 0x0, size 0x1\n" * 400_000

    table = _search(raw, len(raw))

    assert table is not None
    assert table.parts == ()
    assert table.issues[0].startswith("a list of partitions in kernel logs was looked for in the first")


@settings(max_examples=100, deadline=None)
@given(
    st.lists(st.sampled_from([LOG, LOG[:200], b"mtdparts=a:", b"1M(a),", b"-(b)", b"@9G", b"\0", b"p02] x offset 0x"]))
)
def test_any_mixture_is_read_or_not(pieces: list[bytes]) -> None:
    raw = b"".join(pieces)
    table = _search(raw, max(len(raw), 1))

    assert table is None or len(table.parts) > 1
