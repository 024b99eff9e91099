from __future__ import annotations

import io

import pytest

from echoforensics.evidence.entry import Entry, EntryState
from echoforensics.evidence.zero_files import ZeroFiles


def _entry(address: str, size: int, state: EntryState = EntryState.ALLOCATED, *, on_media: bool = True) -> Entry:
    def extents() -> list[tuple[int, int]]:
        return [(0, size)]

    return Entry(
        address, address, size, lambda: io.BytesIO(bytes(size)), state=state, extents=extents if on_media else None
    )


@pytest.mark.parametrize(
    ("files", "volumes"),
    [
        ([("p1/12", bytes(2000)), ("p1/13", bytes(4096)), ("p2/12", b"x" * 2000)], ["p1"]),
        ([("/12", bytes(2000)), ("/13", bytes(4096)), ("/14", b"kept in the inode")], [""]),
        ([("/12", bytes(2000))], []),
        ([("/12", bytes(2000)), ("/13", bytes(2000)), ("/14", bytes(1999) + b"x")], []),
    ],
)
def test_a_file_system_without_content_is_named(files: list[tuple[str, bytes]], volumes: list[str]) -> None:
    found = ZeroFiles()
    for address, content in files:
        found.look(_entry(address, len(content)), content)
    issues = list(found.issues())
    assert [issue.path for issue in issues] == volumes
    assert all("begins with nothing but zeros" in issue.what for issue in issues)


def test_deleted_files_and_those_of_a_folder_do_not_count() -> None:
    found = ZeroFiles()
    for number in range(4):
        found.look(_entry(f"/{number}", 4096, EntryState.DELETED), bytes(4096))
        found.look(_entry(f"/{number}", 4096, on_media=False), bytes(4096))
    assert list(found.issues()) == []
