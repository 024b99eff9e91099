"""Archives behind programs and scripts whose headers are made by hand."""

from __future__ import annotations

import gzip
import io
import struct
from pathlib import Path

import pytest

from echoforensics.errors import SourceError
from echoforensics.evidence.archives.behind_program import archive_behind_program
from echoforensics.evidence.entry import Entry
from echoforensics.evidence.source import open_source

SEVEN = b"7z\xbc\xaf\x27\x1c\0\4" + bytes(4000)


def _elf(size: int, *, wide: bool, order: str) -> bytes:
    """A program of one segment, and after it a table of three sections that ends at a size in bytes."""
    section = 64 if wide else 40
    head = b"\x7fELF" + bytes((2 if wide else 1, 2 if order == ">" else 1)) + bytes(10)
    number = "Q" if wide else "I"
    head += struct.pack(f"{order}2HI3{number}I6H", 2, 3, 1, 0, 64, size - 3 * section, 0, 64, 56, 1, section, 3, 2)
    segment = struct.pack(f"{order}2I6Q", 1, 5, 0, 0, 0, 700, 700, 0)
    if not wide:
        segment = struct.pack(f"{order}8I", 1, 0, 0, 0, 700, 700, 5, 0)
    return (head.ljust(64, b"\0") + segment).ljust(size, b"\1")


def _pe(size: int) -> bytes:
    """A program of two sections, of which the last ends at a size in bytes."""
    head = b"MZ".ljust(60, b"\0") + struct.pack("<I", 128)
    head = head.ljust(128, b"\0") + b"PE\0\0" + struct.pack("<2H3I2H", 0x8664, 2, 0, 0, 0, 16, 2) + bytes(16)
    for start, end in ((512, 1024), (1024, size)):
        head += b".text\0\0\0" + struct.pack("<4I", 0, 0, end - start, start) + bytes(16)
    return head.ljust(size, b"\1")


@pytest.mark.parametrize("pad", [0, 7])
@pytest.mark.parametrize(
    ("program", "form"),
    [
        (_elf(3001, wide=True, order="<"), "an archive (7z) lies behind a program"),
        (_elf(3001, wide=True, order=">"), "an archive (7z) lies behind a program"),
        (_elf(3001, wide=False, order="<"), "an archive (7z) lies behind a program"),
        (_pe(3001), "an archive (7z) lies behind a program"),
    ],
)
def test_an_archive_behind_a_program_is_named(program: bytes, form: str, pad: int, tmp_path: Path) -> None:
    at = 3001 + pad if not pad else 3008
    (tmp_path / "x").write_bytes(program.ljust(at, b"\0") + SEVEN)
    with pytest.raises(SourceError) as raised:
        open_source(tmp_path / "x")
    assert f"x: {form}, from byte {at} on, and is not read" in str(raised.value)
    assert f"`tail -c +{at + 1}`" in str(raised.value)


def _named(content: bytes, *, seekable: bool = True) -> str:
    entry = Entry("x", "", len(content), lambda: io.BytesIO(content), seekable=seekable)
    return archive_behind_program(entry, content[:65536], len(content))


def test_an_archive_behind_a_script_is_named() -> None:
    script = b"#!/bin/sh\ntail -n +3 $0 | gzip -d\n" + gzip.compress(b"content")
    assert _named(script).startswith("what gzip compressed lies behind a script, from byte 34 on")
    assert _named(b"#!/bin/sh\necho\n") == ""


def test_a_program_that_cannot_be_sought_in_is_read_forward() -> None:
    assert "from byte 3001 on" in _named(_pe(3001) + SEVEN, seekable=False)


@pytest.mark.parametrize(
    "content",
    [
        _elf(3001, wide=True, order="<"),
        _elf(3001, wide=True, order="<") + bytes(5000),
        _elf(3001, wide=True, order="<")[:50] + SEVEN,
        _pe(3001)[:140] + SEVEN,
        b"MZ" + SEVEN,
        b"\x7fELF" + b"\xff" * 5000,
    ],
)
def test_a_program_alone_or_with_other_bytes_is_not(content: bytes) -> None:
    assert _named(content) == ""


def test_a_program_that_reads_zips_is_not_one(tmp_path: Path) -> None:
    (tmp_path / "unzip").write_bytes(_elf(3001, wide=True, order="<")[:2000] + b"PK\5\6" + b"\1" * 997)
    with pytest.raises(SourceError, match="not a folder"):
        open_source(tmp_path / "unzip")
