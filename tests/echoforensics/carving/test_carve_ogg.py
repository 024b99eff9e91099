from __future__ import annotations

import random
import struct
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from echoforensics.carving import ogg
from echoforensics.carving.carved import Carved, Grade, View
from echoforensics.carving.ogg_page import checksum, read_page
from echoforensics.carving.search import Search

Scan = Callable[..., list[Carved]]

DRAW = random.Random(3)
HEADS = {"Opus": b"OpusHead\x01", "Vorbis": b"\x01vorbis", "Speex": b"Speex   1.2", "FLAC": b"\x7fFLAC\x01"}


def _slow_checksum(content: bytes) -> int:
    crc = 0
    for byte in content:
        crc ^= byte << 24
        for _ in range(8):
            crc = (crc << 1 ^ 0x04C11DB7 if crc & 0x80000000 else crc << 1) & 0xFFFFFFFF
    return crc


def _page(serial: int, number: int, body: bytes, flags: int = 0) -> bytes:
    segments = bytes([255] * (len(body) // 255) + [len(body) % 255])
    head = struct.pack("<4sBBqIIIB", b"OggS", 0, flags, number * 960, serial, number, 0, len(segments)) + segments
    return head[:22] + struct.pack("<I", checksum(head + body)) + head[26:] + body


def _pages(serial: int, count: int, codec: str = "Opus") -> list[bytes]:
    bodies = [HEADS[codec] + bytes(10), *(DRAW.randbytes(DRAW.randrange(100, 4000)) for _ in range(count - 1))]
    flags = [2, *[0] * (count - 2), 4]
    return [_page(serial, number, body, flag) for number, (body, flag) in enumerate(zip(bodies, flags, strict=True))]


def _told(found: list[Carved]) -> list[tuple[str, tuple[tuple[int, int], ...], Grade, str]]:
    return [(each.kind, each.ranges, each.grade, each.ending) for each in found]


@given(st.binary(max_size=200))
def test_the_check_sum_is_the_one_of_the_format(content: bytes) -> None:
    assert checksum(content) == _slow_checksum(content)


@pytest.mark.parametrize("before", [0, 512, 3333])
@pytest.mark.parametrize("codec", HEADS)
def test_pages_that_lie_together_are_one_recording(before: int, codec: str, after: bytes, scan_for: Scan) -> None:
    planted = b"".join(_pages(7, 12, codec))

    assert scan_for(bytes(before) + planted + after, *ogg.SIGNATURES, block=5000) == [
        Carved(
            f"Ogg {codec} recording",
            ".ogg",
            ((before, len(planted)),),
            Grade.WHOLE,
            "its last page says so",
            "12 pages, each with its right check sum",
        )
    ]


def test_streams_side_by_side_and_recordings_that_touch(scan_for: Scan) -> None:
    one, two = _pages(1, 5), _pages(2, 4, "Vorbis")
    beside = b"".join([one[0], two[0], one[1], two[1], one[2], two[2], two[3], one[3], one[4]])
    following = b"".join(_pages(3, 3))

    assert _told(scan_for(beside + following, *ogg.SIGNATURES)) == [
        ("Ogg Opus recording", ((0, len(beside)),), Grade.WHOLE, "its last page says so"),
        ("Ogg Opus recording", ((len(beside), len(following)),), Grade.WHOLE, "its last page says so"),
    ]


def test_pieces_that_lie_apart_are_joined_by_their_numbers(scan_for: Scan) -> None:
    pages = _pages(99, 9)
    parts = [b"".join(pages[:3]), b"".join(pages[3:7]), b"".join(pages[7:])]
    media = b"\x01" * 100 + parts[0] + DRAW.randbytes(5000) + parts[2] + b"\x02" * 333 + parts[1] + bytes(50)
    places = tuple((media.index(part), len(part)) for part in parts)

    assert _told(scan_for(media, *ogg.SIGNATURES)) == [
        ("Ogg Opus recording", places, Grade.WHOLE, "its last page says so")
    ]


def test_a_page_that_is_cut_in_two_is_not_joined(scan_for: Scan) -> None:
    pages = _pages(5, 6)
    torn = pages[3][:60] + b"\x07" * 512 + pages[3][60:]
    media = b"".join([*pages[:3], torn, *pages[4:]])
    rest = sum(map(len, pages[4:]))

    assert _told(scan_for(media, *ogg.SIGNATURES)) == [
        ("Ogg Opus recording", ((0, sum(map(len, pages[:3]))),), Grade.CUT, "its page 3 was not found whole"),
        ("part of an Ogg recording", ((len(media) - rest, rest),), Grade.CUT, "its last page says so"),
    ]


def test_between_pages_that_differ_nothing_is_chosen(scan_for: Scan) -> None:
    pages = _pages(5, 4)
    other = _page(5, 2, b"another body")
    media = b"".join([*pages[:2], b"..", other, b"....", *pages[2:]])

    first, *others = scan_for(media, *ogg.SIGNATURES)

    assert (first.grade, first.ending) == (Grade.CUT, "there are several pages 2 that differ")
    assert first.length == len(pages[0]) + len(pages[1])
    assert {each.kind for each in others} == {"part of an Ogg recording"}
    assert len(others) == 2


def test_a_copy_of_a_page_does_not_stand_in_the_way(scan_for: Scan) -> None:
    pages = _pages(5, 5)
    media = b"".join([*pages[:2], bytes(64), pages[2], bytes(99), pages[2], *pages[3:]])

    (found,) = scan_for(media, *ogg.SIGNATURES)

    assert found.grade is Grade.WHOLE
    assert b"".join(media[at : at + size] for at, size in found.ranges) == b"".join(pages)


def test_pages_beyond_the_bound_are_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ogg, "MAX_PAGES", 2)
    media = b"".join(_pages(5, 9)[1:])
    search = Search(View(len(media), lambda o, s: media[o : o + s]), ogg.SIGNATURES)
    search.feed(media)

    assert len(search.finish()) == 1
    assert search.beyond == 6


@settings(max_examples=50)
@given(st.integers(0, 2999), st.binary(min_size=1, max_size=5), st.integers(0, 3000))
def test_damaged_bytes_never_raise_and_every_page_that_is_given_is_right(at: int, change: bytes, end: int) -> None:
    media = b"".join(_page(4, n, bytes([n]) * 400, 2 if n == 0 else 0) for n in range(7))
    media = (media[:at] + change + media[at + len(change) :])[:end]
    view = View(len(media), lambda o, s: media[o : o + s])
    search = Search(view, ogg.SIGNATURES)
    search.feed(media)

    for each in search.finish():
        for start, length in each.ranges:
            place = start
            while place < start + length:
                page = read_page(view, place)
                assert page is not None
                place = page.end
