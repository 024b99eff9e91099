from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from echoforensics.evidence.entry import Entry
from echoforensics.evidence.file_systems.opener import UnreadFileSystemError, has_file_system, open_file_system
from echoforensics.evidence.media.media import Media
from echoforensics.evidence.source import open_source
from echoforensics.evidence.volume import Volume
from echoforensics.evidence.volumes.disk import Disk
from echoforensics.evidence.volumes.pieces import contiguous

MIB = 1024 * 1024


@pytest.fixture
def volume_of(media_of: Callable[..., Media]) -> Callable[[bytes | bytearray], Volume]:
    def make(raw: bytes | bytearray) -> Volume:
        return contiguous(media_of(raw), "", "x", 0, len(raw), "whole")

    return make


def test_ext_is_read(small_ext: Callable[..., bytes], volume_of: Callable[..., Volume]) -> None:
    volume = volume_of(small_ext("alexa"))

    assert open_file_system(volume).name == "ext4"
    assert has_file_system(volume)


def test_squashfs_is_read(tmp_path: Path, run_program: Callable[..., str]) -> None:
    folder, path = tmp_path / "content", tmp_path / "image.dd"
    folder.mkdir()
    (folder / "alexa").write_bytes(b"squashed")
    run_program("mksquashfs", folder, path, "-noappend", "-quiet", "-no-progress")
    path.write_bytes(path.read_bytes().ljust(128 * 1024, b"\0"))

    disk = open_source(path).container

    assert isinstance(disk, Disk)
    assert disk.file_systems[""].name == "squashfs"
    (entry,) = [item for item in disk.entries() if isinstance(item, Entry)]
    with disk.open(entry.address) as stream:
        assert (entry.path, stream.read()) == ("alexa", b"squashed")


def test_iso_with_an_enhanced_descriptor_is_read(tmp_path: Path) -> None:
    library = pytest.importorskip("libarchive")
    path = tmp_path / "image.iso"
    with library.file_writer(str(path), "iso9660", options="iso-level=4,!joliet,!rockridge") as archive:
        archive.add_file_from_memory("local/alexa.log", 7, b"burned\n")
    assert path.read_bytes()[17 * 2048 :].startswith(b"\2CD001\2")

    disk = open_source(path).container

    assert isinstance(disk, Disk)
    assert disk.file_systems[""].name == "ISO 9660"
    (entry,) = [item for item in disk.entries() if isinstance(item, Entry)]
    with disk.open(entry.address) as stream:
        assert (entry.path, stream.read()) == ("local/alexa.log", b"burned\n")


@pytest.mark.parametrize("second_only", [False, True])
def test_f2fs_is_read(second_only: bool, tmp_path: Path, run_program: Callable[..., str]) -> None:
    folder, path = tmp_path / "content", tmp_path / "image.dd"
    folder.mkdir()
    (folder / "alexa").write_bytes(b"flashed")
    with path.open("wb") as stream:
        stream.truncate(64 * MIB)
    run_program("mkfs.f2fs", "-q", path)
    run_program("sload.f2fs", "-f", folder, path)
    if second_only:
        with path.open("r+b") as stream:
            stream.seek(1024)
            stream.write(bytes(1024))

    disk = open_source(path).container

    assert isinstance(disk, Disk)
    assert disk.file_systems[""].name == "F2FS"
    (entry,) = [item for item in disk.entries() if isinstance(item, Entry) and item.path == "alexa"]
    with disk.open(entry.address) as stream:
        assert stream.read() == b"flashed"


@pytest.mark.parametrize(
    ("at", "magic", "name"),
    [(0, b"hsqs", "squashfs"), (0, b"sqsh", "squashfs"), (1024, b"\x10\x20\xf5\xf2", "F2FS")],
)
def test_what_begins_so_but_cannot_be_read_says_why(
    at: int, magic: bytes, name: str, volume_of: Callable[..., Volume]
) -> None:
    raw = bytearray(MIB)
    raw[at : at + 4] = magic

    with pytest.raises(UnreadFileSystemError) as caught:
        open_file_system(volume_of(raw))

    assert str(caught.value).startswith(f"holds {name}, which cannot be read: ")
    assert str(caught.value).endswith("; its files were not read")
    assert has_file_system(volume_of(raw))


def test_what_is_not_known_is_no_file_system(volume_of: Callable[..., Volume]) -> None:
    assert not has_file_system(volume_of(bytes(MIB)))
    assert not has_file_system(volume_of(b"plain text " * 9000))


def test_a_volume_that_cannot_be_read_says_so(media_of: Callable[..., Media]) -> None:
    def fail(at: int, size: int) -> bytes:
        raise OSError(f"sector {at // 512} is bad\nand more")

    media = media_of(bytes(MIB))
    volume = Volume("p1/", "x", MIB, ((0, MIB),), "GPT", media.image, 0, fail)

    with pytest.raises(UnreadFileSystemError, match=r"^cannot be read: sector 0 is bad$"):
        open_file_system(volume)
