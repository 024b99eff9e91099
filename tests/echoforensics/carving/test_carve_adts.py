from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from echoforensics.carving import adts
from echoforensics.carving.carved import Carved, Grade, View
from echoforensics.carving.scanner import OVERLAP
from echoforensics.carving.search import CarvingSearch

TEXT = b"Call me Ishmael. Some years ago, never mind how long precisely. " * 40
RATES = (96000, 88200, 64000, 48000, 44100, 32000, 24000, 22050, 16000, 12000, 11025, 8000, 7350)
NOISE = random.Random(4)
SURROUNDINGS = [b"", NOISE.randbytes(3000), bytes(3000), TEXT, b"\xff" * 3000]


def frame(
    size: int = 90,
    rate: int = 8,
    channels: int = 1,
    second: int = 0xF1,
    profile: int = 1,
    blocks: int = 1,
    body: bytes | None = None,
) -> bytes:
    """A frame of ``size`` arbitrary bytes of data, that begin with an element as the channels allow."""
    if body is None:
        body = bytes((0x20 if channels == 2 else 0x00,)) + NOISE.randbytes(size - 1)
    check = b"" if second & 1 else NOISE.randbytes(2 * blocks)
    length = 7 + len(check) + len(body)
    header = (
        0xFFF0 << 40
        | (second & 15) << 40
        | profile << 38
        | rate << 34
        | channels << 30
        | length << 13
        | 0x7FF << 2
        | (blocks - 1)
    )
    return header.to_bytes(7, "big") + check + body


def scan(media: bytes) -> list[Carved]:
    view = View(len(media), lambda offset, size: media[offset : offset + size])
    search = CarvingSearch(view, adts.SIGNATURES)
    search.feed(media)
    return search.finish()


@pytest.mark.parametrize("after", SURROUNDINGS, ids=["end", "random", "zeros", "text", "ff"])
@pytest.mark.parametrize("before", [0, 512, 12347])
def test_frames_are_carved_exactly(before: int, after: bytes) -> None:
    planted = b"".join(frame(60 + 7 * number) for number in range(20))
    ending = "no frame follows its last frame" if after else "the media ends with its last frame"
    assert scan(bytes(before) + planted + after) == [
        Carved(
            "AAC recording (ADTS)",
            ".aac",
            ((before, len(planted)),),
            Grade.ENDED,
            ending,
            "20 frames, 1.28 s, 16000 Hz, mono, AAC LC",
        )
    ]


@pytest.mark.parametrize("rate", range(13))
@pytest.mark.parametrize("second", [0xF0, 0xF1, 0xF8, 0xF9])
def test_every_variant_and_rate(second: int, rate: int) -> None:
    planted = b"".join(frame(rate=rate, second=second, channels=2) for _ in range(4))
    (carved,) = scan(b"\1" * 99 + planted + b"\1" * 99)
    assert carved.ranges == ((99, len(planted)),)
    words = f"{RATES[rate]} Hz, stereo, AAC LC" + ("" if second & 1 else ", with checksums")
    assert carved.detail.endswith(words)


def test_channels_and_profiles() -> None:
    def words(channels: int, profile: int) -> str:
        (carved,) = scan(b"".join(frame(channels=channels, profile=profile) for _ in range(5)))
        return carved.detail.split("Hz, ")[1]

    assert words(0, 0) == "channels stated within, AAC Main"
    assert words(6, 2) == "6 channels, AAC SSR"
    assert words(7, 3) == "8 channels, AAC LTP"
    # MPEG-2 has no fourth profile.
    assert scan(b"".join(frame(second=0xF9, profile=3) for _ in range(5))) == []


def test_blocks_of_raw_data_are_counted() -> None:
    planted = b"".join(frame(second=0xF0, blocks=4) for _ in range(10))
    (carved,) = scan(planted)
    assert carved.detail == "10 frames, 2.56 s, 16000 Hz, mono, AAC LC, with checksums"


@pytest.mark.parametrize("count", [1, 2, 3])
def test_fewer_than_four_frames_are_none(count: int) -> None:
    assert scan(bytes(50) + b"".join(frame() for _ in range(count)) + bytes(30000)) == []


def test_frames_of_nothing_are_none() -> None:
    assert scan(frame(body=b"") * 1000) == []
    assert scan(frame(body=b"\xe0") * 1000) == []
    assert scan(frame(second=0xF0, body=b"") * 1000) == []


def test_frames_that_state_less_than_their_header_are_none() -> None:
    header = frame(body=b"")
    for length in range(7):
        short = header[:3] + bytes((header[3] & 0xFC, 0, length << 5 | 31)) + header[6:]
        assert scan(short * 100) == []


def test_an_element_that_the_channels_do_not_allow_is_none() -> None:
    assert scan(b"".join(frame(body=b"\x20" + NOISE.randbytes(50)) for _ in range(10))) == []
    assert scan(b"".join(frame(channels=2, body=b"\xe0" + NOISE.randbytes(50)) for _ in range(10))) == []


def test_rates_that_are_reserved_are_none() -> None:
    for rate in (13, 14, 15):
        assert scan(b"".join(frame(rate=rate) for _ in range(10))) == []


def test_one_pattern_over_and_over_is_none() -> None:
    # A frame of 512 bytes by the pattern's own words.
    assert scan(b"\xff\xf1\x60\x40\x40\x00\x00\x00" * 20_000) == []
    assert scan(b"\xff" * 100_000) == []


def test_frames_that_are_alike_are_only_a_candidate() -> None:
    (carved,) = scan(frame(body=b"\x01\x18\x20\x07") * 12)
    assert (carved.grade, carved.length) == (Grade.CANDIDATE, 12 * 11)
    assert carved.detail.endswith("its frames are alike")


def test_nothing_in_other_data() -> None:
    assert scan(TEXT * 200) == []
    assert scan(random.Random(8).randbytes(8 << 20)) == []


def test_recordings_of_other_parameters_that_touch_are_told_apart() -> None:
    first = b"".join(frame() for _ in range(9))
    second = b"".join(frame(rate=4, channels=2) for _ in range(9))
    assert [each.ranges for each in scan(first + second)] == [((0, len(first)),), ((len(first), len(second)),)]


def test_cut_at_every_byte() -> None:
    planted = b"".join(frame(30) for _ in range(8))
    for size in range(len(planted)):
        found = scan(bytes(11) + planted[:size])
        # Four headers are needed; of a fifth and later one a part will do.
        if size < 3 * 37 + 7:
            assert found == []
            continue
        (carved,) = found
        assert carved.ranges == ((11, size),)
        assert carved.grade == (Grade.CUT if size % 37 else Grade.ENDED)


def test_the_rest_of_a_recording_whose_start_is_gone() -> None:
    frames = [frame() for _ in range(12)]
    assert [each.ranges for each in scan(b"".join(frames)[50:])] == [((47, 11 * 97),)]
    broken = b"".join([*frames[:5], bytes(97), *frames[6:]])
    assert [each.ranges for each in scan(broken)] == [((0, 5 * 97),), ((6 * 97, 6 * 97),)]


def test_leads_judges_by_the_bytes_there_are() -> None:
    planted = b"".join(frame() for _ in range(4))
    assert adts.leads(planted + TEXT, 0)
    assert not adts.leads(planted[:-97] + TEXT, 0)
    assert not adts.leads(TEXT, 0)
    # Where the bytes end before it can be told, it may be.
    assert all(adts.leads(planted[:size], 0) for size in range(len(planted)))
    longest = b"".join(frame(8191 - 7) for _ in range(4))
    assert len(longest) // 4 * 3 + 7 == adts.REACH
    assert not adts.leads(longest[: adts.REACH - 7] + bytes(7), 0)


@pytest.mark.parametrize("options", [("-b:a", "32k"), ("-ar", "48000", "-ac", "2"), ("-ar", "44100", "-b:a", "24k")])
def test_recordings_by_ffmpeg(tmp_path: Path, run_program: Callable[..., str], options: tuple[str, ...]) -> None:
    path = tmp_path / "tone.aac"
    tone = "anoisesrc=d=2:r=16000:c=pink:seed=5"
    run_program("ffmpeg", "-v", "error", "-f", "lavfi", "-i", tone, *options, path)
    planted = path.read_bytes()
    for before, after in zip((0, 1, 4096, 777, 5), SURROUNDINGS, strict=True):
        (carved,) = scan(b"\xff" * before + planted + after)
        assert (carved.ranges, carved.grade) == (((before, len(planted)),), Grade.ENDED)


def test_blocks_of_any_size_give_the_same() -> None:
    media = bytes(1000) + b"".join(frame(8000) for _ in range(30)) + NOISE.randbytes(5000)
    search = CarvingSearch(View(len(media), lambda offset, size: media[offset : offset + size]), adts.SIGNATURES)
    for start in range(0, len(media), 10_007):
        search.feed(media[start : start + 10_007])
    assert [each.ranges for each in search.finish()] == [((1000, 30 * 8007),)]
    assert adts.REACH < OVERLAP


GOOD = b"".join(frame(20 + number) for number in range(12))


def check(media: bytes) -> None:
    for carved in scan(media):
        assert carved.offset >= 0
        assert 0 < carved.length <= len(media) - carved.offset
    view = View(len(media), lambda offset, size: media[offset : offset + size])
    for place in range(min(len(media), 300)):
        adts.leads(media, place)
        adts.carve(view, place)


@settings(deadline=None)
@given(st.lists(st.one_of(st.binary(max_size=60), st.sampled_from([GOOD[:150], GOOD[40:300], frame(body=b"")]))))
def test_arbitrary_bytes(parts: list[bytes]) -> None:
    check(b"".join(parts))


@settings(deadline=None)
@given(st.lists(st.tuples(st.integers(0, len(GOOD) - 1), st.integers(0, 255)), max_size=8), st.integers(0, len(GOOD)))
def test_mutations(changes: list[tuple[int, int]], size: int) -> None:
    media = bytearray(GOOD)
    for place, value in changes:
        media[place] = value
    check(bytes(media[:size]))


def test_a_place_that_cannot_be_read_is_none() -> None:
    def read(offset: int, size: int) -> bytes:
        raise OSError("bad sector")

    assert adts.carve(View(1000, read), 10) is None
