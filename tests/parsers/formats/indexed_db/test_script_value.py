"""Values that scripts stored, and keys of their databases."""

from __future__ import annotations

import struct
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from parsers.formats.indexed_db.database_key import IndexedKey, StoredBlob, stored_blobs
from parsers.formats.indexed_db.script_value import MAX_TEXTS, ScriptValueError, is_in_blob, script_value, texts_in

V8 = b"\xff\x0f"
BLINK = b"\xff\x15\xfe" + bytes(12)
_settings = settings(deadline=None, max_examples=300)


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"_", None), (b"0", None), (b"T", True), (b"F", False), (b"I\x0d", -7), (b"U\x07", 7),
        (b"N" + struct.pack("<d", 3.5), 3.5), (b"N" + struct.pack("<d", 1710018864169.0), 1710018864169),
        (b"D" + struct.pack("<d", 1710018864169.0), "2024-03-09T21:14:24.169Z"),
        (b"D" + struct.pack("<d", float("nan")), "nan"), (b"N" + struct.pack("<d", float("inf")), "inf"),
        (b"Z\x10\xd2\x0a\x1f\xeb\x8c\xa9\x54\xab", "0xab54a98ceb1f0ad2"), (b"Z\x11" + b"\1" + bytes(7), "-0x1"),
        (b'"\x03a\xfcb', "aüb"), (b"c\x04`O}Y", "你好"), (b"S\x03a\xc3\xbc", "aü"), (b's"\x01a', "a"),
        (b'o"\x01aI\x02"\x01bo"\x01cT{\x01{\x02', {"a": 1, "b": {"c": True}}),
        (b'A\x03I\x02-"\x01x$\0\x03', [1, None, "x"]), (b"a\x06U\x05I\x02@\x01\x06", [1]),
        (b';"\x01aI\x02:\x02', [["a", 1]]),
        (b"'I\x02I\x04,\x02", [1, 2]), (b'R"\x02ab\x03', "/ab/"), (b"B\x03abc", "3 bytes"),
        (b"B\x04abcdVW\0\x04\0", "4 bytes"), (b"\\i\x02", "the blob number 2 of this value"),
        (b'rEm"\x03bads"\x04at x.', {"message": "bad", "stack": "at x"}),
        (b'o"\x01ao{\0"\x01b^\x01{\x02', {"a": {}, "b": "the value number 1 again"}),
        (b"?\x01T", True), (b"\0\0T", True),
    ],
)  # fmt: skip
def test_each_kind_of_value(content: bytes, expected: Any) -> None:
    assert script_value(BLINK + V8 + content) == expected
    assert script_value(V8 + content) == expected


@pytest.mark.parametrize(
    "content",
    [b"", b"T", V8, V8 + b"o", V8 + b"\x05", V8 + b'"\x05ab', V8 + b"A\x7fT", V8 + b"N12", V8 + b"A\x01" * 200],
)
def test_what_cannot_be_decoded_is_refused(content: bytes) -> None:
    with pytest.raises(ScriptValueError):
        script_value(content)


def test_a_compressed_value_and_one_in_a_blob() -> None:
    packed = b"\xff\x11\x02" + bytes(pa.Codec("snappy").compress(BLINK + V8 + b'"\x02ab', asbytes=True))
    assert script_value(packed) == "ab"
    assert is_in_blob(b"\xff\x11\x01\x05\x00")
    assert not is_in_blob(packed)
    with pytest.raises(ScriptValueError, match="cannot be decompressed"):
        script_value(b"\xff\x11\x02\xff\xff\xff\xff\x7f")


def test_texts_are_picked_out_by_their_length() -> None:
    content = V8 + b'\x05?"\x0bhello world\x05c\x0c' + "wohin?".encode("utf-16-le") + b'"\x03abc"\x7fno'
    assert texts_in(content) == ["hello world", "wohin?"]
    assert len(texts_in(b'"' * 50_000)) == MAX_TEXTS


def test_keys_are_taken_apart() -> None:
    value = IndexedKey.parse(b"\x00\x01\x02\x01\x01\x01\x00k")
    assert value == IndexedKey(1, 2, 1, b"\x01\x01\x00k")
    assert value.script_key() == "k"
    assert IndexedKey(1, 2, 1, b"\x04\x02\x01\x01\x00k\x03" + struct.pack("<d", 2)).script_key() == "['k', 2]"
    assert IndexedKey(1, 2, 1, b"\x06\x02ab").script_key() == "6162"
    assert IndexedKey(1, 2, 1, b"\x07").script_key() == ""
    name = b"\xc9\x02\x00a\x00b\x01\x00c"
    assert IndexedKey(0, 0, 0, name).named_database() == ("ab", "c")
    assert IndexedKey(0, 0, 0, name[:-1]).named_database() is None
    assert IndexedKey(3, 0, 0, b"\x32\x05\x00").named_store() == 5
    assert IndexedKey(3, 0, 0, b"\x32\x05\x01").named_store() is None
    assert IndexedKey.parse(b"\xff\x00") is None


def test_blobs_are_named_with_their_places() -> None:
    listed = b"\x00\x02\x01\x00t\x05" + b"\x01\x83\x04\x01\x00t\x03\x01\x00f\x10"
    blob, file = stored_blobs(listed)
    assert (blob, file) == (StoredBlob(2, "", "t", 5), StoredBlob(515, "f", "t", 3))
    assert (blob.path(1), file.path(17)) == ("1/00/2", "11/02/203")
    assert stored_blobs(listed[:-9]) == (blob,)


@given(st.binary(max_size=300))
@_settings
def test_any_bytes_are_a_value_or_refused(content: bytes) -> None:
    texts_in(content)
    stored_blobs(content)
    if key := IndexedKey.parse(content):
        key.script_key()
        key.named_database()
        key.named_store()
    for start in (b"", V8, V8 + b"o", V8 + b"A\x02"):
        try:
            script_value(start + content)
        except ScriptValueError as error:
            assert str(error)  # noqa: PT017
