from __future__ import annotations

import os
import random
import stat
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from echoforensics.evidence.entry import Entry, EntryKind, EvidenceIssue
from echoforensics.evidence.file_systems.squashfs.file_system import SquashFileSystem
from echoforensics.evidence.volume import Volume

RunProgram = Callable[..., str]
WHEN = 1_690_000_000
BLOCK = 128 * 1024
NOISE = random.Random(7).randbytes(3 * BLOCK + 777)


def _volume(data: bytes) -> Volume:
    return Volume(
        "", "", len(data), ((0, len(data)),), "whole", None, 0, lambda offset, size: data[offset : offset + size]
    )


def _make(run_program: RunProgram, folder: Path, *options: str) -> bytes:
    path = folder.parent / "image.squashfs"
    run_program("mksquashfs", folder, path, "-noappend", "-no-progress", "-processors", "1", *options)
    return path.read_bytes()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    root = tmp_path / "content"
    deep = root / "/".join(f"level{number}" for number in range(60))
    deep.mkdir(parents=True)
    (deep / "bottom").write_bytes(b"deep")
    (root / "small").write_bytes(b"129")
    (root / "empty").write_bytes(b"")
    (root / "exact").write_bytes(b"e" * 2 * BLOCK)
    (root / "large").write_bytes(b"a line of a log\n" * 70_000)
    (root / "noise").write_bytes(NOISE)
    with (root / "sparse").open("wb") as stream:
        stream.seek(5 * BLOCK + 100)
        stream.write(b"after the hole")
        stream.truncate(9 * BLOCK + 55)
    (root / "hard").hardlink_to(root / "noise")
    (root / "link").symlink_to("level0/../small")
    os.mkfifo(root / "pipe")
    (root / os.fsdecode(b"caf\xe9")).write_bytes(b"latin")
    (root / "small").chmod(0o4711)
    for item in root.rglob("*"):
        os.utime(item, (WHEN, WHEN), follow_symlinks=False)
    return root


def _expected(folder: Path) -> dict[str, bytes]:
    found = {}
    for item in folder.rglob("*"):
        if item.is_file() and not item.is_symlink():
            found[os.fsencode(item.relative_to(folder)).decode("utf-8", "backslashreplace")] = item.read_bytes()
    return found


def _entries(found: SquashFileSystem) -> dict[str, Entry]:
    entries = list(found.entries())
    assert [item for item in entries if isinstance(item, EvidenceIssue)] == []
    return {item.path: item for item in entries if isinstance(item, Entry)}


def _content(found: SquashFileSystem, entries: dict[str, Entry]) -> dict[str, bytes]:
    contents = {}
    for path, entry in entries.items():
        if entry.kind is EntryKind.FILE:
            assert entry.opener is not None
            with entry.opener() as stream, found.open(entry.address) as again:
                contents[path] = stream.read()
                assert again.read() == contents[path]
            assert entry.size == len(contents[path])
    return contents


@pytest.mark.parametrize(
    "options",
    [
        ("-comp", "gzip"),
        ("-comp", "xz"),
        ("-comp", "xz", "-Xbcj", "x86,arm"),
        ("-comp", "lzma"),
        ("-comp", "zstd"),
        ("-comp", "lz4"),
        ("-comp", "lz4", "-Xhc"),
        ("-comp", "gzip", "-b", "4096"),
        ("-comp", "zstd", "-b", "1M"),
        ("-no-fragments",),
        ("-always-use-fragments",),
        ("-no-exports", "-no-xattrs"),
        ("-noI", "-noD", "-noF", "-noX"),
    ],
    ids=" ".join,
)
def test_names_content_modes_and_times_are_those_of_the_folder(
    options: tuple[str, ...], folder: Path, run_program: RunProgram
) -> None:
    found = SquashFileSystem(_volume(_make(run_program, folder, *options)))
    entries = _entries(found)

    assert _content(found, entries) == _expected(folder)
    assert set(entries) == {*_expected(folder), "link", "pipe"}
    for path, entry in entries.items():
        assert entry.times == {"modified": f"{datetime.fromtimestamp(WHEN, UTC):%Y-%m-%dT%H:%M:%SZ}"}
        if path != "caf\\xe9":
            assert entry.mode == stat.S_IMODE((folder / path).lstat().st_mode), path
    assert (entries["link"].kind, entries["link"].note) == (EntryKind.LINK, "a link to level0/../small; not followed")
    assert (entries["pipe"].kind, entries["pipe"].note) == (EntryKind.OTHER, "not a regular file: a pipe")
    assert len({entry.address for entry in entries.values()}) == len(entries)
    assert entries["hard"].address.split("@")[0] == entries["noise"].address.split("@")[0]


def test_extents_are_given_for_what_lies_there_uncompressed(folder: Path, run_program: RunProgram) -> None:
    for options, compressed in ((("-noD", "-noF"), False), (("-comp", "gzip"), True)):
        image = _make(run_program, folder, *options)
        found = SquashFileSystem(_volume(image))
        entries = _entries(found)

        def lying(path: str, found: SquashFileSystem, image: bytes, entries: dict[str, Entry]) -> bytes:
            places = found.extents(entries[path].address)
            return b"".join(image[at : at + length] for at, length in places)

        # Noise does not compress, so that its whole blocks are stored either way.
        assert lying("noise", found, image, entries)[: 3 * BLOCK] == NOISE[: 3 * BLOCK]
        assert lying("large", found, image, entries) == (b"" if compressed else (folder / "large").read_bytes())
        assert lying("empty", found, image, entries) == b""
        holes = lying("sparse", found, image, entries)
        assert (holes == b"") if compressed else (b"after the hole" in holes and len(holes) < 2 * BLOCK)


def test_a_stream_can_be_sought_in(folder: Path, run_program: RunProgram) -> None:
    found = SquashFileSystem(_volume(_make(run_program, folder)))
    with found.open(_entries(found)["noise"].address) as stream:
        for at in (3 * BLOCK + 1, 5, BLOCK - 2, 2 * BLOCK):
            stream.seek(at)
            assert stream.read(1000) == NOISE[at : at + 1000]


def test_lzo_is_named_as_not_read(folder: Path, run_program: RunProgram) -> None:
    image = _make(run_program, folder, "-comp", "lzo")
    with pytest.raises(OSError, match=r"squashfs 4\.0 compressed with lzo, which is not read"):
        SquashFileSystem(_volume(image))


def test_devices_are_shown_with_their_numbers(tmp_path: Path, run_program: RunProgram) -> None:
    (tmp_path / "empty").mkdir()
    pseudo = ("-p", "tty b 620 0 0 8 300", "-p", "null c 666 0 0 1 3")
    found = _entries(SquashFileSystem(_volume(_make(run_program, tmp_path / "empty", *pseudo))))

    assert {path: (entry.kind, entry.note, entry.mode) for path, entry in found.items()} == {
        "tty": (EntryKind.OTHER, "not a regular file: a block device, 8:300", 0o620),
        "null": (EntryKind.OTHER, "not a regular file: a character device, 1:3", 0o666),
    }


def test_a_folder_of_5000_files(tmp_path: Path, run_program: RunProgram) -> None:
    root = tmp_path / "content"
    root.mkdir()
    for number in range(5000):
        (root / f"file{number}").write_bytes(b"content %d" % number)
    found = SquashFileSystem(_volume(_make(run_program, root)))

    assert _content(found, _entries(found)) == _expected(root)


def test_an_image_cut_off_says_so(folder: Path, run_program: RunProgram) -> None:
    image = _make(run_program, folder)
    with pytest.raises(OSError, match=f"states .* bytes, but the volume has {len(image) // 2}"):
        SquashFileSystem(_volume(image[: len(image) // 2]))
