"""Names on FAT, as mtools writes them: none is hidden or cut."""

from __future__ import annotations

import struct
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from echoforensics.evidence.entry import Entry, EntryState
from echoforensics.evidence.file_systems.fat.long_names import LongNames
from echoforensics.evidence.source import open_source

LETTERS = "".join(chr(ord("a") + number % 26) if number % 10 else str(number // 10 % 10) for number in range(255))
NAMES = (
    *("a^b.txt", "^", "^caret first", "caret^", "sub^folder/in^side", "$dollar", "_under", "100%", "#hash", ".hidden"),
    *("$MBR", "$FAT1", "$FAT2", "$UPCASE_TABLE", "log (Volume Label Entry)", "MIXED~1.TXT", "Mixed.Case.Name.txt"),
    *("übergrößenträger.txt", "\u65e5\u672c\u8a9e.txt"),
    *(LETTERS[:length] for length in (194, 195, 196, 200, 208, 209, 250)),
)
#: MiB. With clusters of 1 KiB, mtools finds room for entries of long names, and puts them into two clusters.
SIZES = {12: 2, 16: 20, 32: 80}


@pytest.mark.parametrize("bits", [12, 16, 32])
def test_every_name_is_given_whole(bits: int, tmp_path: Path, run_program: Callable[..., str]) -> None:
    root = tmp_path / "content"
    for name in NAMES:
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_bytes(name.encode() * 50)
    path = tmp_path / "image.dd"
    with path.open("wb") as stream:
        stream.truncate(SIZES[bits] * 1024 * 1024)
    run_program("mkfs.vfat", "-F", str(bits), "-s", "2", "-n", "SAMPLE", path)
    for item in sorted(root.iterdir()):
        run_program("mcopy", "-s", "-i", path, item, "::")

    found: dict[str, bytes] = {}
    for entry in open_source(path).container.entries():
        assert isinstance(entry, Entry)
        assert entry.state is EntryState.ALLOCATED
        assert entry.opener is not None
        with entry.opener() as content:
            found[entry.path] = content.read()

    assert found == {name: name.encode() * 50 for name in NAMES}


def _boot_sector() -> bytes:
    """Of FAT16 with sectors of 512 bytes: two tables of one sector, and 16 entries in the first folder."""
    head = struct.pack("<HBHBHxxxH", 512, 1, 1, 2, 16, 1)
    return (bytes(11) + head).ljust(512, b"\0")


def _reader(raw: bytes) -> Callable[[int, int], bytes]:
    return lambda at, size: raw[at : at + size]


@pytest.mark.parametrize("name", [b"short", LETTERS[:196].encode(), "\u00fc".encode() * 194])
def test_a_name_that_was_not_cut_is_not_looked_for(name: bytes) -> None:
    read: list[int] = []

    def reader(at: int, size: int) -> bytes:
        read.append(at)
        return _boot_sector()[at : at + size]

    assert LongNames(16, reader).whole(name, 3) == name
    assert read == [0]


def test_a_boot_sector_that_cannot_be() -> None:
    with pytest.raises(OSError, match="cannot be read"):
        LongNames(16, _reader(b""))
    with pytest.raises(OSError, match="values that cannot be"):
        LongNames(16, _reader(bytes(512)))


@given(rest=st.binary(max_size=4096), bits=st.sampled_from([12, 16, 32]), number=st.integers(0, 200))
def test_any_entries(rest: bytes, bits: int, number: int) -> None:
    name = LETTERS[:195].encode()

    assert LongNames(bits, _reader(_boot_sector() + rest)).whole(name, number).startswith(name)
