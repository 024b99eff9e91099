"""Names of ISO 9660 that Rock Ridge keeps, in images that libarchive writes."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from echoforensics.evidence.entry import Entry
from echoforensics.evidence.file_systems.rock_ridge import rock_ridge_names
from echoforensics.evidence.source import open_source

FILES = {
    "local/log/messages_00000101_20240308210000.gz": b"one",
    "local/log/messages_00000102_20240309221500.gz": b"two",
    "Local Storage/000003.log": b"three",
    f"long/{'n' * 120}-äöü-{'m' * 110}.json": b"four",
    "a/b/c/d/e/f/g.txt": b"five",
}


@pytest.fixture(scope="module")
def image(tmp_path_factory: pytest.TempPathFactory) -> Path:
    library = pytest.importorskip("libarchive")
    path = tmp_path_factory.mktemp("iso") / "image.iso"
    with library.file_writer(str(path), "iso9660", options="!joliet") as archive:
        for name, content in FILES.items():
            archive.add_file_from_memory(name, len(content), content)
    return path


def test_every_file_has_its_own_name_and_content(image: Path) -> None:
    disk = open_source(image).container
    found = {}
    for entry in disk.entries():
        assert isinstance(entry, Entry)
        with disk.open(entry.address) as stream:
            found[entry.path] = stream.read()
    assert found == FILES


def test_names_of_joliet_are_left_as_they_are(tmp_path: Path) -> None:
    library = pytest.importorskip("libarchive")
    path = tmp_path / "image.iso"
    with library.file_writer(str(path), "iso9660") as archive:
        archive.add_file_from_memory("Mixed Case.json", 2, b"{}")
    raw = path.read_bytes()
    assert rock_ridge_names(lambda at, size: raw[at : at + size]) == {}
    assert [entry.path for entry in open_source(path).container.entries() if isinstance(entry, Entry)] == [
        "Mixed Case.json"
    ]


@given(st.lists(st.tuples(st.integers(16 * 2048, 40 * 2048), st.binary(min_size=1, max_size=8)), max_size=8))
@settings(deadline=None, max_examples=100)
def test_a_damaged_image_gives_names_or_none(image: Path, edits: list[tuple[int, bytes]]) -> None:
    raw = bytearray(image.read_bytes())
    for at, put in edits:
        raw[at : at + len(put)] = put
    names = rock_ridge_names(lambda at, size: bytes(raw[at : at + size]))
    assert all(".." not in name.split("/") for name in names.values())
