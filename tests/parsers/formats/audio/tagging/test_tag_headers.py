"""The headers of ID3v2 and APE tags: how long the tag is, and whether they are as defined."""

from __future__ import annotations

import pytest

from parsers.formats.audio.tagging.ape import ApeHeader
from parsers.formats.audio.tagging.id3 import Id3Header


@pytest.mark.parametrize(
    ("version", "revision", "flags", "length", "is_as_defined"),
    [
        (2, 0, 0xC0, 267, True),
        (2, 0, 0x20, 267, False),
        (3, 0, 0xE0, 267, True),
        (3, 0, 0x10, 267, False),
        (4, 0, 0xE0, 267, True),
        (4, 0, 0xF0, 277, True),  # with a footer
        (4, 0, 0x01, 267, False),
        (4, 1, 0x00, 267, False),
    ],
)
def test_id3_headers(version: int, revision: int, flags: int, length: int, is_as_defined: bool) -> None:
    header = Id3Header.parse(b"ID3" + bytes([version, revision, flags, 0, 0, 2, 1]) + b"more")
    assert header == Id3Header(version, revision, flags, 257)
    assert (header.length, header.is_as_defined) == (length, is_as_defined)


@pytest.mark.parametrize(
    "raw", [b"ID3\3\0\0\0\0\0", b"ID3\1\0\0\0\0\0\0", b"ID3\3\xff\0\0\0\0\0", b"ID3\3\0\0\0\0\x80\0", b"TAG" + bytes(9)]
)
def test_what_is_no_id3_header(raw: bytes) -> None:
    assert Id3Header.parse(raw) is None


def test_ape_headers() -> None:
    def header(version: int, size: int, flags: int) -> bytes:
        return b"APETAGEX" + b"".join(each.to_bytes(4, "little") for each in (version, size, 3, flags)) + bytes(8)

    found = ApeHeader.parse(header(2000, 99, 0xA0000000) + b"more")
    assert found == ApeHeader(2000, 99, 3, 0xA0000000)
    assert (found.length, found.is_as_defined) == (131, True)
    for other in (header(1000, 99, 0xA0000000), header(2000, 31, 0xA0000000), header(2000, 99, 0x80000000)):
        odd = ApeHeader.parse(other)
        assert odd is not None
        assert not odd.is_as_defined
    assert ApeHeader.parse(header(2000, 99, 0)[:31]) is None
    assert ApeHeader.parse(bytes(32)) is None
