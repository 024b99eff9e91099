from __future__ import annotations

import lzma
from pathlib import Path
from types import SimpleNamespace

import pytest
import pytsk3

from echoforensics.evidence.entry import Entry, EntryState
from echoforensics.evidence.file_systems.sleuth_kit_walk import TskName, TskWalk
from echoforensics.evidence.source import open_source
from echoforensics.evidence.volumes.disk import Disk

MAIN = b"what the file itself holds\n"
HIDDEN = bytes(range(256)) * 20
ZONE = b"[ZoneTransfer]\r\nZoneId=3\r\n"
FOUND = {
    "main.txt": (MAIN, EntryState.ALLOCATED),
    "main.txt:hidden": (HIDDEN, EntryState.ALLOCATED),
    "main.txt:Zone.Identifier": (ZONE, EntryState.ALLOCATED),
    "folder:mark": (ZONE, EntryState.ALLOCATED),
    "folder/gone.txt": (MAIN, EntryState.DELETED),
    "folder/gone.txt:hidden": (HIDDEN, EntryState.DELETED),
}


@pytest.fixture
def disk(tmp_path: Path) -> Disk:
    path = tmp_path / "image.dd"
    path.write_bytes(lzma.decompress((Path(__file__).parent / "streams.img.xz").read_bytes()))
    container = open_source(path).container
    assert isinstance(container, Disk)
    return container


def _own(disk: Disk) -> dict[str, Entry]:
    """Entries by path, but for the file system's own."""
    found = {}
    for item in disk.entries():
        assert isinstance(item, Entry)
        if not item.path.startswith("$"):
            found[item.path] = item
    return found


def test_streams_and_deleted_files(disk: Disk) -> None:
    found: dict[str, tuple[bytes, EntryState]] = {}
    for path, entry in _own(disk).items():
        assert entry.opener is not None
        with entry.opener() as stream, disk.open(entry.address) as again:
            found[path] = (stream.read(), entry.state)
            assert again.read() == found[path][0]
        assert entry.size == len(found[path][0])

    assert found == FOUND
    assert disk.file_systems[""].name == "NTFS"


def test_where_a_stream_lies(disk: Disk) -> None:
    entries = _own(disk)
    hidden, zone = entries["main.txt:hidden"], entries["main.txt:Zone.Identifier"]

    assert b"".join(disk.media.read(*place) for place in disk.extents(hidden.address)) == HIDDEN
    assert disk.extents(zone.address) == []  # it is in the file's record
    assert hidden.note == "an alternate data stream"
    assert entries["folder/gone.txt:hidden"].note.startswith("deleted; ")


def test_a_stream_of_holes_has_no_content(disk: Disk) -> None:
    (bad,) = (item for item in disk.entries() if isinstance(item, Entry) and item.path == "$BadClus:$Bad")

    assert (bad.size, bad.opener, bad.note) == (0, None, "an alternate data stream; it holds nothing")


def test_records_that_ntfs_keeps_for_itself_are_no_files(disk: Disk) -> None:
    assert not [item.path for item in disk.entries() if item.path.startswith("$OrphanFiles")]


@pytest.mark.parametrize("address", ["/65:99@00", "/65:x@00", "/x:1@00"])
def test_an_address_of_no_stream(address: str, disk: Disk) -> None:
    with pytest.raises(KeyError):
        disk.open(address)


@pytest.mark.parametrize(
    ("sequence", "flags", "is_its_own"),
    [
        (7, pytsk3.TSK_FS_META_FLAG_UNALLOC, True),
        (8, pytsk3.TSK_FS_META_FLAG_UNALLOC, True),
        (9, pytsk3.TSK_FS_META_FLAG_UNALLOC, False),
        (6, pytsk3.TSK_FS_META_FLAG_UNALLOC, False),
        (8, pytsk3.TSK_FS_META_FLAG_ALLOC, False),
    ],
)
def test_a_record_may_have_been_given_to_another_file(sequence: int, flags: int, is_its_own: bool) -> None:
    name = SimpleNamespace(name=b"gone", meta_addr=66, meta_seq=7, flags=pytsk3.TSK_FS_NAME_FLAG_UNALLOC)
    meta = SimpleNamespace(seq=sequence, flags=flags, type=pytsk3.TSK_FS_META_TYPE_REG, size=5)
    listed = SimpleNamespace(info=SimpleNamespace(name=name, meta=None))
    record = SimpleNamespace(info=SimpleNamespace(name=None, meta=meta))
    file_system = SimpleNamespace(open_dir=lambda **_: [listed], open_meta=lambda _: record)

    (found,) = TskWalk(file_system, None, is_ntfs=True).below(b"", 5)

    assert isinstance(found, TskName)
    assert found.item is (record if is_its_own else listed)
