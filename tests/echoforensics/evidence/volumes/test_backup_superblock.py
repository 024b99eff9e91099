from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from echoforensics.evidence.entry import Entry, EvidenceIssue
from echoforensics.evidence.file_systems.backup_superblock import BackupSuperblockFileSystem, find_backup
from echoforensics.evidence.media.media import Media
from echoforensics.evidence.source import open_source
from echoforensics.evidence.volumes.disk import Disk
from echoforensics.evidence.volumes.pieces import contiguous

MIB = 1024 * 1024
CONTENT = b"what the device kept " * 1000


@pytest.fixture
def image(tmp_path: Path, run_program: Callable[..., str]) -> Callable[[int, str], Path]:
    """An image with blocks of a size and more than one block group, and a file in it."""

    def make(block: int, kind: str) -> Path:
        folder = tmp_path / "content"
        folder.mkdir()
        (folder / "alexa.log").write_bytes(CONTENT)
        path = tmp_path / "image.dd"
        with path.open("wb") as stream:
            stream.truncate({1024: 10, 2048: 40, 4096: 140}[block] * MIB)
        run_program(f"mkfs.{kind}", "-q", "-F", "-b", str(block), "-d", folder, path)
        return path

    return make


@pytest.mark.parametrize(("block", "kind"), [(1024, "ext4"), (1024, "ext2"), (2048, "ext3"), (4096, "ext4")])
@pytest.mark.parametrize("descriptors_too", [False, True])
def test_files_are_read_by_the_backup(
    block: int, kind: str, descriptors_too: bool, image: Callable[[int, str], Path]
) -> None:
    path = image(block, kind)
    with path.open("r+b") as stream:
        stream.seek(1024)
        stream.write(b"\xff" * 1024)
        if descriptors_too:
            stream.seek(max(2048, block))
            stream.write(b"\xff" * block)

    disk = open_source(path).container

    assert isinstance(disk, Disk)
    items = list(disk.entries())
    assert isinstance(items[0], EvidenceIssue)
    offset = 8 * block * block + (1024 if block == 1024 else 0)
    assert items[0].what == (
        f"the superblock is damaged; the {kind} file system was read by the backup of it in block group 1, at byte"
        f" {offset} of the volume"
    )
    (entry,) = [item for item in items if isinstance(item, Entry) and item.path == "alexa.log"]
    with disk.open(entry.address) as stream:
        assert stream.read() == CONTENT
    raw = path.read_bytes()
    assert b"".join(raw[at : at + size] for at, size in disk.extents(entry.address))[: len(CONTENT)] == CONTENT


def test_without_a_backup_there_is_nothing_to_read(
    small_ext: Callable[..., bytes], media_of: Callable[..., Media]
) -> None:
    raw = bytearray(small_ext("alexa"))
    raw[1024:2048] = bytes(1024)

    with pytest.raises(OSError, match="no backup"):
        BackupSuperblockFileSystem(contiguous(media_of(raw), "", "x", 0, len(raw), "whole"))


def test_a_superblock_elsewhere_is_no_backup(small_ext: Callable[..., bytes]) -> None:
    raw = bytearray(10 * MIB)
    raw[8193 * 1024 : 8194 * 1024] = small_ext("alexa")[1024:2048]  # says that it is in group 0

    assert find_backup(lambda at, size: bytes(raw[at : at + size]), len(raw)) is None


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_a_hostile_backup_is_opened_or_refused(
    data: st.DataObject, small_ext: Callable[..., bytes], media_of: Callable[..., Media]
) -> None:
    raw = bytearray(9 * MIB)
    backup = bytearray(1024)
    backup[56:58], backup[90:92] = b"\x53\xef", b"\x01\x00"
    backup[4:8], backup[32:36] = (9000).to_bytes(4, "little"), (8192).to_bytes(4, "little")
    for _ in range(data.draw(st.integers(0, 20))):
        backup[data.draw(st.integers(0, 263))] = data.draw(st.integers(0, 255))
    raw[8193 * 1024 : 8194 * 1024] = backup

    try:
        opened = BackupSuperblockFileSystem(contiguous(media_of(raw), "", "x", 0, len(raw), "whole"))
    except OSError:
        return
    assert all(isinstance(item, (Entry, EvidenceIssue)) for _, item in zip(range(50), opened.entries(), strict=False))
