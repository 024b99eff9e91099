"""Rows of a CSV: those that are taken together from blocks are those that are read one by one."""

from __future__ import annotations

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parsers.formats.csv import rows as module
from parsers.formats.csv.rows import LocatedRow, delimiter_of, rows

_PIECES = st.sampled_from(
    [
        b"a",
        b"b c",
        b",",
        b",",
        b"\n",
        b"\n",
        b"\r\n",
        b"\r",
        b'"',
        b'""',
        b'"x,y"',
        b'"x\ny"',
        b"\xff",
        b"\0",
        "\u00e9\u2028\x0b".encode(),
        b"x" * 70,
        b"\xef\xbb\xbf",
    ]
)


def _read(content: bytes, block: int, most_odd: int) -> list[LocatedRow]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "_BLOCK", block)
        patch.setattr(module, "_MOST_ODD", most_odd)
        return list(rows(io.BytesIO(content)))


@given(st.lists(_PIECES, max_size=60).map(b"".join), st.sampled_from([1, 7, 40, 65_536]), st.sampled_from([1, 3, 50]))
def test_blocks_change_nothing(content: bytes, block: int, most_odd: int) -> None:
    one_by_one = _read(content, 0, 1)
    assert _read(content, block, most_odd) == one_by_one


def test_rows_are_located_in_a_file_of_several_blocks() -> None:
    lines = [f"row {number},{'y' * (number % 300)}\n".encode() for number in range(2000)]
    lines[700] = b'"two\nlines",z\n'
    lines[900] = b'broken"",\xff\n'
    content = b"".join(lines)
    found = list(rows(io.BytesIO(content)))
    assert [row.end for row in found] == [len(b"".join(lines[: number + 1])) for number in range(2000)]
    assert found[699].locator == "line:700"
    assert found[700].locator == f"bytes:{len(b''.join(lines[:700]))}+{len(lines[700])}"
    assert found[701].locator == "line:703"
    assert found[900].encoding_issue
    assert found[1999].locator == "line:2001"
    assert found[1999].values == ("row 1999", "y" * (1999 % 300))


@pytest.mark.parametrize(
    ("head", "delimiter"),
    [
        (b"a;b;c\n1,5;2;3\n", ";"), (b"\xef\xbb\xbfa\tb\n", "\t"), (b"a|b\r\n", "|"), (b"a,b\n", ","), (b"alone", ","),
        (b"", ","), (b"a;\rb,c\n", ","), (b"\r,\r", ","),
    ],
)  # fmt: skip
def test_the_first_line_tells_the_delimiter(head: bytes, delimiter: str) -> None:
    assert delimiter_of(head) == delimiter


@given(st.binary(max_size=60))
def test_no_first_line_raises(head: bytes) -> None:
    assert len(delimiter_of(head)) == 1
