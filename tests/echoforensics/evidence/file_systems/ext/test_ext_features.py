"""Every feature that mke2fs knows: the same files are read of each, by the reader that is chosen and by our own."""

from __future__ import annotations

import struct
from collections.abc import Callable
from pathlib import Path

import pytest

from echoforensics.evidence.entry import Entry, EntryKind, EvidenceIssue
from echoforensics.evidence.file_systems.ext.features import described, features, remarks
from echoforensics.evidence.file_systems.ext.file_system import ExtFileSystem
from echoforensics.evidence.source import open_source

MIB = 1024 * 1024
FILES = {
    "local/log/empty": b"",
    "local/log/short": b"kept in the inode\n",
    "local/log/middling": bytes(range(150)),
    "local/log/long": bytes(range(256)) * 80,
    "local/sparse": b"a" * 5000 + bytes(150_000) + b"end",
    "few/messages": b"m" * 1500,
    **{f"many/a file of a longer name, number {number:03d}": b"%d" % number for number in range(60)},
}
ENCRYPTED = (
    "the file system says that it may hold encrypted files (fscrypt, file-based encryption); their names and content"
    " are given as they are stored"
)
#: Options of mke2fs; with ``ext4`` where they name no type.
NO_JOURNAL = "-O ^has_journal"
VARIANTS = (
    *("-t ext2", "-t ext3", "-t ext4", NO_JOURNAL, "-t ext2 -r 0 -O none", "-t ext2 -o hurd"),
    *(f"-b {size}" for size in (1024, 2048, 4096, 16384, 32768, 65536)),
    *(f"-I {size}" for size in (128, 256, 512, 1024)),
    *(f"{NO_JOURNAL},inline_data -I {size}" for size in (256, 512, 1024)),
    f"{NO_JOURNAL},inline_data -I 1024 -b 4096",
    f"{NO_JOURNAL},inline_data -I 4096 -b 4096 -N 128",
    f"{NO_JOURNAL},bigalloc -C 16384",
    f"{NO_JOURNAL},bigalloc -b 4096 -C 65536",
    f"{NO_JOURNAL},bigalloc,inline_data -C 16384",
    *("-O meta_bg,^resize_inode", "-O sparse_super2", "-O 64bit", "-O ^64bit", "-O metadata_csum"),
    *("-O ^metadata_csum", "-O metadata_csum,metadata_csum_seed", "-O casefold", "-O encrypt", "-O casefold,encrypt"),
    *("-O ea_inode", "-O large_dir", "-O ^dir_index", "-O ^flex_bg", "-O huge_file", "-O ^huge_file", "-O quota"),
    *("-O quota,project", "-O verity", "-O stable_inodes", "-O mmp", "-O orphan_file", "-O fast_commit"),
    *("-O uninit_bg,^metadata_csum", "-O ^extent,^64bit", "-O ^filetype", "-O ^sparse_super,^resize_inode"),
    *("-E lazy_itable_init=1", "-E packed_meta_blocks=1", "-O ^ext_attr", "-O ^large_file", "-O ^extra_isize"),
    (
        "-C 4096 -J size=1 -O bigalloc,inline_data,64bit,metadata_csum,metadata_csum_seed,casefold,large_dir,quota,"
        "project,verity,stable_inodes,mmp,orphan_file,fast_commit,ea_inode"
    ),
)
#: Those that run always: the ones that only our own reader reads.
ALWAYS = (f"{NO_JOURNAL},inline_data -I 1024", f"{NO_JOURNAL},bigalloc -C 16384", VARIANTS[-1])
Make = Callable[[str], Path]


@pytest.fixture
def make(tmp_path: Path, run_program: Callable[..., str]) -> Make:
    """Makes an image of FILES by options of mke2fs."""

    def image(options: str) -> Path:
        root = tmp_path / "content"
        for name, content in FILES.items():
            (root / name).parent.mkdir(parents=True, exist_ok=True)
            (root / name).write_bytes(content)
        (root / "link").symlink_to("local/log/long")
        (root / "long link").symlink_to("x" * 200)
        path = tmp_path / "image.dd"
        large = any(size in options for size in ("16384 ", "32768", "65536", "size=1")) or options.endswith("16384")
        with path.open("wb") as stream:
            stream.truncate((16 if large else 2) * MIB)
        kind = [] if "-t" in options else ["-t", "ext4"]
        run_program("mke2fs", "-q", "-F", "-d", root, *kind, *options.split(), path)
        return path

    return image


def _read(entries: list[Entry | EvidenceIssue]) -> tuple[dict[str, bytes], list[str], list[str]]:
    """Files with their content, links, and issues."""
    files: dict[str, bytes] = {}
    links, issues = [], []
    for item in entries:
        if isinstance(item, EvidenceIssue):
            issues.append(item.what)
        elif item.kind is EntryKind.LINK:
            links.append(item.path)
        elif item.opener is None:
            files[item.path] = item.note.encode()
        else:
            with item.opener() as stream:
                files[item.path] = stream.read()
            assert item.size == len(files[item.path])
    return files, links, issues


def _check(path: Path, options: str) -> None:
    expected = [ENCRYPTED] if "encrypt" in options else []
    raw = path.read_bytes()

    by_chosen = _read(list(open_source(path).container.entries()))
    by_own = _read(list(ExtFileSystem(lambda at, size: raw[at : at + size], len(raw)).entries()))

    assert by_chosen == (FILES, by_chosen[1], expected)
    assert sorted(by_chosen[1]) == ["link", "long link"]
    assert by_own == (FILES, by_chosen[1], [])


@pytest.mark.series
@pytest.mark.parametrize("options", VARIANTS)
def test_every_feature(options: str, make: Make) -> None:
    _check(make(options), options)


@pytest.mark.parametrize("options", ALWAYS)
def test_features_of_our_own_reader(options: str, make: Make) -> None:
    _check(make(options), options)


def test_extents_and_addresses_with_clusters(make: Make) -> None:
    path = make(ALWAYS[1])
    raw, disk = path.read_bytes(), open_source(path).container

    for item in disk.entries():
        assert isinstance(item, Entry)
        if item.path != "local/log/long":
            continue
        assert item.extents is not None
        pieces = b"".join(raw[at : at + size] for at, size in item.extents())
        with disk.open(item.address) as stream:
            assert stream.read() == pieces[: 256 * 80] == FILES[item.path]
        return
    pytest.fail("the file was not listed")


def test_a_journal_on_its_own(tmp_path: Path, run_program: Callable[..., str]) -> None:
    path = tmp_path / "journal.dd"
    path.write_bytes(bytes(2 * MIB))
    run_program("mke2fs", "-q", "-F", "-O", "journal_dev", path)

    (issue,) = open_source(path).container.entries()

    assert isinstance(issue, EvidenceIssue)
    assert "on another device (journal_dev), in which no files are" in issue.what


def test_what_cannot_be_read_is_named_with_its_features(make: Make) -> None:
    path = make(ALWAYS[1])
    raw = bytearray(path.read_bytes())
    at = raw.index(b"\xed\x41")  # the mode of the first folder
    raw[at : at + 2] = bytes(2)
    path.write_bytes(raw)

    (issue,) = open_source(path).container.entries()

    assert isinstance(issue, EvidenceIssue)
    assert "bigalloc" in issue.what
    assert "cannot be read: the inode of its first folder is not a folder's" in issue.what


def test_features_by_their_names() -> None:
    raw = bytearray(2048)
    assert features(lambda at, size: bytes(raw[at : at + size])) == ()
    raw[1024 + 56 : 1024 + 58] = b"\x53\xef"
    assert described(lambda at, size: bytes(raw[at : at + size])) == "ext2, ext3 or ext4"
    struct.pack_into("<I12xIII", raw, 1024 + 76, 1, 1 << 5 | 1 << 31, 1 << 0 | 1 << 2 | 1 << 30, 1 << 9 | 1 << 31)

    stated = features(lambda at, size: bytes(raw[at : at + size]))

    assert stated == (
        *("dir_index", "FEATURE_C31", "compression", "needs_recovery", "FEATURE_I30", "bigalloc", "FEATURE_R31"),
    )
    assert remarks(lambda at, size: bytes(raw[at : at + size])) == [
        "the file system has features that are not known here (compression, FEATURE_I30); what they change of its names"
        " and content is not taken into account"
    ]
