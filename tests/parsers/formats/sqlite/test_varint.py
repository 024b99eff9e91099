from __future__ import annotations

import sqlite3
import struct
from collections.abc import Callable
from contextlib import closing

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parsers.formats.sqlite.varint import (
    MAX_COLUMNS,
    RowError,
    serial_types,
    size_of,
    values,
    values_of,
    varint,
)


def _packed(number: int) -> bytes:
    """As sqlite3PutVarint() writes it."""
    number &= (1 << 64) - 1
    if number >> 56:
        groups = [number >> 8 >> 7 * place & 0x7F | 0x80 for place in range(7, -1, -1)]
        return bytes([*groups, number & 0xFF])
    groups = [number & 0x7F]
    while number := number >> 7:
        groups.append(number & 0x7F | 0x80)
    return bytes(reversed(groups))


EDGES = [0, 1, 127, 128, 240, 16383, 16384, 2**56 - 1, 2**56, 2**63 - 1, -1, -(2**63)]


@pytest.mark.parametrize("number", EDGES)
def test_integers_of_every_length(number: int) -> None:
    packed = _packed(number)

    assert varint(packed, 0) == (number, len(packed))
    assert varint(b"\xff" + packed + b"\x00", 1) == (number, len(packed) + 1)


@given(st.integers(-(2**63), 2**63 - 1))
def test_every_integer(number: int) -> None:
    assert varint(_packed(number), 0) == (number, len(_packed(number)))


@pytest.mark.parametrize("number", EDGES)
def test_an_integer_that_is_cut_off(number: int) -> None:
    for length in range(len(_packed(number))):
        with pytest.raises(RowError, match=r"^an integer is cut off$"):
            varint(_packed(number)[:length], 0)


def test_the_length_of_each_serial_type() -> None:
    assert [size_of(kind) for kind in range(10)] == [0, 1, 2, 3, 4, 6, 8, 8, 0, 0]
    assert [size_of(kind) for kind in (12, 13, 14, 15, 112, 113)] == [0, 0, 1, 1, 50, 50]


def _header(*kinds: int, stated: int | None = None) -> bytes:
    types = b"".join(map(_packed, kinds))
    return _packed(len(types) + 1 if stated is None else stated) + types


def test_the_types_in_a_header() -> None:
    payload = b"??" + _header(1, 300, 9) + b"values"

    assert serial_types(payload, 2) == ([1, 300, 9], 5, 7)
    assert serial_types(_header()) == ([], 1, 1)


@pytest.mark.parametrize("payload", [b"\x00\x01", b"\x03\x01", b"\xff" * 9, _packed(-5) + b"\x01\x01"])
def test_a_header_that_cannot_be_so_long(payload: bytes) -> None:
    with pytest.raises(RowError, match=r"^the header of a row is longer than the row$"):
        serial_types(payload)


@pytest.mark.parametrize("kind", [10, 11, -1])
def test_types_that_do_not_exist(kind: int) -> None:
    with pytest.raises(RowError, match=r"^the header of a row names a type that does not exist$"):
        serial_types(_header(kind))


def test_a_row_has_no_more_columns_than_sqlite_allows() -> None:
    kinds = b"\x01" * MAX_COLUMNS
    assert len(serial_types(_packed(len(kinds) + 2) + kinds)[0]) == MAX_COLUMNS
    with pytest.raises(RowError, match="does not exist"):
        serial_types(_packed(len(kinds) + 3) + kinds + b"\x01")


def test_a_header_that_ends_within_a_number() -> None:
    with pytest.raises(RowError, match=r"^the header of a row ends within a number$"):
        serial_types(b"\x02\x81\x01")


@pytest.mark.parametrize(("encoding", "codec"), [(1, "utf-8"), (2, "utf-16-le"), (3, "utf-16-be"), (7, "utf-8")])
def test_every_kind_of_value(encoding: int, codec: str) -> None:
    text = "Zoë 🎤".encode(codec)
    kinds = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 16, 13 + 2 * len(text)]
    content = b"".join([
        b"\xff", b"\x80\x00", b"\x7f\xff\xff", b"\x80\x00\x00\x00", b"\x7f" + b"\xff" * 5, b"\x80" + bytes(7),
        struct.pack(">d", -1.5), b"\x00\xff", text,
    ])  # fmt: skip
    expected = [None, -1, -(2**15), 2**23 - 1, -(2**31), 2**47 - 1, -(2**63), -1.5, 0, 1, b"\x00\xff", "Zoë 🎤"]

    assert values(_header(*kinds) + content, encoding) == expected
    assert values(b"?" + _header(*kinds) + content + b"more", encoding, 1) == expected


def test_a_text_that_is_no_text_is_shown_by_its_bytes() -> None:
    assert values(_header(15) + b"\xff", 1) == ["\\xff"]


def test_values_that_are_cut_off() -> None:
    assert values_of(b"??\x07", [1], 2, 1) == [7]
    for payload in (b"??", b"?"):
        with pytest.raises(RowError, match=r"^a value is cut off$"):
            values_of(payload, [1], 2, 1)


def test_rows_as_sqlite_writes_them(make_database: Callable[..., dict[str, bytes]]) -> None:
    row = (1, None, -129, 2**40, 1.5, "Zoë", b"\x00\x01", 0, 300)
    content = make_database(
        "CREATE TABLE t (a, b, c, d, e, f, g, h, i)", ("INSERT INTO t VALUES (?,?,?,?,?,?,?,?,?)", row)
    )
    with closing(sqlite3.connect(":memory:")) as db:
        db.deserialize(content["x.db"])
        assert db.execute("SELECT * FROM t").fetchone() == row
    page = content["x.db"][4096:8192]
    at = int.from_bytes(page[8:10], "big")
    length, at = varint(page, at)
    number, at = varint(page, at)

    assert number == 1
    assert values(page[at : at + length], 1) == list(row)


_KINDS = st.lists(st.sampled_from([*range(10), *range(12, 60)]), max_size=30)


@given(_KINDS, st.binary(min_size=800, max_size=800), st.sampled_from([1, 2, 3]))
def test_types_of_one_byte_and_of_two_are_read_alike(kinds: list[int], body: bytes, encoding: int) -> None:
    body = body[: sum(map(size_of, kinds))]
    short = bytes([len(kinds) + 1, *kinds])
    # The same numbers, each with a byte of zeros before it.
    length = 2 * len(kinds) + 1
    long = bytes([length, *(byte for kind in kinds for byte in (0x80, kind))])

    assert repr(values(short + body, encoding)) == repr(values(long + body, encoding))


@pytest.mark.parametrize("kind", [10, 11])
def test_a_type_that_does_not_exist_is_refused_among_short_ones(kind: int) -> None:
    with pytest.raises(RowError, match="does not exist"):
        values(bytes([3, 1, kind, 0]), 1)
