from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from echoforensics.errors import SourceError
from echoforensics.evidence.entry import Entry, EvidenceIssue
from echoforensics.evidence.media.media import Media, ReadImage
from echoforensics.evidence.source import open_source
from echoforensics.evidence.volumes.disk import Disk
from echoforensics.evidence.volumes.displaced import displaced

BEGIN = (
    "there is no table of partitions and no file system that can be read; the image has no file system that is known"
)


@pytest.mark.parametrize("offset", [4096, 100_000])
def test_a_squashfs_behind_a_header(offset: int, tmp_path: Path, run_program: Callable[..., str]) -> None:
    folder = tmp_path / "content"
    folder.mkdir()
    (folder / "a").write_bytes(b"a" * 50)
    run_program("mksquashfs", folder, tmp_path / "x.squashfs", "-quiet", "-noappend")
    path = tmp_path / "image.bin"
    path.write_bytes(b"header! " * (offset // 8) + (tmp_path / "x.squashfs").read_bytes())

    (issue,) = open_source(path).container.entries()
    (entry,) = open_source(path, (offset,)).container.entries()

    assert isinstance(issue, EvidenceIssue)
    assert issue.what == (
        f"{BEGIN}; its files were not read; there is a file system, squashfs at byte {offset}: give"
        f" --offset {offset} to read it"
    )
    assert isinstance(entry, Entry)
    assert entry.path == f"at{offset}/a"


def test_a_backup_superblock_is_not_given_as_a_file_system(
    tmp_path: Path, run_program: Callable[..., str], media_of: Callable[..., Media]
) -> None:
    path = tmp_path / "ext.img"
    run_program("mke2fs", "-q", "-t", "ext2", "-b", "1024", path, "9M")
    ext = bytearray(path.read_bytes())
    ext[1024:2048] = bytes(1024)
    raw = b"header! " * 512 + ext

    assert displaced(media_of(raw), 0, len(raw)).endswith(" at byte 4096: give --offset 4096 to read it")


def test_a_partition_whose_file_system_is_further_on(
    gpt_disk: Callable[..., bytearray], small_ext: Callable[..., bytes], media_of: Callable[..., Media]
) -> None:
    ext = small_ext("alexa")
    raw = gpt_disk([("data", 64, 64 + 8 + len(ext) // 512, 0)], 2 * 1024 * 1024)
    at = 64 * 512 + 4096
    raw[64 * 512 : at + len(ext)] = b"header! " * 512 + ext

    (issue,) = Disk(media_of(raw), "image").entries()

    assert isinstance(issue, EvidenceIssue)
    assert issue.path == "p1"
    assert f" at byte {at}: give --offset {at} to read it" in issue.what


def test_what_only_looks_like_one_is_not_given(media_of: Callable[..., Media]) -> None:
    raw = bytearray(b"text of no file system\n" * 4000)
    for place, magic in (
        (5000, b"hsqs"),
        (8192 + 1080, b"\x53\xef"),
        (12288 + 3, b"NTFS    "),
        (16000, b"\x10\x20\xf5\xf2"),
    ):
        raw[place : place + len(magic)] = magic

    assert displaced(media_of(raw), 0, len(raw)) == ""
    with pytest.raises(SourceError, match="not a folder"):
        Disk(media_of(raw), "image")


def test_media_that_cannot_be_read() -> None:
    def fail(at: int, size: int) -> bytes:
        raise OSError("bad")

    assert displaced(Media("raw image", ReadImage(4096, fail, lambda: None), ()), 0, 4096) == ""


def test_an_image_in_a_format_of_its_own_is_one_however_small() -> None:
    media = Media("EWF image", ReadImage(4096, lambda at, size: b"nothing "[at % 8 :] + bytes(size), lambda: None), ())

    (issue,) = Disk(media, "image").entries()

    assert isinstance(issue, EvidenceIssue)
    assert issue.what == f"{BEGIN}; its files were not read. It can only be searched by content"


def test_a_small_image_of_a_file_system_that_is_not_read_is_named(media_of: Callable[..., Media]) -> None:
    raw = bytes(1024) + b"\xe2\xe1\xf5\xe0" + bytes(range(1, 250)) * 100
    (issue,) = Disk(media_of(raw[:16384]), "image").entries()
    assert isinstance(issue, EvidenceIssue)
    assert "the image holds EROFS, which cannot be read: " in issue.what
    assert "; its files were not read" in issue.what


@pytest.mark.parametrize("fill", [0, 0xFF])
def test_empty_partitions_are_looked_at_in_few_places(fill: int, gpt_disk: Callable[..., bytearray]) -> None:
    raw = gpt_disk([(f"p{n}", 2048 + n * 2048, 4095 + n * 2048, 0) for n in range(16)], 20 * 1024 * 1024)
    raw[2048 * 512 : 17 * 2048 * 512] = bytes([fill]) * (16 * 2048 * 512)
    reads = 0

    def read(at: int, size: int) -> bytes:
        nonlocal reads
        reads += 1
        return bytes(raw[at : at + size])

    issues = list(Disk(Media("raw image", ReadImage(len(raw), read, lambda: None), ()), "image").entries())

    assert len(issues) == 16
    assert all("it is empty" in getattr(issue, "what", "") for issue in issues)
    assert reads < 16 * 300
