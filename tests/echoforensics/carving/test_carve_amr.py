from __future__ import annotations

import random
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from echoforensics.carving import amr
from echoforensics.carving.carved import Carved, Grade, View

Scan = Callable[..., list[Carved]]

NARROW = {0: 12, 1: 13, 2: 15, 3: 17, 4: 19, 5: 20, 6: 26, 7: 31, 8: 5, 15: 0}
WIDE = {0: 17, 1: 23, 2: 32, 3: 36, 4: 40, 5: 46, 6: 50, 7: 58, 8: 60, 9: 5, 14: 0, 15: 0}
DRAW = random.Random(8)


def _frames(sizes: dict[int, int], *kinds: int) -> bytes:
    return b"".join(bytes([kind << 3 | 4]) + DRAW.randbytes(sizes[kind]) for kind in kinds)


PLAIN = b"#!AMR\n" + _frames(NARROW, *[7] * 40)


def _view(content: bytes) -> View:
    return View(len(content), lambda offset, size: content[offset : offset + size])


@pytest.mark.parametrize("before", [0, 512, 777])
def test_frames_are_followed_to_the_last(before: int, after: bytes, scan_for: Scan) -> None:
    # A byte of 0x00 would be a frame whose quality bit is not set; the random bytes begin with none by chance.
    assert scan_for(bytes(before) + PLAIN + after, *amr.SIGNATURES) == [
        Carved(
            "AMR recording",
            ".amr",
            ((before, len(PLAIN)),),
            Grade.ENDED,
            "what follows its last frame is no frame of it",
            "40 frames, 0.80 s; the format states no length",
        )
    ]


def test_every_type_of_frame_and_silence_between(scan_for: Scan) -> None:
    kinds = [kind for each in range(8) for kind in (each, each, each, each, 8, 15, 15)]
    planted = b"#!AMR\n" + _frames(NARROW, *kinds)
    wide = b"#!AMR-WB\n" + _frames(WIDE, *[kind for each in range(9) for kind in (each, each, each, each, 9, 14, 15)])

    found = scan_for(planted + wide, *amr.SIGNATURES)

    assert [(each.kind, each.ranges) for each in found] == [
        ("AMR recording", ((0, len(planted)),)),
        ("AMR-WB recording", ((len(planted), len(wide)),)),
    ]


def test_a_frame_of_a_new_type_that_stands_alone_is_chance(scan_for: Scan) -> None:
    chance = bytes([3 << 3 | 4]) + bytes(40)

    (found,) = scan_for(PLAIN + chance, *amr.SIGNATURES)

    assert found.ranges == ((0, len(PLAIN)),)


def test_random_bytes_behind_are_seldom_taken_for_a_frame(scan_for: Scan) -> None:
    draw = random.Random(5)
    exact = 0
    for _ in range(1000):
        (found,) = scan_for(PLAIN + draw.randbytes(300), *amr.SIGNATURES)
        exact += found.length == len(PLAIN)

    assert exact >= 985  # 1 of 256 is what the docstring states


def test_the_media_ends_within_a_frame(scan_for: Scan) -> None:
    (found,) = scan_for(PLAIN[:-7], *amr.SIGNATURES)

    assert (found.length, found.grade, found.ending) == (
        len(PLAIN) - 7,
        Grade.CUT,
        "the media ends within its last frame",
    )


@pytest.mark.parametrize("other", [b"#!AMR\n", b"#!AMR\n" + bytes(300), b"#!AMR_MC1.0\n" + bytes(300), b"#!AMRtext"])
def test_what_has_no_frames_is_none(other: bytes, scan_for: Scan) -> None:
    assert scan_for(other, *amr.SIGNATURES) == []


@given(st.binary(max_size=400))
def test_arbitrary_bytes_never_raise_nor_lead_beyond_the_media(tail: bytes) -> None:
    for content in (b"#!AMR\n" + tail, b"#!AMR-WB\n" + tail, tail):
        found = amr.carve(_view(content), 0)
        assert found is None or found.length <= len(content)
