from __future__ import annotations

import random
import struct
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from echoforensics.carving import ogg
from echoforensics.carving.carved import Carved, Grade, View
from echoforensics.carving.search import CarvingSearch
from parsers.formats.audio.checksums import crc32_of_ogg

Scan = Callable[..., list[Carved]]

DRAW = random.Random(3)
HEADS = {"Opus": b"OpusHead\x01", "Vorbis": b"\x01vorbis", "Speex": b"Speex   1.2", "FLAC": b"\x7fFLAC\x01"}


def _slow_crc32_of_ogg(content: bytes) -> int:
    crc = 0
    for byte in content:
        crc ^= byte << 24
        for _ in range(8):
            crc = (crc << 1 ^ 0x04C11DB7 if crc & 0x80000000 else crc << 1) & 0xFFFFFFFF
    return crc


def _page(serial: int, number: int, body: bytes, flags: int = 0, position: int | None = None) -> bytes:
    segments = bytes([255] * (len(body) // 255) + [len(body) % 255])
    position = number * 960 if position is None else position
    head = struct.pack("<4sBBqIIIB", b"OggS", 0, flags, position, serial, number, 0, len(segments)) + segments
    return head[:22] + struct.pack("<I", crc32_of_ogg(head + body)) + head[26:] + body


def _pages(serial: int, count: int, codec: str = "Opus") -> list[bytes]:
    bodies = [HEADS[codec] + bytes(10), *(DRAW.randbytes(DRAW.randrange(100, 4000)) for _ in range(count - 1))]
    flags = [2, *[0] * (count - 2), 4]
    return [_page(serial, number, body, flag) for number, (body, flag) in enumerate(zip(bodies, flags, strict=True))]


def _summary(found: list[Carved]) -> list[tuple[str, tuple[tuple[int, int], ...], Grade, str]]:
    return [(each.kind, each.ranges, each.grade, each.ending) for each in found]


@settings(deadline=None)
@given(st.binary(max_size=200))
def test_the_check_sum_is_the_one_of_the_format(content: bytes) -> None:
    assert crc32_of_ogg(content) == _slow_crc32_of_ogg(content)


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
            "12 pages, each with its right checksum",
        )
    ]


def test_streams_side_by_side_and_recordings_that_touch(scan_for: Scan) -> None:
    one, two = _pages(1, 5), _pages(2, 4, "Vorbis")
    beside = b"".join([one[0], two[0], one[1], two[1], one[2], two[2], two[3], one[3], one[4]])
    following = b"".join(_pages(3, 3))

    assert _summary(scan_for(beside + following, *ogg.SIGNATURES)) == [
        ("Ogg Opus recording", ((0, len(beside)),), Grade.WHOLE, "its last page says so"),
        ("Ogg Opus recording", ((len(beside), len(following)),), Grade.WHOLE, "its last page says so"),
    ]


def test_pieces_that_lie_apart_are_joined_by_their_numbers(scan_for: Scan) -> None:
    pages = _pages(99, 9)
    parts = [b"".join(pages[:3]), b"".join(pages[3:7]), b"".join(pages[7:])]
    media = b"\x01" * 100 + parts[0] + DRAW.randbytes(5000) + parts[2] + b"\x02" * 333 + parts[1] + bytes(50)
    places = tuple((media.index(part), len(part)) for part in parts)

    assert _summary(scan_for(media, *ogg.SIGNATURES)) == [
        ("Ogg Opus recording", places, Grade.WHOLE, "its last page says so")
    ]


@settings(max_examples=60, deadline=None)
@given(st.integers(1, 25), st.sets(st.integers(1, 24)), st.randoms(use_true_random=False))
def test_however_the_pieces_lie_they_are_joined(count: int, cuts: set[int], draw: random.Random) -> None:
    pages = [_page(77, 0, HEADS["Opus"], 2 if count > 1 else 6)]
    pages += [_page(77, n, draw.randbytes(draw.randrange(1, 900)), 4 * (n == count - 1)) for n in range(1, count)]
    borders = [0, *sorted(cut for cut in cuts if cut < count), count]
    pieces = [b"".join(pages[start:end]) for start, end in pairwise(borders)]
    draw.shuffle(pieces)
    media = b"".join(piece + b"\x01" * draw.randrange(1, 900) for piece in pieces)
    search = CarvingSearch(View(len(media), lambda o, s: media[o : o + s], window=3000), ogg.SIGNATURES)
    search.feed(media)

    (found,) = search.finish()
    assert found.grade is Grade.WHOLE
    assert b"".join(media[at : at + size] for at, size in found.ranges) == b"".join(pages)


def test_streams_side_by_side_that_lie_apart_are_joined_each_by_itself(scan_for: Scan) -> None:
    one, two = _pages(1, 4), _pages(2, 4, "Vorbis")
    media = b"".join([one[0], two[0], one[1], two[1], bytes(512), one[2], two[2], one[3], two[3]])

    found = scan_for(media, *ogg.SIGNATURES)

    assert [(each.kind, each.grade) for each in found] == [
        ("Ogg Opus recording", Grade.WHOLE),
        ("Ogg Vorbis recording", Grade.WHOLE),
    ]
    assert [b"".join(media[at : at + size] for at, size in each.ranges) for each in found] == [
        b"".join(one),
        b"".join(two),
    ]


def test_a_page_that_is_cut_in_two_is_not_joined(scan_for: Scan) -> None:
    pages = _pages(5, 6)
    torn = pages[3][:60] + b"\x07" * 512 + pages[3][60:]
    media = b"".join([*pages[:3], torn, *pages[4:]])
    rest = sum(map(len, pages[4:]))

    assert _summary(scan_for(media, *ogg.SIGNATURES)) == [
        (
            "Ogg Opus recording",
            ((0, sum(map(len, pages[:3]))),),
            Grade.CUT,
            "its page 3 was not found whole; such a page follows, but its checksum is wrong: a part of it may lie"
            " elsewhere",
        ),
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


def test_one_end_is_not_given_to_two_beginnings(scan_for: Scan) -> None:
    one, two = _pages(5, 4), _pages(5, 4)
    pieces = [b"".join(one[:2]), bytes(9), b"".join(two[:2]), bytes(9), b"".join(one[2:])]

    assert [(each.kind, each.grade, each.ending) for each in scan_for(b"".join(pieces), *ogg.SIGNATURES)] == [
        ("Ogg Opus recording", Grade.CUT, "there are several pages 1 that differ, and one page 2"),
        ("Ogg Opus recording", Grade.CUT, "there are several pages 1 that differ, and one page 2"),
        ("part of an Ogg recording", Grade.CUT, "its last page says so"),
    ]


def test_recordings_with_one_number_and_the_same_headers_are_not_mixed(scan_for: Scan) -> None:
    heads = [_page(0, 0, HEADS["Opus"], 2, 0), _page(0, 1, b"OpusTags", 0, 0)]
    one = [*heads, *(_page(0, number, DRAW.randbytes(300), 4 * (number == 5)) for number in range(2, 6))]
    two = [*heads, *(_page(0, number, DRAW.randbytes(300), 4 * (number == 5)) for number in range(2, 6))]
    # Of the first, the sound is lost; the second is cut in two.
    media = b"".join([*one[:2], b"lost", *two[:4], b"gap", *two[4:]])

    first, second = scan_for(media, *ogg.SIGNATURES)

    assert (first.grade, first.length) == (Grade.CUT, len(heads[0] + heads[1]))
    assert second.grade is Grade.WHOLE
    assert b"".join(media[at : at + size] for at, size in second.ranges) == b"".join(two)


def test_of_two_damaged_copies_the_recording_is_joined(scan_for: Scan) -> None:
    pages = _pages(5, 9)
    damaged = bytearray(b"".join(pages))
    damaged[sum(map(len, pages[:3])) + 40] ^= 1
    other = bytearray(b"".join(pages))
    other[sum(map(len, pages[:6])) + 40] ^= 1
    media = bytes(other) + b"between" + bytes(damaged)

    whole, *others = scan_for(media, *ogg.SIGNATURES)

    assert whole.grade is Grade.WHOLE
    assert b"".join(media[at : at + size] for at, size in whole.ranges) == b"".join(pages)
    assert whole.detail == "9 pages, each with its right checksum; 2 pieces, joined by the numbers of the pages"
    assert [each.grade for each in others] == [Grade.ENDED]


@pytest.mark.parametrize(
    "wrong",
    [
        _page(5, 2, b"x" * 99, 1),
        _page(5, 2, b"x" * 99, position=100),
        _page(5, 2, b"x" * 99, 2),
        _page(6, 2, b"x" * 99),
        _page(5, 3, b"x" * 99),
    ],
    ids=["it goes on with a packet", "it lies earlier in time", "it begins a stream", "another stream", "number"],
)
def test_a_page_that_does_not_fit_is_not_joined(wrong: bytes, scan_for: Scan) -> None:
    start = _page(5, 0, HEADS["Opus"], 2) + _page(5, 1, b"sound")
    first = scan_for(start + bytes(30) + wrong, *ogg.SIGNATURES)[0]

    assert (first.ranges, first.grade) == (((0, len(start)),), Grade.CUT)
    assert first.ending == "its page 2 was not found whole"


def test_parts_without_a_beginning_are_joined_too(scan_for: Scan) -> None:
    pages = _pages(5, 7)[1:]
    media = b"".join([*pages[3:], bytes(77), *pages[:3]])

    (found,) = scan_for(media, *ogg.SIGNATURES)

    assert (found.kind, found.grade) == ("part of an Ogg recording", Grade.CUT)
    assert b"".join(media[at : at + size] for at, size in found.ranges) == b"".join(pages)
    assert found.detail.endswith("joined by the numbers of the pages; its beginning is missing")


def test_a_stream_that_is_not_known_may_come_first(scan_for: Scan) -> None:
    pictures = [_page(8, 0, b"\x80theora", 2), _page(8, 1, b"pictures", 4)]
    sound = _pages(9, 3, "Vorbis")
    planted = b"".join([pictures[0], sound[0], pictures[1], *sound[1:]])

    assert [(each.kind, each.ranges, each.grade) for each in scan_for(b"1" + planted, *ogg.SIGNATURES)] == [
        ("Ogg Vorbis recording", ((1, len(planted)),), Grade.WHOLE)
    ]
    (alone,) = scan_for(b"".join(pictures), *ogg.SIGNATURES)
    assert (alone.kind, alone.grade) == ("Ogg recording", Grade.WHOLE)


def test_a_stream_within_an_unfinished_recording_is_not_lost(scan_for: Scan) -> None:
    unfinished, other = _pages(1, 3)[0], _pages(2, 4, "Vorbis")

    assert _summary(scan_for(unfinished + b"".join(other), *ogg.SIGNATURES)) == [
        ("Ogg Opus recording", ((0, len(unfinished)),), Grade.CUT, "its page 1 was not found whole"),
        (
            "Ogg Vorbis recording",
            ((len(unfinished), sum(map(len, other))),),
            Grade.WHOLE,
            "its last page says so",
        ),
    ]


def test_behind_its_last_page_a_stream_has_no_more(scan_for: Scan) -> None:
    one, two = _pages(1, 3), _pages(2, 4)
    planted = b"".join([one[0], two[0], *one[1:]])
    media = planted + _page(1, 3, b"more") + b"".join(two[1:])
    found = ogg.carve(View(len(media), lambda o, s: media[o : o + s]), 0)

    assert found is not None
    assert (found.length, found.grade) == (len(planted), Grade.CUT)


def test_a_page_that_begins_a_stream_never_goes_on_with_one(scan_for: Scan) -> None:
    start = _page(5, 0, HEADS["Opus"], 2) + _page(5, 1, b"sound")
    other = _page(5, 2, HEADS["Opus"], 2) + _page(5, 3, b"sound", 4)

    assert [(each.ranges, each.grade) for each in scan_for(start + other, *ogg.SIGNATURES)] == [
        (((0, len(start)),), Grade.CUT),
        (((len(start), len(other)),), Grade.WHOLE),
    ]
    (first, second) = scan_for(start + other[:-1], *ogg.SIGNATURES)
    assert (first.ranges, second.grade) == (((0, len(start)),), Grade.CUT)


def test_truncated_at_every_byte(scan_for: Scan) -> None:
    pages = [_page(5, 0, HEADS["Opus"], 2), _page(5, 1, DRAW.randbytes(100)), _page(5, 2, DRAW.randbytes(40), 4)]
    media = b"".join(pages)
    places = [len(pages[0]), len(pages[0] + pages[1])]
    for end in range(len(media)):
        found = scan_for(media[:end], *ogg.SIGNATURES)
        until = max((place for place in places if place <= end), default=0)
        assert [each.ranges for each in found] == ([((0, until),)] if until else [])
        assert {each.grade for each in found} <= {Grade.CUT}


@pytest.mark.parametrize(
    ("rest", "ending"),
    [
        (b"", "the media ends before its last page"),
        (_page(5, 2, b"sound")[:-1], "the media ends within its page 2"),
        (_page(5, 2, b"sound")[:-1] + b"?", "its page 2 follows, but its checksum is wrong"),
        (_page(5, 3, b"sound"), "no further page of it follows"),
        (bytes(99), "no further page of it follows"),
    ],
)
def test_it_says_why_it_goes_no_further(rest: bytes, ending: str) -> None:
    start = _page(5, 0, HEADS["Opus"], 2) + _page(5, 1, b"sound")
    media = start + rest
    found = ogg.carve(View(len(media), lambda o, s: media[o : o + s]), 0)

    assert found is not None
    assert (found.ranges, found.grade, found.ending) == (((0, len(start)),), Grade.CUT, ending)


def test_many_beginnings_are_each_looked_at_once() -> None:
    media = b"".join(_page(number, 0, b"OpusHead\x01", 2) for number in range(2000))
    read = 0

    def reader(offset: int, size: int) -> bytes:
        nonlocal read
        read += 1
        return media[offset : offset + size]

    search = CarvingSearch(View(len(media), reader, window=4096), ogg.SIGNATURES)
    search.feed(media)

    assert len(search.finish()) == 2000
    assert read < 1000


def test_many_copies_of_two_pages_are_not_tried_with_each_other() -> None:
    heads = b"".join(_page(5, 0, HEADS["Opus"] + bytes([n % 256, n // 256]), 2) + b"." for n in range(1000))
    seconds = b"".join(_page(5, 1, bytes([n % 256, n // 256])) + b"." for n in range(1000))
    media = heads + seconds
    search = CarvingSearch(View(len(media), lambda o, s: media[o : o + s]), ogg.SIGNATURES)
    search.feed(media)

    found = search.finish()
    assert len(found) == 2000
    assert found[0].ending == "there are too many pages 0 and 1 to tell which belong together"


@pytest.mark.parametrize(
    "codec", [("Opus", "libopus"), ("Vorbis", "libvorbis"), ("Speex", "libspeex"), ("FLAC", "flac")]
)
def test_a_recording_by_an_encoder(
    codec: tuple[str, str], tmp_path: Path, after: bytes, scan_for: Scan, run_program: Callable[..., str]
) -> None:
    kind, encoder = codec
    if encoder not in run_program("ffmpeg", "-v", "error", "-encoders"):
        pytest.skip(f"ffmpeg has no {encoder}")
    path = tmp_path / "speech.ogg"
    run_program("ffmpeg", "-v", "error", "-f", "lavfi", "-i", "sine=d=4:r=16000", "-c:a", encoder, path)
    planted = path.read_bytes()
    whole = scan_for(bytes(777) + planted + after, *ogg.SIGNATURES)
    assert [(each.kind, each.ranges, each.grade) for each in whole] == [
        (f"Ogg {kind} recording", ((777, len(planted)),), Grade.WHOLE)
    ]

    place = planted.index(b"OggS", len(planted) // 3)
    (joined,) = scan_for(planted[:place] + b"\x55" * 4096 + planted[place:], *ogg.SIGNATURES)
    assert joined.ranges == ((0, place), (place + 4096, len(planted) - place))
    assert joined.grade is Grade.WHOLE


def test_pages_beyond_the_bound_are_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ogg, "MAX_PAGES", 2)
    media = b"".join(_pages(5, 9)[1:])
    search = CarvingSearch(View(len(media), lambda o, s: media[o : o + s]), ogg.SIGNATURES)
    search.feed(media)

    assert len(search.finish()) == 1
    assert search.beyond == 6


@settings(max_examples=50, deadline=None)
@given(st.integers(0, 2999), st.binary(min_size=1, max_size=5), st.integers(0, 3000))
def test_damaged_bytes_never_raise_and_every_page_that_is_given_is_right(at: int, change: bytes, end: int) -> None:
    media = b"".join(_page(4, n, bytes([n]) * 400, 2 if n == 0 else 0) for n in range(7))
    media = (media[:at] + change + media[at + len(change) :])[:end]
    view = View(len(media), lambda o, s: media[o : o + s])
    search = CarvingSearch(view, ogg.SIGNATURES)
    search.feed(media)

    for each in search.finish():
        for start, length in each.ranges:
            place = start
            while place < start + length:
                page = ogg.whole_page(view, place)
                assert page is not None
                place = page.header.end
