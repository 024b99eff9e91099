"""Headers of boxes, whatever they state, and the kinds of tracks that handlers tell."""

from __future__ import annotations

import io

import pytest

from parsers.formats.audio.mp4.boxes import Box, BoxHeader, children, read_box, read_header
from parsers.formats.audio.mp4.tracks import track_kinds
from parsers.formats.audio.window import Window


def _window(content: bytes) -> Window:
    return Window(io.BytesIO(content), len(content))


def _box(kind: bytes, content: bytes = b"", size: int | None = None) -> bytes:
    return (len(content) + 8 if size is None else size).to_bytes(4, "big") + kind + content


@pytest.mark.parametrize(
    ("raw", "size", "stated", "has_room", "box"),
    [
        (b"\0\0\0\x0cfree", 8, 12, True, Box(b"free", 10, 14)),
        (b"\0\0\0\x00free", 8, 0, True, Box(b"free", 10, 50, states_length=False)),
        (b"\0\0\0\x07free", 8, 7, False, None),
        (b"\0\0\0\x01free" + bytes(7) + b"\x18", 16, 24, True, Box(b"free", 18, 26)),
        (b"\0\0\0\x01free" + bytes(7) + b"\x0f", 16, 15, False, None),
        (b"\0\0\0\x01free" + bytes(8), 16, 0, False, None),
    ],
)
def test_headers(raw: bytes, size: int, stated: int, has_room: bool, box: Box | None) -> None:
    window = _window(b".." + raw)
    header = read_header(window, 2)

    assert header == BoxHeader(2, b"free", size, stated)
    assert (header.end, header.has_room, header.label) == (2 + stated, has_room, "free")
    assert read_box(window, 2, 50) == box
    # The header has to end before the limit.
    assert read_box(window, 2, 9) is None


@pytest.mark.parametrize("raw", [b"", b"\0\0\0\x0cfre", b"\0\0\0\x01free" + bytes(7)])
def test_headers_that_break_off(raw: bytes) -> None:
    assert read_header(_window(raw), 0) is None
    assert read_box(_window(raw), 0, 50) is None


def test_no_more_boxes_are_looked_at_than_asked_for() -> None:
    content = _box(b"free") * 9
    assert len(list(children(_window(content), Box(b"moov", 0, len(content))))) == 9
    assert len(list(children(_window(content), Box(b"moov", 0, len(content)), most=4))) == 4


def test_kinds_of_tracks() -> None:
    def handler(kind: bytes) -> bytes:
        return _box(b"hdlr", bytes(8) + kind + bytes(12))

    def track(kind: bytes) -> bytes:
        return _box(b"trak", _box(b"free") + _box(b"mdia", handler(kind)))

    content = _box(b"mvhd", bytes(4)) + track(b"soun") + track(b"text")
    movie = Box(b"moov", 0, len(content))

    assert track_kinds(_window(content), movie, 100) == {b"soun", b"text"}
    # The boxes at the top come first: three of them, then what the tracks hold.
    assert track_kinds(_window(content), movie, 3) == frozenset()
    # A track behind a box that states no length, or does not fit, is not seen.
    for odd in (_box(b"free", size=0), _box(b"free", size=9999)):
        content = odd + track(b"soun")
        assert track_kinds(_window(content), Box(b"moov", 0, len(content)), 100) == frozenset()
