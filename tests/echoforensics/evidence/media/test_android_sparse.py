from __future__ import annotations

import struct
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from echoforensics.errors import SourceError
from echoforensics.evidence.media.media import Media
from echoforensics.evidence.media.opener import open_image

BLOCK = 4096
RAW, FILL, NOTHING, CHECKSUM = 0xCAC1, 0xCAC2, 0xCAC3, 0xCAC4
Open = Callable[[Path], Media]
AssertSameBytes = Callable[[Media, bytes], None]


def chunk(kind: int, blocks: int, content: bytes = b"") -> bytes:
    return struct.pack("<HHII", kind, 0, blocks, 12 + len(content)) + content


def image(chunks: list[bytes], blocks: int, checksum: int = 0, count: int | None = None) -> bytes:
    count = len(chunks) if count is None else count
    return struct.pack("<IHHHHIIII", 0xED26FF3A, 1, 0, 28, 12, BLOCK, blocks, count, checksum) + b"".join(chunks)


def chunks_of(disk: bytes, first: int = 0, last: int | None = None) -> list[bytes]:
    """The chunks for blocks of a disk, one chunk a block, as each of its kinds allows."""
    found = []
    for at in range(first * BLOCK, len(disk) if last is None else last * BLOCK, BLOCK):
        block = disk[at : at + BLOCK]
        if not any(block):
            found.append(chunk(NOTHING, 1))
        elif block == block[:4] * (BLOCK // 4):
            found.append(chunk(FILL, 1, block[:4]))
        else:
            found.append(chunk(RAW, 1, block))
    return found


def test_every_kind_of_chunk_is_read(
    tmp_path: Path, disk_bytes: bytes, opened: Open, assert_same_bytes: AssertSameBytes
) -> None:
    path = tmp_path / "system.img"
    sums = [chunk(CHECKSUM, 0, struct.pack("<I", zlib.crc32(disk_bytes)))]
    path.write_bytes(image([*chunks_of(disk_bytes), *sums], len(disk_bytes) // BLOCK, zlib.crc32(disk_bytes)))

    media = opened(path)

    assert (media.kind, media.segments, media.is_raw) == ("Android sparse image", (path,), False)
    assert_same_bytes(media, disk_bytes)
    assert (media.issues, media.notes) == ((), ())


def test_fill_read_from_within_a_word_keeps_its_turn(tmp_path: Path, opened: Open) -> None:
    path = tmp_path / "x.img"
    path.write_bytes(image([chunk(FILL, 3, b"abcd")], 3))

    assert opened(path).read(4097, 6) == b"bcdabc"


def test_image_by_img2simg_walks(
    tmp_path: Path,
    ext_image: Path,
    run_program: Callable[..., str],
    opened: Open,
    assert_same_bytes: AssertSameBytes,
    assert_walks: Callable[[Path], None],
) -> None:
    path = tmp_path / "made.simg"
    run_program("img2simg", ext_image, path)

    assert path.stat().st_size < ext_image.stat().st_size
    assert_same_bytes(opened(path), ext_image.read_bytes())
    assert_walks(path)


@pytest.mark.parametrize("pattern", ["super.img_sparsechunk.{}", "super_{}.img", "super.{}"])
@pytest.mark.parametrize("first", [0, 1])
def test_numbered_images_are_put_together(
    pattern: str, first: int, tmp_path: Path, disk_bytes: bytes, opened: Open, assert_same_bytes: AssertSameBytes
) -> None:
    blocks = len(disk_bytes) // BLOCK
    bounds = [0, 100, 300, blocks]
    paths = [tmp_path / pattern.format(first + number) for number in range(3)]
    for path, start, end in zip(paths, bounds[:-1], bounds[1:], strict=True):
        content = [chunk(NOTHING, start), *chunks_of(disk_bytes, start, end), chunk(NOTHING, blocks - end)]
        path.write_bytes(image(content, blocks))

    media = opened(paths[0])

    assert media.segments == tuple(paths)
    assert media.issues == ()
    assert_same_bytes(media, disk_bytes)
    with pytest.raises(SourceError, match=f"name the first one, .*{paths[0].name}"):
        opened(paths[1])
    paths[1].unlink()
    with pytest.raises(SourceError, match=f"number {first + 1} is missing"):
        opened(paths[0])


def test_numbered_images_that_each_are_whole_stay_apart(tmp_path: Path, disk_bytes: bytes, opened: Open) -> None:
    for name in ("system_0.img", "system_1.img"):
        (tmp_path / name).write_bytes(image(chunks_of(disk_bytes), len(disk_bytes) // BLOCK))

    assert opened(tmp_path / "system_1.img").segments == (tmp_path / "system_1.img",)


def test_wrong_checksums_and_totals_are_reported(tmp_path: Path, opened: Open) -> None:
    content = b"x" * BLOCK
    path = tmp_path / "x.img"
    path.write_bytes(image([chunk(RAW, 1, content), chunk(CHECKSUM, 0, b"\1\0\0\0")], 2, 5) + b"rest")
    first = "the sparse image says that the CRC-32 of its first 4096 bytes is"
    right = f"{zlib.crc32(content):08x}"

    assert opened(path).issues == (
        "4 bytes lie behind the last chunk and were not read",
        "the image says that it stands for 2 blocks of 4096 bytes; its chunks stand for 1",
        f"{first} 00000001, but it is {right}",
        f"{first} 00000005, but it is {right}",
    )


def test_checksum_as_libsparse_writes_it_is_right(tmp_path: Path, opened: Open) -> None:
    # It skips what holds nothing, and counts one block of a filled chunk.
    raw, filled = b"x" * BLOCK, b"abcd" * (BLOCK // 4)
    path = tmp_path / "x.img"
    chunks = [chunk(RAW, 1, raw), chunk(NOTHING, 4), chunk(FILL, 3, b"abcd")]
    path.write_bytes(image([*chunks, chunk(CHECKSUM, 0, struct.pack("<I", zlib.crc32(raw + filled)))], 8))

    assert opened(path).issues == ()


def test_image_that_was_cut_off_is_read_up_to_there(
    tmp_path: Path, opened: Open, assert_same_bytes: AssertSameBytes
) -> None:
    blocks = [bytes([65 + number]) * (BLOCK - 1) + b"." for number in range(4)]
    path = tmp_path / "x.img"
    path.write_bytes(image([chunk(RAW, 1, blocks[0]), chunk(RAW, 3, b"".join(blocks[1:]))], 4)[: -BLOCK - 10])

    media = opened(path)

    assert_same_bytes(media, blocks[0] + blocks[1])
    assert media.issues == (
        f"the image ends at byte {path.stat().st_size}, within chunk 1",
        "the image says that it stands for 4 blocks of 4096 bytes; its chunks stand for 2",
    )


@pytest.mark.parametrize(
    ("content", "what"),
    [
        (image([], 0), "holds nothing"),
        (image([], 1, count=0xFFFFFFFF), "4294967295 chunks"),
        (image([chunk(NOTHING, 0xFFFFFFFF)] * 2, 0), "stand for more than"),
        (image([], 1)[:20], "cut off"),
        (image([], 1)[:4] + b"\2" + image([], 1)[5:], "version 2"),
    ],
)
def test_what_cannot_be_read_is_refused(content: bytes, what: str, tmp_path: Path, opened: Open) -> None:
    path = tmp_path / "x.img"
    path.write_bytes(content)

    with pytest.raises(SourceError, match=what):
        opened(path)


GOOD = image([chunk(RAW, 1, b"q" * BLOCK), chunk(FILL, 2, b"abcd"), chunk(NOTHING, 3), chunk(CHECKSUM, 0, b"abcd")], 6)


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(
    changes=st.lists(st.tuples(st.integers(4, 60), st.integers(0, 255)), max_size=6),
    length=st.integers(28, len(GOOD)),
    at=st.integers(0, 40_000),
)
def test_mutated_headers_raise_nothing_else(
    changes: list[tuple[int, int]], length: int, at: int, tmp_path: Path
) -> None:
    content = bytearray(GOOD)
    for place, value in changes:
        content[place] = value
    path = tmp_path / "fuzz.img"
    path.write_bytes(content[:length])

    try:
        media = open_image(path, bytes(content[:64]))
    except SourceError:
        return
    assert media is not None
    assert len(media.read(at, 10_000)) == max(0, min(10_000, media.size - at))
    media.close()
