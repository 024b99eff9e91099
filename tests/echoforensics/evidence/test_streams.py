from __future__ import annotations

import io

import pytest

from echoforensics.evidence.streams import open_random_access

CONTENT = bytes(range(200))


@pytest.mark.parametrize("size", [0, 1, 200, 64 * 1024, 64 * 1024 + 1])
def test_content_is_read_whole_in_pieces_and_from_any_place(size: int) -> None:
    content = (CONTENT * (size // 200 + 1))[:size]
    with open_random_access(size, lambda at, length: content[at : at + length]) as stream:
        assert (stream.readable(), stream.seekable(), stream.writable()) == (True, True, False)
        assert stream.read() == content
        assert stream.read(1) == b""
        assert stream.seek(0, io.SEEK_END) == size
        assert stream.seek(-5) == 0
        assert stream.read(3) == content[:3]
        assert stream.seek(size // 2) == size // 2
        assert b"".join(iter(lambda: stream.read(7), b"")) == content[size // 2 :]


def test_a_small_file_is_read_once() -> None:
    reads: list[tuple[int, int]] = []

    def read_at(at: int, length: int) -> bytes:
        reads.append((at, length))
        return CONTENT[at : at + length]

    with open_random_access(200, read_at) as stream:
        assert stream.read(4) + stream.read() == CONTENT
    assert reads == [(0, 200)]


def test_what_can_be_read_comes_before_the_error_of_what_cannot() -> None:
    with open_random_access(200, lambda at, length: CONTENT[at : min(at + length, 120)]) as stream:
        assert stream.read(100) == CONTENT[:100]
        with pytest.raises(OSError, match="nothing could be read at byte 120 of 200"):
            stream.read()


def test_an_error_is_raised_when_the_stream_is_read() -> None:
    def read_at(at: int, length: int) -> bytes:
        raise OSError(f"no {length} bytes at {at}")

    with open_random_access(200, read_at) as stream, pytest.raises(OSError, match="no 200 bytes at 0"):
        stream.read(200)
