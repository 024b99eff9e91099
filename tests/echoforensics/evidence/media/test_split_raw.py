from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from echoforensics.errors import SourceError
from echoforensics.evidence.entry import EvidenceIssue
from echoforensics.evidence.media.media import Media
from echoforensics.evidence.media.numbered_files import numbered_beside
from echoforensics.evidence.media.opener import open_image
from echoforensics.evidence.source import open_source

PART = 1024 * 1024


def parts_of(content: bytes, folder: Path, names: list[str], size: int = PART) -> list[Path]:
    paths = [folder / name for name in names]
    for number, path in enumerate(paths):
        path.write_bytes(content[number * size : (number + 1) * size])
    return paths


@pytest.mark.parametrize(
    "names",
    [
        ["x.001", "x.002", "x.003"],
        ["x.000", "x.001", "x.002"],
        ["x.raw.001", "x.raw.002", "x.raw.003"],
        ["x.dd.aa", "x.dd.ab", "x.dd.ac"],
        ["x.00", "x.01", "x.02"],
        ["x.1", "x.2", "x.3"],
        ["xaa", "xab", "xac"],
    ],
)
def test_parts_are_put_together(
    names: list[str],
    tmp_path: Path,
    disk_bytes: bytes,
    opened: Callable[[Path], Media],
    assert_same_bytes: Callable[[Media, bytes], None],
) -> None:
    content = disk_bytes[:-5120]
    paths = parts_of(content, tmp_path, names)

    media = opened(paths[0])

    assert (media.kind, media.segments, media.is_raw) == ("split raw image", tuple(paths), False)
    assert_same_bytes(media, content)
    assert media.issues == ()
    for later in paths[1:]:
        with pytest.raises(SourceError, match=f"a later part of a raw image; name the first one, .*{paths[0].name}"):
            opened(later)
    media.close()


@pytest.mark.parametrize(
    ("names", "given", "what"),
    [
        (["x.001", "x.003", "x.004"], "x.001", "x.002"),
        (["x.001", "x.003", "x.004"], "x.004", "x.002"),
        (["x.aa", "x.ab", "x.ae"], "x.aa", "x.ac, x.ad"),
        (["x.002", "x.003", "x.004"], "x.002", "x.001"),
    ],
)
def test_missing_part_is_named(
    names: list[str], given: str, what: str, tmp_path: Path, disk_bytes: bytes, opened: Callable[[Path], Media]
) -> None:
    parts_of(disk_bytes, tmp_path, names)

    with pytest.raises(SourceError, match=f"these are missing: {what}$"):
        opened(tmp_path / given)


def test_part_1000_follows_part_999(tmp_path: Path, opened: Callable[[Path], Media]) -> None:
    head = bytes(512) + b"EFI PART" + bytes(65536 - 520)
    for number in range(1, 1002):
        (tmp_path / f"x.{number:03}").write_bytes(head)

    before = len(list(Path("/proc/self/fd").iterdir()))
    media = opened(tmp_path / "x.001")

    assert media.read(0, media.size) == head * 1001
    assert len(list(Path("/proc/self/fd").iterdir())) <= before + 64
    assert [path.name for path in media.segments[997:]] == ["x.998", "x.999", "x.1000", "x.1001"]
    assert media.size == 1001 * 65536
    media.close()


def test_lone_part_is_a_raw_image(tmp_path: Path, ext_image: Path, assert_walks: Callable[[Path], None]) -> None:
    path = ext_image.rename(tmp_path / "x.001")

    assert open_image(path, path.read_bytes()[:65536]) is None
    assert_walks(path)
    source = open_source(path)
    assert source.media is not None
    assert source.media.is_raw


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (b"kernel: a line\n" * 8192, b"kernel: a line\n" * 8192),
        (b"PK\x03\x04" + bytes(PART - 4), bytes(PART)),
        (bytes(65536), bytes(PART)),
        (bytes(PART + 1), bytes(PART)),
        (bytes(4096), bytes(4096)),
    ],
)
def test_files_that_only_have_such_names_stay_apart(first: bytes, second: bytes, tmp_path: Path) -> None:
    for name, content in (("messages.001", first), ("messages.002", second)):
        (tmp_path / name).write_bytes(content)

    assert open_image(tmp_path / "messages.001", first[:65536]) is None
    assert open_image(tmp_path / "messages.002", second[:65536]) is None


def test_split_file_system_walks_and_every_part_is_hashed(
    tmp_path: Path, ext_image: Path, assert_walks: Callable[[Path], None]
) -> None:
    paths = parts_of(ext_image.read_bytes(), tmp_path, ["x.001", "x.002"])

    assert_walks(paths[0])
    hashes = open_source(paths[0]).hash(("sha256",))
    assert sorted(hashes.parts) == ["x.001", "x.002"]
    assert hashes.media == open_source(ext_image).hash(("sha256",)).whole


def test_part_that_shrinks_is_an_error_of_reading(
    tmp_path: Path, disk_bytes: bytes, opened: Callable[[Path], Media]
) -> None:
    paths = parts_of(disk_bytes, tmp_path, ["x.001", "x.002", "x.003"])
    media = opened(paths[0])
    paths[1].write_bytes(b"")

    with pytest.raises(OSError, match=r"x\.002 is shorter than it was"):
        media.read(PART - 10, 20)


def test_image_beside_a_file_of_another_ending_is_one_image(tmp_path: Path, disk_bytes: bytes) -> None:
    (tmp_path / "x.img").write_bytes(disk_bytes[:PART])
    (tmp_path / "x.zip").write_bytes(disk_bytes[:PART])

    assert open_image(tmp_path / "x.img", disk_bytes[:65536]) is None


@pytest.mark.parametrize(
    ("names", "sizes", "expected"),
    [
        (["a.part1", "a.part2", "a.part3", "b.txt"], [4, 4, 2, 4], ["a.part1", "a.part2", "a.part3"]),
        (["d_001.dd", "d_002.dd"], [4, 4], ["d_001.dd", "d_002.dd"]),
        (["x2-part1of2.img", "x2-part2of2.img"], [4, 1], ["x2-part1of2.img", "x2-part2of2.img"]),
        (["dump.a", "dump.b", "dump.c"], [4, 4, 3], ["dump.a", "dump.b", "dump.c"]),
        ([f"p{number}" for number in range(1, 12)], [4] * 11, [f"p{number}" for number in range(1, 12)]),
        (["d1.img", "d2.img"], [3, 4], []),
        (["disk.img", "disk.txt"], [4, 4], []),
    ],
)
def test_files_numbered_like_an_image(names: list[str], sizes: list[int], expected: list[str], tmp_path: Path) -> None:
    for name, size in zip(names, sizes, strict=True):
        (tmp_path / name).write_bytes(bytes(size))

    assert numbered_beside(tmp_path / names[0]) == expected
    assert numbered_beside(tmp_path / "not there" / names[0]) == []


def test_parts_with_other_names_are_pointed_out(tmp_path: Path, ext_image: Path) -> None:
    content = ext_image.read_bytes()
    half = len(content) // 2 // PART * PART
    parts_of(content, tmp_path, ["echo_1.img", "echo_2.img"], half)

    source = open_source(tmp_path / "echo_1.img")
    issues = [found.what for found in source.container.entries() if isinstance(found, EvidenceIssue)]
    source.close()

    assert any("may be parts of one image (echo_1.img, echo_2.img)" in what for what in issues)
