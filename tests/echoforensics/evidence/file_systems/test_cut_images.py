"""Images that were cut off anywhere: what is given is right, and what is not is an issue or an error."""

from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path

import pytest

from echoforensics.evidence.entry import READ_ERRORS, Entry, EntryState, EvidenceIssue
from echoforensics.evidence.source import open_source

KINDS = {
    "FAT12": ("mkfs.vfat", "-F", "12"),
    "FAT16": ("mkfs.vfat", "-F", "16"),
    "ext2": ("mke2fs", "-q", "-F", "-t", "ext2"),
    "ext4": ("mke2fs", "-q", "-F", "-t", "ext4"),
    "ext4 with clusters": ("mke2fs", "-q", "-F", "-t", "ext4", "-O", "bigalloc"),
    "ext4 with inline data": ("mke2fs", "-q", "-F", "-t", "ext4", "-O", "inline_data", "-I", "1024"),
}
PLACES = 12
CLUSTER = 64 * 1024
Made = tuple[bytes, dict[str, bytes]]


@pytest.fixture
def make(tmp_path: Path, run_program: Callable[..., str]) -> Callable[[str], Made]:
    """An image's bytes up to its last that is not zero, and its files."""

    def image(kind: str) -> Made:
        made = random.Random(5)
        root = tmp_path / "content"
        files = {
            f"folder {folder}/file {number}": made.randbytes(made.choice((10, 3000, 20_000)))
            for folder in range(4)
            for number in range(6)
        }
        for name, content in files.items():
            (root / name).parent.mkdir(parents=True, exist_ok=True)
            (root / name).write_bytes(content)
        path = tmp_path / "image.dd"
        with path.open("wb") as stream:
            stream.truncate({"FAT12": 2, "FAT16": 9}.get(kind, 4) * 1024 * 1024)
        if kind.startswith("FAT"):
            run_program(*KINDS[kind], path)
            run_program("mcopy", "-s", "-i", path, *sorted(root.iterdir()), "::")
        else:
            run_program(*KINDS[kind], "-d", root, path)
        raw = path.read_bytes().rstrip(b"\0")
        return raw + bytes(-len(raw) % CLUSTER), files

    return image


@pytest.mark.parametrize("kind", KINDS)
def test_nothing_is_lost_in_silence(kind: str, make: Callable[[str], Made], tmp_path: Path) -> None:
    raw, files = make(kind)
    path = tmp_path / "cut.dd"
    for place in range(1, PLACES + 1):
        cut = max(CLUSTER, len(raw) * place // PLACES // 512 * 512)
        path.write_bytes(raw[:cut])
        given, named, issues = set[str](), set[str](), list[EvidenceIssue]()
        for item in open_source(path).container.entries():
            if isinstance(item, EvidenceIssue):
                issues.append(item)
            elif item.state is EntryState.ALLOCATED and item.path in files:
                (given if _is_right(item, files[item.path]) else named).add(item.path)

        unread = [item for item in issues if "cannot be read" in item.what or "not read" in item.what]
        folders = {issue.path for issue in unread if "journal" not in issue.what}
        for lost in files.keys() - given - named:
            assert folders & {"", lost.partition("/")[0], lost}, (place, lost, issues)
        assert given == files.keys() or place < PLACES


def _is_right(entry: Entry, content: bytes) -> bool:
    """Whether the content is given; False if reading it is an error. What is given is right."""
    assert entry.opener is not None
    try:
        with entry.opener() as stream:
            assert stream.read() == content
    except READ_ERRORS:
        return False
    return True
