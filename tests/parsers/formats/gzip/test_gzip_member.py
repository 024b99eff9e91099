"""Members of gzip: their headers, and where they end."""

from __future__ import annotations

import gzip
import io
import zlib

import pytest

from parsers.formats.audio.window import Window
from parsers.formats.gzip.member import GzipMember, header_length, read_member

TEXT = b"a line of a log\n" * 9000
PLAIN = gzip.compress(TEXT, mtime=0)


def _window(content: bytes) -> Window:
    return Window(io.BytesIO(content), len(content))


def _with_parts(flags: int, parts: bytes) -> bytes:
    return PLAIN[:3] + bytes([flags]) + PLAIN[4:10] + parts + PLAIN[10:]


@pytest.mark.parametrize(
    ("flags", "parts"),
    [(0, b""), (1, b""), (2, b"cc"), (4, b"\3\0abc"), (8, b"name\0"), (16, b"comment\0"), (30, b"\1\0xn\0c\0cc")],
)
def test_optional_parts_of_a_header(flags: int, parts: bytes) -> None:
    content = _with_parts(flags, parts)

    assert header_length(content[:4096]) == 10 + len(parts)
    assert read_member(_window(b".." + content + b"behind"), 2, 1 << 20) == GzipMember(
        2 + len(content), len(TEXT), is_right=True
    )


@pytest.mark.parametrize(
    ("at", "value"), [(0, 0), (2, 7), (3, 0x20), (8, 1), (9, 14)], ids=["magic", "method", "flags", "effort", "system"]
)
def test_what_is_no_header(at: int, value: int) -> None:
    content = PLAIN[:at] + bytes([value]) + PLAIN[at + 1 :]

    assert header_length(content) is None
    assert read_member(_window(content), 0, 1 << 20) is None
    assert header_length(PLAIN[:10]) is None
    assert header_length(_with_parts(8, b"n" * 5000)[:4096]) is None


def test_wrong_checksum_or_length() -> None:
    for at in (-8, -1):
        content = bytearray(PLAIN)
        content[at] ^= 1
        assert read_member(_window(bytes(content)), 0, 1 << 20) == GzipMember(len(PLAIN), len(TEXT), is_right=False)
    # Of a trailer that is cut nothing agrees.
    assert read_member(_window(PLAIN[:-3]), 0, 1 << 20) == GzipMember(len(PLAIN) - 3, len(TEXT), is_right=False)


def test_no_more_is_inflated_than_asked_for() -> None:
    found = read_member(_window(PLAIN), 0, 1000)
    assert found is not None
    assert not found.is_right
    assert 1000 <= found.size < len(TEXT)


def test_data_that_breaks_off_ends_behind_what_was_used() -> None:
    found = read_member(_window(PLAIN[:-30]), 0, 1 << 20)
    assert found is not None
    assert (found.end, found.is_right) == (len(PLAIN) - 30, False)
    assert 0 < found.size <= len(TEXT)
    engine = zlib.decompressobj(31)
    assert found.size == len(engine.decompress(PLAIN[:-30]))


def test_content_that_is_not_wanted() -> None:
    seen: list[bytes] = []

    def refuse(content: bytes) -> bool:
        seen.append(content)
        return False

    assert read_member(_window(PLAIN), 0, 1 << 20, refuse) is None
    assert len(seen) == 1
    assert TEXT.startswith(seen[0])
