"""Frames that state their length, followed to where they end, break off or are enough."""

from __future__ import annotations

import io

import pytest

from parsers.formats.audio.frame_chain import LOOK, PIECE, FrameChain, follow, repeats
from parsers.formats.audio.window import Window

HEADER = 4


def _frame(length: int) -> bytes:
    return b"\xaa\xbb" + length.to_bytes(2, "big") + bytes(length - HEADER)


def _measure(buffer: bytes, at: int) -> int:
    return int.from_bytes(buffer[at + 2 : at + 4], "big") if buffer[at : at + 2] == b"\xaa\xbb" else 0


def _follow(content: bytes, most: int | None = None) -> FrameChain:
    return follow(Window(io.BytesIO(content), len(content)), 5, _measure, HEADER, most)


def test_frames_end_where_none_follows() -> None:
    frames = b"12345" + _frame(100) + _frame(4) + _frame(60)
    for after in (b"", b"\xaa", b"\xaa\xbc\0\0", b"\xff" * 300, bytes(PIECE)):
        is_begun = after == b"\xaa"
        assert _follow(frames + after) == FrameChain(3, 3, len(frames) + is_begun, is_cut=is_begun)


@pytest.mark.parametrize("end", [1, 2, 3, 4, 5, 39])
def test_frame_that_breaks_off(end: int) -> None:
    frames = b"12345" + _frame(100) + _frame(4)
    content = frames + _frame(40)[:end]

    # A frame is one once its header is there.
    assert _follow(content) == FrameChain(2 + (end >= HEADER), 2, len(content), is_cut=True)


@pytest.mark.parametrize("room", [PIECE - 200, PIECE - 1, PIECE, PIECE + 1, PIECE + 50])
def test_frame_that_breaks_off_where_a_piece_ends(room: int) -> None:
    before = b"12345" + _frame(room - 100)
    content = before + _frame(300)[:100]

    assert len(content) == 5 + room
    assert _follow(content) == FrameChain(2, 1, len(content), is_cut=True)
    assert _follow(before + _frame(300)) == FrameChain(2, 2, len(before) + 300, is_cut=False)


def test_no_more_frames_are_followed_than_asked_for() -> None:
    content = b"12345" + _frame(10) * 8

    assert _follow(content, 3) == FrameChain(3, 3, 35, is_cut=False)
    assert _follow(content, 8) == FrameChain(8, 8, 85, is_cut=False)


def test_each_frame_is_handed_over_with_the_bytes_behind_it() -> None:
    seen: list[int] = []

    def measure(buffer: bytes, at: int) -> int:
        seen.append(len(buffer) - at)
        return _measure(buffer, at)

    content = b"12345" + _frame(7) * 30_000
    follow(Window(io.BytesIO(content), len(content)), 5, measure, HEADER)

    # But for the last ones, for there are no more.
    assert all(each >= LOOK for each in seen[: -LOOK // 7 - 1])
    assert min(seen) >= HEADER


def test_pattern_over_and_over_is_no_sound() -> None:
    noise = bytes(range(200))
    frames = [b"\xff\xfb\x90" + noise[at : at + 40] for at in (0, 41, 82, 123)]

    assert not repeats(b"." + b"".join(frames), 1, 43, 173, 4)
    assert repeats(b"\xff\xfb\x90\x01" * 40, 0, 40, 160, 4)
    # A header may be within a frame by chance, if the frame does not go on as it began.
    frames[0] = frames[0][:20] + b"\xff\xfb\x90" + frames[0][23:]
    assert not repeats(b"".join(frames), 0, 43, 172, 4)
