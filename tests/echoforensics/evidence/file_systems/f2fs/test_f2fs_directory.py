"""Names in the folders of F2FS."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from echoforensics.evidence.file_systems.f2fs.directory import F2fsName, hash_of, names_in


@pytest.mark.parametrize(
    ("name", "code"),
    [
        # As sload.f2fs 1.15 wrote them.
        (b"a", 0x6D0EA4C1),
        (b"gone.txt", 0x529649DD),
        (b"exactly16bytes.x", 0xAEA6E544),
        (b"long name " * 20, 0x2A60FEE4),
    ],
)
def test_hash(name: bytes, code: int) -> None:
    assert hash_of(name) == code


def test_names_and_deleted_names(f2fs_image: Any) -> None:
    block = f2fs_image().names(
        [
            (b".", 3, 2),
            (b"..", 3, 2),
            (b"a", 4, 1),
            (b"gone.txt", 5, 1, False, 0x529649DD),
            (b"n" * 255, 6, 2),
            (b"exactly16bytes.x", 7, 7, False, 0),
        ]
    )
    issue = "its name does not agree with the hash beside it: it may be garbled, or its folder ignores case"
    assert list(names_in(block)) == [
        F2fsName(b"a", 4, 1, deleted=False),
        F2fsName(b"gone.txt", 5, 1, deleted=True),
        F2fsName(b"n" * 255, 6, 2, deleted=False),
        F2fsName(b"exactly16bytes.x", 7, 7, deleted=True, issue=issue),
    ]


def test_a_full_block(f2fs_image: Any) -> None:
    for size, room in ((4096, 214), (16384, 856)):
        names = [(b"%04d" % number, number + 4, 1) for number in range(room)]
        found = list(names_in(f2fs_image(size).names(names, size)))
        assert found == [F2fsName(name, inode, kind, deleted=False) for name, inode, kind in names]


@pytest.mark.parametrize("length", [0, 256, 65535])
def test_length_that_cannot_be(f2fs_image: Any, length: int) -> None:
    block = bytearray(f2fs_image().names([(b"a", 4, 1), (b"b", 5, 1)]))
    first = 4096 - 19 * 214
    block[first + 8 : first + 10] = length.to_bytes(2, "little")
    name, error = names_in(bytes(block))
    assert str(error) == "names are of a length that cannot be; they were passed over: 1"
    assert name == F2fsName(b"b", 5, 1, deleted=False)


def test_name_beyond_the_last_slot(f2fs_image: Any) -> None:
    names = [(b"x", number + 4, 1) for number in range(214)]
    block = bytearray(f2fs_image().names(names))
    at = 4096 - 19 * 214 + 11 * 213 + 8
    block[at : at + 2] = (9).to_bytes(2, "little")
    *found, error = names_in(bytes(block))
    assert len(found) == 213
    assert str(error) == "names are of a length that cannot be; they were passed over: 1"


@given(st.binary(max_size=8192))
def test_any_bytes(data: bytes) -> None:
    for one in names_in(data):
        assert isinstance(one, OSError) or (one.name and len(one.name) <= 255)
