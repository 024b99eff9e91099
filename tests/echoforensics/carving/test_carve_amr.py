from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
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
            "what follows its last frame is no frame of it" if after else "the media ends with its last frame",
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


@pytest.mark.parametrize(("silence", "most"), [((), 16), ((8, 15), 24)])
def test_random_bytes_behind_are_seldom_taken_for_a_frame(silence: tuple[int, ...], most: int) -> None:
    draw = random.Random(5)
    planted = b"#!AMR\n" + _frames(NARROW, *[7] * 9, *silence)
    lengths = []
    for _ in range(1000):
        found = amr.carve(_view(planted + draw.randbytes(300)), 0)
        lengths.append(found.length if found else 0)

    # The docstring states 8 and 12 of 1000.
    assert min(lengths) == len(planted)
    assert 0 < sum(length > len(planted) for length in lengths) <= most


@pytest.mark.parametrize(
    "text",
    [
        b'<?xml version="1.0" encoding="utf-8"?><map><string name="id">x</string></map>',
        "<p>Überall hört man, dass der Bär schläft, und zwar täglich.</p>".encode(),
        b"$HOME is where the heart is; $PATH is how one comes to it.",
        b"4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25",
    ],
)
def test_text_is_not_taken_for_sound(text: bytes, scan_for: Scan) -> None:
    kinds = [kind for each in (4, 5, 6, 7) for kind in [each] * 4 + [8, 15]]
    planted = b"#!AMR\n" + _frames(NARROW, *kinds)
    (found,) = scan_for(planted + text, *amr.SIGNATURES)

    assert found.ranges == ((0, len(planted)),)


@pytest.mark.parametrize("silence", [(8,), (8, 15), (8, 15, 15, 15, 15, 15, 15)])
def test_a_recording_may_end_with_its_first_silence(silence: tuple[int, ...], after: bytes, scan_for: Scan) -> None:
    planted = b"#!AMR\n" + _frames(NARROW, *[7] * 9, *silence)
    (found,) = scan_for(planted + after, *amr.SIGNATURES)

    assert found.ranges == ((0, len(planted)),)


def test_long_silence_is_not_taken_for_text(scan_for: Scan) -> None:
    planted = b"#!AMR\n" + _frames(NARROW, 7, 7, 7, 8) + b"\x7c" * 500 + _frames(NARROW, 7, 7)
    planted += b"".join(_frames(NARROW, 8) + b"\x7c" * 7 for _ in range(20)) + _frames(NARROW, 7)
    (found,) = scan_for(planted, *amr.SIGNATURES)

    assert found.ranges == ((0, len(planted)),)


def test_silence_behind_a_frame_of_letters_does_not_make_it_text(scan_for: Scan) -> None:
    planted = b"#!AMR\n" + _frames(NARROW, *[4] * 5, 8) + b"$" + b"a" * 19 + b"|" * 30
    (found,) = scan_for(planted + b"\xff" * 99, *amr.SIGNATURES)

    assert found.ranges == ((0, len(planted)),)


@pytest.mark.parametrize("last", [(0,), (0, 0), (15,), (3, 15, 3)])
def test_a_new_type_at_the_very_end_of_the_media_counts(last: tuple[int, ...], scan_for: Scan) -> None:
    planted = PLAIN + _frames(NARROW, *last)
    (found,) = scan_for(planted, *amr.SIGNATURES)

    assert (found.ranges, found.ending) == (((0, len(planted)),), "the media ends with its last frame")


def test_one_frame_behind_tells_that_nothing_was_sent(scan_for: Scan) -> None:
    planted = PLAIN + _frames(NARROW, 15, 7)

    assert [each.length for each in scan_for(planted + bytes(99), *amr.SIGNATURES)] == [len(planted)]
    assert [each.length for each in scan_for(PLAIN + b"\x7c" + bytes(99), *amr.SIGNATURES)] == [len(PLAIN)]


@pytest.mark.parametrize("filler", [b"\0", b"\xff"])
def test_erased_bytes_are_never_taken_for_frames(filler: bytes, scan_for: Scan) -> None:
    for kind in range(8):
        planted = b"#!AMR\n" + _frames(NARROW, *[kind] * 5, 8, 15, kind)
        (found,) = scan_for(planted + filler * 5000, *amr.SIGNATURES)
        assert found.ranges == ((0, len(planted)),)


@pytest.mark.parametrize("channels", [1, 2, 6])
def test_several_channels_are_followed_too(channels: int, after: bytes, scan_for: Scan) -> None:
    planted = b"#!AMR-WB_MC1.0\n" + channels.to_bytes(4, "big") + _frames(WIDE, *[8] * 60)
    (found,) = scan_for(b"." + planted + after, *amr.SIGNATURES)

    assert (found.kind, found.ranges) == ("AMR-WB recording", ((1, len(planted)),))
    more = f", {channels} channels" if channels > 1 else ""
    assert found.detail == f"60 frames, {60 / channels / 50:.2f} s{more}; the format states no length"


def test_a_damaged_frame_ends_it(scan_for: Scan) -> None:
    damaged = bytes([7 << 3]) + DRAW.randbytes(31)
    (found,) = scan_for(PLAIN + damaged + _frames(NARROW, 7, 7), *amr.SIGNATURES)

    assert (found.length, found.grade) == (len(PLAIN), Grade.ENDED)


def test_two_that_touch_are_two(scan_for: Scan) -> None:
    found = scan_for(b"ab" + PLAIN + PLAIN, *amr.SIGNATURES)

    assert [each.ranges for each in found] == [((2, len(PLAIN)),), ((2 + len(PLAIN), len(PLAIN)),)]


def test_truncated_at_every_byte(scan_for: Scan) -> None:
    for end in range(6 + 3 * 32, len(PLAIN)):
        (found,) = scan_for(PLAIN[:end], *amr.SIGNATURES)
        is_within = (end - 6) % 32 > 0
        assert (found.length, found.grade) == (end, Grade.CUT if is_within else Grade.ENDED)


def test_frames_beyond_the_bound_are_not_followed(monkeypatch: pytest.MonkeyPatch, scan_for: Scan) -> None:
    monkeypatch.setattr(amr, "MOST_FRAMES", 10)
    (found,) = scan_for(PLAIN, *amr.SIGNATURES)

    assert (found.length, found.ending) == (6 + 10 * 32, "no more than 10 frames are followed")


def test_a_recording_by_an_encoder(
    tmp_path: Path, after: bytes, scan_for: Scan, run_program: Callable[..., str]
) -> None:
    path = tmp_path / "speech.amr-nb"
    if "amr-nb" not in run_program("sox", "-h"):
        pytest.skip("sox has no AMR")
    run_program("sox", "-n", "-r", "8000", path, "synth", "1", "sine", "300", "pad", "0", "1")
    planted = path.read_bytes()
    (found,) = scan_for(bytes(4096) + planted + after, *amr.SIGNATURES)

    assert (found.kind, found.ranges) == ("AMR recording", ((4096, len(planted)),))


def test_the_media_ends_within_a_frame(scan_for: Scan) -> None:
    (found,) = scan_for(PLAIN[:-7], *amr.SIGNATURES)

    assert (found.length, found.grade, found.ending) == (
        len(PLAIN) - 7,
        Grade.CUT,
        "the media ends within its last frame",
    )


@pytest.mark.parametrize(
    "other",
    [
        b"#!AMR\n",
        b"#!AMR\n" + bytes(300),
        b"#!AMR_MC1.0\n" + bytes(300),
        b"#!AMRtext",
        b"#!AMR\n" + b"|" * 2,
        b"#!AMR_MC1.0\n\0\0\0\x07" + PLAIN[6:],
    ],
)
def test_what_has_no_frames_is_none(other: bytes, scan_for: Scan) -> None:
    assert scan_for(other, *amr.SIGNATURES) == []


@settings(deadline=None)
@given(st.binary(max_size=400))
def test_arbitrary_bytes_never_raise_nor_lead_beyond_the_media(tail: bytes) -> None:
    for content in (b"#!AMR\n" + tail, b"#!AMR-WB\n" + tail, b"#!AMR_MC1.0\n" + tail, PLAIN + tail, tail):
        found = amr.carve(_view(content), 0)
        assert found is None or found.length <= len(content)
