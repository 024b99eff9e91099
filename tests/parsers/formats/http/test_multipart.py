"""Bodies of several parts: each with its place, whatever the boundary, whole or cut off."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parsers.formats.http.multipart import Part, is_multipart, parts

ONE, TWO = b'{"a": 1}', b'{"b": "x\\r\\n--no"}'


@pytest.mark.parametrize("boundary", [b"b", b"------abcde123", b"a'()+_,-./:=?b"])
@pytest.mark.parametrize("line_end", [b"\r\n", b"\n"])
@pytest.mark.parametrize(
    "head", [b"Content-Type: application/json", b"Content-Id: 1\r\ncontent-type: application/json"]
)
@pytest.mark.parametrize("named", [True, False])
def test_each_part_with_its_place(boundary: bytes, line_end: bytes, head: bytes, named: bool) -> None:
    head = head.replace(b"\r\n", line_end)
    body = b"".join(
        b"--" + boundary + line_end + head + line_end + line_end + content + line_end for content in (ONE, TWO)
    )
    body += b"--" + boundary + b"--" + line_end
    media = f'multipart/related; boundary="{boundary.decode()}"; type=application/json' if named else ""
    found = list(parts(body, media))
    assert [(part.content, part.kind, part.whole) for part in found] == [
        (ONE, "application/json", True),
        (TWO, "application/json", True),
    ]
    assert [body[part.at : part.at + len(part.content)] for part in found] == [ONE, TWO]
    assert is_multipart(body)


def test_a_stream_that_breaks_off_gives_its_last_part_as_it_is() -> None:
    body = (
        b"--b\r\nContent-Type: application/json\r\n\r\n" + ONE + b"\r\n--b\r\nContent-Type: application/json\r\n\r\n{"
    )
    assert [(part.content, part.whole) for part in parts(body)] == [(ONE, True), (b"{", False)]


def test_a_part_without_a_head() -> None:
    assert list(parts(b"--b\r\n\r\n" + ONE + b"\r\n--b--")) == [Part(7, ONE, "", True)]
    assert list(parts(b"--b\r\n" + ONE + b"\r\n--b--")) == [Part(5, ONE, "", True)]


@pytest.mark.parametrize("content", [b"", b"--", b"--\r\n", b"{}", b"text\r\n--b\r\n", b"-- a list\r\nof words"])
def test_what_is_none(content: bytes) -> None:
    assert not is_multipart(content)


@given(st.binary(max_size=400))
def test_any_bytes_end(content: bytes) -> None:
    for part in parts(b"--b\r\n" + content, "boundary=b"):
        assert part.content == (b"--b\r\n" + content)[part.at : part.at + len(part.content)]
