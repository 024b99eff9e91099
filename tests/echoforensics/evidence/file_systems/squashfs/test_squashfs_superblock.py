from __future__ import annotations

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from echoforensics.evidence.file_systems.squashfs.superblock import (
    ABSENT,
    SquashfsSuperblock,
    check_options,
    read_superblock,
)


def _raw(
    *,
    magic: bytes = b"hsqs",
    block: int = 131072,
    log: int = 17,
    compressor: int = 1,
    version: tuple[int, int] = (4, 0),
    flags: int = 0x4C0,
) -> bytes:
    head = struct.pack("<4s4I6H", magic, 7, 1_690_000_000, block, 2, compressor, log, flags, 3, *version)
    return head + struct.pack("<8Q", 44, 9999, 9000, ABSENT, 5000, 6000, 7000, 8000)


def _read(raw: bytes) -> SquashfsSuperblock:
    return read_superblock(lambda offset, size: raw[offset : offset + size])


def test_every_field() -> None:
    found = _read(_raw())

    assert found == SquashfsSuperblock(7, 131072, 2, 1, True, 3, 44, 9999, 9000, ABSENT, 5000, 6000, 7000, 8000)
    assert (found.end_of(5000), found.end_of(6000), found.end_of(9000), found.end_of(9999)) == (
        6000,
        7000,
        9999,
        ABSENT,
    )
    assert not _read(_raw(flags=0xC0)).has_options


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        (b"", "no squashfs superblock"),
        (bytes(1000), "no squashfs superblock"),
        (_raw()[:90], "a squashfs superblock that is cut off"),
        (_raw(version=(1, 0)), r"squashfs 1\.0 \(little-endian\), which is not read; only 4\.0 \(little-endian\) is"),
        (_raw(version=(2, 1)), r"squashfs 2\.1 \(little-endian\), which is not read"),
        (_raw(version=(3, 1)), r"squashfs 3\.1 \(little-endian\), which is not read"),
        (_raw(version=(4, 1)), r"squashfs 4\.1 \(little-endian\), which is not read"),
        (
            b"sqsh" + bytes(24) + struct.pack(">2H", 3, 1) + bytes(64),
            r"squashfs 3\.1 \(big-endian\), which is not read",
        ),
        (_raw(magic=b"shsq"), r"changed by a maker \(it begins with shsq\), which is not read"),
        (_raw(compressor=9), r"squashfs 4\.0 with compressor 9, which is not known"),
        (_raw(block=2**31, log=31), "impossible block size"),
        (_raw(block=0, log=0), "impossible block size"),
        (_raw(block=131072, log=16), "impossible block size"),
        (_raw(block=131071), "impossible block size"),
    ],
)
def test_what_is_not_read_is_refused_with_the_reason(raw: bytes, reason: str) -> None:
    with pytest.raises(OSError, match=reason):
        _read(raw)


def test_options_matter_for_lz4_alone() -> None:
    check_options(_read(_raw(compressor=5)), struct.pack("<2I", 1, 0))
    check_options(_read(_raw(compressor=1)), b"")
    with pytest.raises(OSError, match="LZ4 format 2, which is not known"):
        check_options(_read(_raw(compressor=5)), struct.pack("<2I", 2, 0))
    with pytest.raises(OSError, match="are cut off"):
        check_options(_read(_raw(compressor=5)), b"\x01")


@given(st.binary(max_size=120), st.integers(0, 95), st.binary(max_size=8))
def test_any_bytes_raise_nothing_else(data: bytes, at: int, new: bytes) -> None:
    good = _raw()
    for raw in (data, b"hsqs" + data, good[:at] + new + good[at + len(new) :]):
        try:
            assert _read(raw).block_size in {1 << log for log in range(12, 21)}
        except OSError:
            continue
