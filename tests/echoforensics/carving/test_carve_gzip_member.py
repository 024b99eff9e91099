from __future__ import annotations

import gzip
import random
import struct
import zlib
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from echoforensics.carving import gzip_member
from echoforensics.carving.carved import Carved, Grade, View

Scan = Callable[..., list[Carved]]

DRAW = random.Random(6)
LOG = b"".join(b"240309:170%03d.%03d wakeword[1]: heard %d\n" % (n, n, DRAW.randrange(10**9)) for n in range(900))


def _member(content: bytes, name: bytes = b"messages", extra: bytes = b"") -> bytes:
    flags = (8 if name else 0) | (4 if extra else 0)
    head = struct.pack("<2sBBIBB", b"\x1f\x8b", 8, flags, 1_700_000_000, 2, 3)
    head += struct.pack("<H", len(extra)) + extra if extra else b""
    engine = zlib.compressobj(wbits=-15)
    body = engine.compress(content) + engine.flush()
    return head + (name + b"\0" if name else b"") + body + struct.pack("<II", zlib.crc32(content), len(content))


@pytest.mark.parametrize("before", [0, 512, 4321])
@pytest.mark.parametrize(
    "make", [_member, gzip.compress, lambda c: _member(c, b"", b"xx")], ids=["named", "bare", "with a field"]
)
def test_a_log_is_carved_to_its_check_sum(
    before: int, make: Callable[[bytes], bytes], after: bytes, scan_for: Scan
) -> None:
    planted = make(LOG)

    assert scan_for(bytes(before) + planted + after, *gzip_member.SIGNATURES) == [
        Carved(
            "gzip member",
            ".gz",
            ((before, len(planted)),),
            Grade.WHOLE,
            "its checksum and length are right",
            f"one member, {len(LOG)} bytes of text",
            is_record=True,
        )
    ]


def test_members_that_touch_are_one_file(scan_for: Scan) -> None:
    planted = _member(LOG) + _member(LOG[:500]) + _member(LOG[500:])

    (found,) = scan_for(b"." + planted + DRAW.randbytes(900), *gzip_member.SIGNATURES)

    assert (found.ranges, found.grade) == (((1, len(planted)),), Grade.WHOLE)
    assert gzip.decompress(planted) == LOG + LOG
    assert found.detail == f"3 members, {2 * len(LOG)} bytes of text"


def test_a_member_that_breaks_off_is_cut_short(scan_for: Scan) -> None:
    planted = _member(LOG)
    (at_the_end,) = scan_for(planted[:-3000], *gzip_member.SIGNATURES)
    (wrong,) = scan_for(planted[:-8] + b"12345678", *gzip_member.SIGNATURES)

    assert (at_the_end.grade, at_the_end.length) == (Grade.CUT, len(planted) - 3000)
    assert (wrong.grade, wrong.length) == (Grade.CUT, len(planted))


@pytest.mark.parametrize(
    "other",
    [
        gzip.compress(DRAW.randbytes(5000)),
        gzip.compress(b""),
        gzip.compress(b"short"),
        _member(LOG)[:60],
        b"\x1f\x8b\x08\x00" + DRAW.randbytes(3000),
        b"\x1f\x8b\x08\x00\0\0\0\0\x00\x03" + DRAW.randbytes(3000),
        b"\x1f\x8b\x08\x08\0\0\0\0\x00\x03" + b"n" * 5000,
    ],
    ids=["random", "empty", "short", "torn", "no member", "no deflate", "endless name"],
)
def test_what_is_no_text_or_no_member_is_none(other: bytes, scan_for: Scan) -> None:
    assert scan_for(other, *gzip_member.SIGNATURES) == []


def test_a_member_may_not_expand_without_end(monkeypatch: pytest.MonkeyPatch, scan_for: Scan) -> None:
    monkeypatch.setattr(gzip_member, "MAX_INFLATED", 1 << 20)
    (found,) = scan_for(_member(b"a line of a log\n" * 400_000), *gzip_member.SIGNATURES)

    assert (found.grade, found.ending) == (Grade.CUT, "it was inflated up to 1048576 bytes, and no further")


WHOLE = _member(LOG)


@settings(deadline=None)
@given(st.integers(0, len(WHOLE) - 1), st.binary(min_size=1, max_size=4), st.integers(0, len(WHOLE)))
def test_damaged_bytes_never_raise_nor_lead_beyond_the_media(at: int, change: bytes, end: int) -> None:
    content = (WHOLE[:at] + change + WHOLE[at + len(change) :])[:end]
    found = gzip_member.carve(View(len(content), lambda offset, size: content[offset : offset + size]), 0)

    assert found is None or 0 < found.length <= len(content)
