"""A volume that BitLocker To Go encrypted looks like FAT, and holds its reader's files."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from echoforensics.evidence.entry import Entry, EvidenceIssue
from echoforensics.evidence.source import open_source

GUID = bytes.fromhex("3bd66749292ed84a8399f6a339e3d001")


def test_its_encrypted_content_is_named(tmp_path: Path, run_program: Callable[..., str]) -> None:
    path = tmp_path / "image.dd"
    with path.open("wb") as stream:
        stream.truncate(2 * 1024 * 1024)
    run_program("mkfs.vfat", "-F", "12", path)
    reader = tmp_path / "BitLockerToGo.exe"
    reader.write_bytes(b"MZ")
    run_program("mcopy", "-i", path, reader, "::")
    assert [type(found) for found in open_source(path).container.entries()] == [Entry]

    with path.open("r+b") as stream:
        stream.seek(424)
        stream.write(GUID)

    issue, entry = open_source(path).container.entries()
    assert isinstance(issue, EvidenceIssue)
    assert issue.what.startswith("the volume is encrypted with BitLocker To Go: ")
    assert isinstance(entry, Entry)
    assert entry.path == "BitLockerToGo.exe"
