from __future__ import annotations

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parsers.formats.logs import text
from parsers.formats.logs.text import RawLine, Utf8Stream, encoding_of, first_lines, raw_lines
from parsers.locator import resolve

MOST = 64


def _read(content: bytes, most: int = MOST) -> list[RawLine]:
    return list(raw_lines(io.BytesIO(content), most))


def _texts(content: bytes) -> list[bytes]:
    return [line.content for line in _read(content)]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r\r\n", "\r"])
@pytest.mark.parametrize("last", [True, False])
def test_lines_end_with_lf_cr_or_both(end: str, last: bool) -> None:
    content = ("first" + end + end + "second" + (end if last else "")).encode()
    lines = _read(content)
    assert [line.content for line in lines] == [b"first", b"second"]
    for line in lines:
        assert resolve(io.BytesIO(content), line.locator).content.strip(b"\r") == line.content


@pytest.mark.parametrize(
    ("codec", "mark"),
    [("utf-16-le", b"\xff\xfe"), ("utf-16-be", b"\xfe\xff"), ("utf-32-le", b"\xff\xfe\0\0"), ("utf-8", b"\xef\xbb\xbf"),
     ("utf-16-le", b""), ("utf-16-be", b"")],
)  # fmt: skip
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_text_of_any_width_is_given_as_utf_8(codec: str, mark: bytes, end: str) -> None:
    content = mark + ("first line" + end + "second line äöü" + end).encode(codec)
    lines = _read(content)
    assert [line.content.decode() for line in lines] == ["first line", "second line äöü"]
    if codec != "utf-8":
        found = [resolve(io.BytesIO(content), line.locator).content.decode(codec) for line in lines]
        assert found == ["first line", "second line äöü"]


@given(
    st.lists(
        st.sampled_from([b"a", b"line", b" ", b"\n", b"\n", b"\r\n", b"\r", b"\0", b"\x1b[1m", b"a" * 70]), max_size=60
    )
)
def test_lines_are_the_same_however_the_file_is_read(pieces: list[bytes]) -> None:
    content = b"".join(pieces)
    expected = _read(content)
    with pytest.MonkeyPatch.context() as patch:
        for size in (1, 7, 64):
            patch.setattr(text, "_BLOCK", size)
            assert _read(content) == expected


def test_lines_behind_a_block_that_needs_a_closer_look_are_counted_on() -> None:
    content = b"one\n" * 20_000 + b"\x1b[1mtwo\x1b[0m\r\r\n" + b"three\r\n" * 20_000 + b"four"
    lines = _read(content)
    assert [(line.content, line.number) for line in (lines[0], lines[20_000], lines[20_001], lines[-1])] == [
        (b"one", 1), (b"two", 20_001), (b"three", 20_002), (b"four", 40_002),
    ]  # fmt: skip
    assert [line.number for line in lines] == list(range(1, 40_003))


def test_zero_bytes_part_lines_and_colours_are_left_out() -> None:
    content = b"\0" * 40 + b"one\0\0\0two\n\x1b[31mthree\x1b[0m\n\0\0\n"
    lines = _read(content)
    assert [(line.content, line.number) for line in lines] == [(b"one", 1), (b"two", 1), (b"three", 2)]
    assert [resolve(io.BytesIO(content), line.locator).content for line in lines[:2]] == [b"one", b"two"]


@pytest.mark.parametrize("codec", ["ascii", "utf-16-le"])
@pytest.mark.parametrize("end", ["\n", "\r"])
def test_a_line_without_end_is_cut_and_the_next_is_read(codec: str, end: str) -> None:
    mark = b"\xff\xfe" if codec != "ascii" else b""
    lines = _read(mark + ("a" * 200_000 + end + "next" + end).encode(codec))
    assert [(line.content, line.cut) for line in lines] == [
        (lines[0].content, True), (b"next", False),
    ]  # fmt: skip
    assert lines[0].content.startswith(b"a" * MOST)
    assert len(lines[0].content) <= MOST + 1


def test_what_is_no_text_has_no_lines() -> None:
    for content in (
        b"",
        b"\x7fELF" + bytes(range(200)) * 8,
        b"PK\x03\x04" + b"text " * 50,
        b"x" * 257 + b"ustar" + b"x" * 99,
    ):
        assert encoding_of(content) is None or first_lines(content, 5, MOST) == []


@pytest.mark.parametrize(
    "content",
    [
        b"one\ntwo\n\nthree\n",
        b"one\r\n \t\r\ntwo\r\nthree",
        b"one\rtwo\nthree\n",
        b"one\n" + b"x" * 99 + b"\nthree\n",
        b"\xef\xbb\xbfone\ntwo\n",
        b"\x1b[1mone\x1b[0m\ntwo\n",
        b"one",
    ],
)
def test_first_lines_are_the_first_of_all_lines(content: bytes) -> None:
    for count in range(1, 5):
        assert first_lines(content, count, MOST) == _texts(content.removeprefix(b"\xef\xbb\xbf"))[:count]


def test_a_long_run_of_zero_bytes_hides_no_line() -> None:
    assert _texts(b"one\n" + b"\0" * 100_000 + b"two\nthree\n") == [b"one", b"two", b"three"]


def test_a_log_with_a_run_of_zero_bytes_is_text() -> None:
    assert first_lines(b"one\n" + b"\0" * 900 + b"two\n", 5, MOST) == [b"one", b"two"]


@pytest.mark.parametrize(("codec", "mark"), [("utf-16-le", b"\xff\xfe"), ("utf-8", b"\xef\xbb\xbf"), ("utf-8", b"")])
def test_a_stream_gives_utf_8(codec: str, mark: bytes) -> None:
    stream = Utf8Stream(io.BytesIO(mark + ("äöü one\n" * 50).encode(codec)))
    made = b""
    while piece := stream.read(7):
        made += piece
    assert made.decode() == "äöü one\n" * 50


@given(st.binary(max_size=400), st.sampled_from([b"", b"\xff\xfe", b"\xfe\xff", b"\xef\xbb\xbf"]), st.integers(1, 30))
def test_any_bytes(content: bytes, mark: bytes, most: int) -> None:
    whole = mark + content
    for line in _read(whole, most):
        assert line.content.strip()
        assert len(line.content) <= 4 * most + 4
        resolve(io.BytesIO(whole), line.locator)


@given(st.lists(st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=1, max_size=20), max_size=20))
def test_lines_come_back_whole(lines: list[str]) -> None:
    kept = [line for line in lines if line.strip()]
    assert _texts("".join(f"{line}\n" for line in lines).encode()) == [line.encode() for line in kept]
    assert [line.decode() for line in _texts(b"\xff\xfe" + "\r\n".join(lines).encode("utf-16-le"))] == kept
