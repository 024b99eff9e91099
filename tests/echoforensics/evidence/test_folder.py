from __future__ import annotations

import os
from pathlib import Path

from echoforensics.evidence.entry import Entry, EntryKind
from echoforensics.evidence.folder import Folder


def _entries(folder: Folder) -> list[Entry]:
    found = list(folder.entries())
    assert all(isinstance(item, Entry) for item in found), found
    return [item for item in found if isinstance(item, Entry)]


def test_lists_files_in_byte_order_whatever_order_they_were_made_in(tmp_path: Path) -> None:
    for name in ("b/2", "b/10", "a", "c/d/e"):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(name.encode())

    entries = _entries(Folder(tmp_path))

    assert [entry.path for entry in entries] == ["a", "b/10", "b/2", "c/d/e"]
    assert [entry.size for entry in entries] == [1, 4, 3, 5]
    for entry in entries:
        assert entry.opener is not None
        assert entry.opener().read() == entry.path.encode()
        assert Folder(tmp_path).open(entry.address).read() == entry.path.encode()


def test_notes_links_and_follows_none(tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "secret").write_text("not evidence")
    inside = tmp_path / "inside"
    inside.mkdir()
    (inside / "loop").symlink_to(inside)
    (inside / "out").symlink_to(outside)
    (inside / "file").symlink_to(outside / "secret")

    entries = _entries(Folder(inside))

    assert [(entry.path, entry.kind, entry.opener) for entry in entries] == [
        ("file", EntryKind.LINK, None),
        ("loop", EntryKind.LINK, None),
        ("out", EntryKind.LINK, None),
    ]
    assert str(outside) in entries[2].note


def test_passes_over_pipes_without_hanging(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")

    (entry,) = _entries(Folder(tmp_path))

    assert (entry.kind, entry.opener, entry.note) == (EntryKind.OTHER, None, "not a regular file")


def test_keeps_names_that_are_not_utf8(tmp_path: Path) -> None:
    name = b"caf\xe9.wav"
    with open(os.path.join(os.fsencode(tmp_path), name), "wb") as stream:  # noqa: PTH118, PTH123
        stream.write(b"x")

    (entry,) = _entries(Folder(tmp_path))

    assert entry.path == "caf\\xe9.wav"
    assert Folder(tmp_path).open(entry.address).read() == b"x"


def test_leaves_access_times_alone(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"x")
    os.utime(path, ns=(1_000_000_000, 2_000_000_000))

    (entry,) = _entries(Folder(tmp_path))
    assert entry.opener is not None
    entry.opener().read()

    assert path.stat().st_atime_ns == 1_000_000_000
    assert entry.times["modified"] == "1970-01-01T00:00:02.000000000Z"
