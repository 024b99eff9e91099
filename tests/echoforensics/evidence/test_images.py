from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from echoforensics.errors import SourceError
from echoforensics.evidence.entry import Entry, EntryState, EvidenceIssue
from echoforensics.evidence.source import open_source
from echoforensics.evidence.volumes.disk import Disk

FILES = {"local/log/messages": b"line\n" * 3000, "local/system/volume": b"129", "log/empty": b""}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    root = tmp_path / "content"
    for name, content in FILES.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    return root


def _content(disk: Disk) -> dict[str, bytes]:
    found = {}
    for item in disk.entries():
        if isinstance(item, Entry) and item.opener is not None and item.state is EntryState.ALLOCATED:
            with item.opener() as stream:
                found[item.path] = stream.read()
            with disk.open(item.address) as again:
                assert again.read() == found[item.path]
    return found


def _disk(path: Path) -> Disk:
    container = open_source(path).container
    assert isinstance(container, Disk)
    return container


@pytest.mark.parametrize("kind", ["ext2", "ext3", "ext4", "fat"])
def test_bare_file_systems_give_every_file(kind: str, folder: Path, make_image: Callable[..., Path]) -> None:
    disk = _disk(make_image(folder, kind))

    assert _content(disk) == FILES
    assert list(disk.volumes) == [""]
    assert list(disk.file_systems) == [""]


def test_gpt_partitions_are_numbered_and_the_unknown_one_is_named(
    folder: Path, make_image: Callable[..., Path], make_gpt: Callable[..., Path]
) -> None:
    disk = _disk(make_gpt(make_image(folder)))

    assert _content(disk) == {f"p2/{name}": content for name, content in FILES.items()}
    issues = [item for item in disk.entries() if isinstance(item, EvidenceIssue)]
    assert [(issue.path, "no file system that is known" in issue.what) for issue in issues] == [("p1", True)]


def test_mbr_partitions_are_found(
    folder: Path, tmp_path: Path, make_image: Callable[..., Path], run_program: Callable[..., str]
) -> None:
    image, path = make_image(folder, "ext2"), tmp_path / "mbr.dd"
    path.write_bytes(bytes(1024 * 1024) + image.read_bytes())
    run_program("sfdisk", "-q", path, stdin=b"label: dos\nstart=2048, type=83\n")

    assert _content(_disk(path)) == {f"p1/{name}": content for name, content in FILES.items()}


@pytest.mark.parametrize("segment", [1024**3, 1024 * 1024])
def test_ewf_images_in_one_and_several_segments(
    segment: int, folder: Path, make_image: Callable[..., Path], make_ewf: Callable[..., Path]
) -> None:
    image = make_image(folder, mebibytes=4)
    source = open_source(make_ewf(image, segment))
    assert isinstance(source.container, Disk)

    assert _content(source.container) == FILES
    hashes = source.hash(("md5", "sha256"))
    assert hashes.issues == ()
    assert hashes.media is not None
    assert hashes.media.size == image.stat().st_size
    assert hashes.stored["md5"] == hashes.media.values["md5"]
    assert (len(hashes.parts) > 1) == (segment == 1024 * 1024)
    assert hashes.media == open_source(image).hash(("md5", "sha256")).whole


def test_ewf_whose_media_was_altered_is_reported(
    folder: Path, make_image: Callable[..., Path], make_ewf: Callable[..., Path]
) -> None:
    path = make_ewf(make_image(folder, "ext2", mebibytes=4))
    content = bytearray(path.read_bytes())
    at = content.index(b"line\nline\nline")
    content[at] = ord("L")
    path.write_bytes(content)

    chunk, stored = open_source(path).hash(("sha256",)).issues

    assert chunk.endswith("given as zeros: the checksum of the image's chunk that holds them does not match")
    assert "image says that the MD5" in stored


@pytest.mark.parametrize("kind", ["ext2", "ext3", "ext4"])
def test_deleted_file_whose_content_is_left_is_given_and_marked(
    kind: str, folder: Path, make_image: Callable[..., Path], run_program: Callable[..., str]
) -> None:
    image = make_image(folder, kind)
    run_program("debugfs", "-w", "-R", "rm /local/log/messages", image)

    found = [item for item in _disk(image).entries() if isinstance(item, Entry) and item.state is EntryState.DELETED]

    deleted = [item for item in found if item.path.endswith("messages")]
    assert len(deleted) == 1
    assert deleted[0].opener is not None
    assert deleted[0].opener().read() == FILES["local/log/messages"]
    assert "unallocated" in deleted[0].note


def test_fat_deleted_file_is_given_and_its_times_have_no_zone(
    folder: Path, make_image: Callable[..., Path], run_program: Callable[..., str]
) -> None:
    image = make_image(folder, "fat")
    run_program("mdel", "-i", image, "::/local/log/messages")

    found = [item for item in _disk(image).entries() if isinstance(item, Entry) and item.state is EntryState.DELETED]

    contents = [item.opener().read() for item in found if item.opener]
    assert contents.count(FILES["local/log/messages"]) == 1
    times = [item.times["modified"] for item in _disk(image).entries() if isinstance(item, Entry) and item.times]
    assert times
    assert all(time.endswith("(local time of an unknown zone)") for time in times)


def test_extents_lead_to_the_bytes_in_the_image(folder: Path, make_image: Callable[..., Path]) -> None:
    image = make_image(folder)
    disk = _disk(image)
    (entry,) = (e for e in disk.entries() if isinstance(e, Entry) and e.path == "local/log/messages")

    raw = image.read_bytes()
    joined = b"".join(raw[start : start + length] for start, length in disk.extents(entry.address))

    assert joined[: len(FILES["local/log/messages"])] == FILES["local/log/messages"]


@pytest.mark.parametrize("damage", [1024, 1024 + 56, 40_000])
def test_damaged_images_are_refused_or_read_never_raise(
    damage: int, folder: Path, make_image: Callable[..., Path]
) -> None:
    image = make_image(folder)
    content = bytearray(image.read_bytes())
    content[damage : damage + 4096] = b"\xff" * 4096
    image.write_bytes(content)

    try:
        disk = _disk(image)
    except SourceError:
        with pytest.raises(SourceError, match="file system that is known"):
            _disk(image)
        return
    for item in disk.entries():
        assert isinstance(item, (Entry, EvidenceIssue))


def test_opening_changes_nothing_in_the_image(folder: Path, make_image: Callable[..., Path]) -> None:
    image = make_image(folder)
    image.chmod(0o444)
    before = image.read_bytes()

    _content(_disk(image))

    assert image.read_bytes() == before
