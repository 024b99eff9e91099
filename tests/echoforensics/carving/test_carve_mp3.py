from __future__ import annotations

import random
import struct
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from echoforensics.carving import mp3
from echoforensics.carving.carved import Carved, Grade, View
from echoforensics.carving.scanner import OVERLAP
from echoforensics.carving.search import CarvingSearch
from parsers.formats.audio.checksums import crc16

KIND = "MP3 recording"
TEXT = b"It was the best of times, it was the worst of times. " * 40
MPEG_1 = (0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320)
MPEG_2 = (0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160)
RATES = {0xE2: (11025, 12000, 8000), 0xF2: (22050, 24000, 16000), 0xFA: (44100, 48000, 32000)}
NOISE = random.Random(3)
SURROUNDINGS = [b"", NOISE.randbytes(3000), bytes(3000), TEXT, b"\xff" * 3000]


def frame(
    bits: int = 6, second: int = 0xF3, rate: int = 1, pad: int = 0, mono: bool = True, body: bytes | None = None
) -> bytes:
    """A frame with empty granules (side information of zeros) and arbitrary bytes for its data."""
    version = second & 0xFE
    kilobits = (MPEG_1 if version == 0xFA else MPEG_2)[bits]
    length = (144 if version == 0xFA else 72) * kilobits * 1000 // RATES[version][rate] + pad
    side = {(True, True): 17, (True, False): 32, (False, True): 9, (False, False): 17}[version == 0xFA, mono]
    head = bytes((0xFF, second, bits << 4 | rate << 2 | pad << 1, 0xC0 if mono else 0x44))
    check = b"" if second & 1 else crc16(head[2:] + bytes(side), 0xFFFF).to_bytes(2, "big")
    if body is None:
        body = NOISE.randbytes(length)
    return (head + check + bytes(side) + body)[:length].ljust(length, b"\0")


def facts(frames: int, length: int, name: bytes = b"Xing") -> bytes:
    return frame(body=name + struct.pack(">III", 3, frames, length))


def stated(count: int) -> bytes:
    rest = b"".join(frame() for _ in range(count))
    return facts(count, len(facts(0, 0)) + len(rest)) + rest


def scan(media: bytes) -> list[Carved]:
    view = View(len(media), lambda offset, size: media[offset : offset + size])
    search = CarvingSearch(view, mp3.SIGNATURES)
    search.feed(media)
    return search.finish()


def at(media: bytes, place: int) -> Carved | None:
    return mp3.carve(View(len(media), lambda offset, size: media[offset : offset + size]), place)


@pytest.mark.parametrize("after", SURROUNDINGS, ids=["end", "random", "zeros", "text", "ff"])
@pytest.mark.parametrize("before", [0, 512, 12347])
def test_frames_are_carved_exactly(before: int, after: bytes) -> None:
    planted = b"".join(frame(pad=number % 2) for number in range(20))
    ending = "no frame follows its last frame" if after else "the media ends with its last frame"
    assert scan(bytes(before) + planted + after) == [
        Carved(
            KIND,
            ".mp3",
            ((before, len(planted)),),
            Grade.ENDED,
            ending,
            "20 frames, 0.48 s, 24000 Hz, mono, 48 kbit/s",
        )
    ]


@pytest.mark.parametrize("mono", [True, False])
@pytest.mark.parametrize("rate", [0, 1, 2])
@pytest.mark.parametrize("second", [0xE2, 0xE3, 0xF2, 0xF3, 0xFA, 0xFB])
def test_every_version_and_rate(second: int, rate: int, mono: bool) -> None:
    planted = b"".join(frame(4, second, rate, mono=mono) for _ in range(4))
    (carved,) = scan(b"\1" * 99 + planted + b"\1" * 99)
    assert carved.ranges == ((99, len(planted)),)
    kilobits = 56 if second >= 0xFA else 32
    words = f"{RATES[second & 0xFE][rate]} Hz, {'mono' if mono else 'stereo'}, {kilobits} kbit/s"
    assert carved.detail.endswith(words)


def test_bit_rate_may_change() -> None:
    planted = b"".join(frame(bits) for bits in range(1, 15))
    (carved,) = scan(b"\0" + planted + b"\0")
    assert carved.ranges == ((1, len(planted)),)
    assert carved.detail == "14 frames, 0.34 s, 24000 Hz, mono, 8 to 160 kbit/s"


def test_checksums_that_do_not_hold_are_reported() -> None:
    good = b"".join(frame(second=0xF2) for _ in range(6))
    assert "checksum" not in scan(good)[0].detail
    bad = bytearray(good)
    bad[4] ^= 1
    assert scan(bytes(bad))[0].detail.endswith("the checksums of 1 frames do not hold")


@pytest.mark.parametrize("count", [1, 2, 3])
def test_fewer_than_four_frames_are_none(count: int) -> None:
    assert scan(bytes(50) + b"".join(frame() for _ in range(count)) + bytes(3000)) == []


def test_free_bit_rate_is_not_taken() -> None:
    assert scan((b"\xff\xf3\x04\xc0" + bytes(140)) * 20) == []


@pytest.mark.parametrize("bits", [0x1FF << 42, 1 << 24, 0xFFF << 51], ids=["values", "window", "data"])
def test_side_information_that_cannot_be_is_none(bits: int) -> None:
    # 511 values of 288 lines; a window that changes to the same; more coded data than the frame holds.
    frames = [frame()[:4] + bits.to_bytes(9, "big") + NOISE.randbytes(131) for _ in range(10)]
    assert {len(each) for each in frames} == {len(frame())}
    assert scan(b"".join(frames)) == []


def test_one_pattern_over_and_over_is_none() -> None:
    assert scan(b"\xff\xfb\x94\xc0" * 100_000) == []
    assert scan(b"\xff\xf3\x64\xc0" * 100_000) == []
    assert scan(b"\xff" * 100_000) == []
    # Areas of a picture, one after the other, and one that goes over into another.
    areas = (b"\xff" + bytes(colour) for colour in ((0xF3, 0x64, 0xC0), (0xF3, 0x64, 0xD0), (0xFB, 0x94, 0x44)))
    assert scan(b"".join(area * 3001 for area in areas)) == []
    assert scan(b"".join(b"\xff\xe3\x48" + bytes((pixel // 7 & 255,)) for pixel in range(30_000))) == []


def test_frames_that_are_alike_are_only_a_candidate() -> None:
    (carved,) = scan(frame(body=b"") * 12)
    assert (carved.grade, carved.length) == (Grade.CANDIDATE, 12 * 144)
    assert carved.detail.endswith("its frames are alike")


def test_nothing_in_other_data() -> None:
    assert scan(TEXT * 200) == []
    assert scan(random.Random(7).randbytes(8 << 20)) == []


def tag(version: int, content: bytes, flags: int = 0) -> bytes:
    size = len(content)
    sizes = bytes(size >> shift & 0x7F for shift in (21, 14, 7, 0))
    footer = b"3DI" + bytes((version, 0, flags)) + sizes if flags & 0x10 else b""
    return b"ID3" + bytes((version, 0, flags)) + sizes + content + footer


@pytest.mark.parametrize("before", [tag(2, TEXT), tag(3, TEXT + bytes(1000)), tag(4, TEXT, 0x10), tag(3, b"") * 2])
def test_tag_before_belongs_to_it(before: bytes) -> None:
    planted = before + b"".join(frame() for _ in range(8))
    (carved,) = scan(b"\1" * 1001 + planted + bytes(1000))
    assert carved.ranges == ((1001, len(planted)),)
    assert carved.detail.endswith("with an ID3v2 tag")


def test_zeros_between_tag_and_frames_belong_to_it() -> None:
    planted = tag(3, TEXT) + bytes(700) + b"".join(frame() for _ in range(8))
    assert scan(planted + TEXT)[0].ranges == ((0, len(planted)),)


def test_tag_without_frames_is_none() -> None:
    assert scan(tag(3, TEXT) + TEXT) == []
    assert scan(b"ID3\x03\x00\x00\x7f\x7f\x7f\x7f" + TEXT) == []


def test_tags_after_belong_to_it() -> None:
    frames = b"".join(frame() for _ in range(8))
    ape = b"APETAGEX" + struct.pack("<IIII8x", 2000, 32 + 40, 1, 0xA0000000)
    ape += bytes(40) + b"APETAGEX" + struct.pack("<IIII8x", 2000, 72, 1, 0x80000000)
    last = b"TAG" + bytes(125)
    (carved,) = scan(frames + ape + last + TEXT)
    assert carved.ranges == ((0, len(frames) + 104 + 128),)
    assert carved.detail.endswith("with APEv2 and ID3v1 tags")
    (carved,) = scan(frames + b"TAG+" + bytes(223) + last + TEXT)
    assert carved.length == len(frames) + 227 + 128
    (carved,) = scan(frames + last[:50])
    assert (carved.length, carved.grade) == (len(frames) + 50, Grade.CUT)
    assert carved.ending == "the media ends within the tag after its last frame"


def test_first_frame_that_states_the_count_agrees() -> None:
    planted = stated(10)
    (carved,) = scan(b"\1" * 7 + planted + TEXT)
    assert carved == Carved(
        KIND,
        ".mp3",
        ((7, len(planted)),),
        Grade.WHOLE,
        "no frame follows its last frame",
        "11 frames, 0.24 s, 24000 Hz, mono, 48 kbit/s, as many as its Xing frame states",
    )


def test_vbri() -> None:
    rest = b"".join(frame() for _ in range(6))
    first = frame(body=bytes(36 - 13) + b"VBRI" + struct.pack(">HHHII", 1, 0, 0, len(rest) + 144, 6))
    (carved,) = scan(first + rest + TEXT)
    assert (carved.grade, carved.length) == (Grade.WHOLE, 7 * 144)
    assert carved.detail.endswith("as many as its VBRI frame states")


def test_fewer_frames_than_stated_are_cut() -> None:
    planted = stated(10)[:-144]
    (carved,) = scan(planted + TEXT)
    assert (carved.ranges, carved.grade) == (((0, len(planted)),), Grade.CUT)
    assert carved.ending == "no frame follows its last frame, and its first frame states more"
    assert carved.detail.endswith("its Xing frame states 10 after it")


def test_recordings_that_touch_are_told_apart() -> None:
    first, second = stated(10), stated(7)
    plain = b"".join(frame() for _ in range(9))
    assert [each.ranges for each in scan(first + second + plain)] == [
        ((0, len(first)),),
        ((len(first), len(second)),),
        ((len(first) + len(second), len(plain)),),
    ]
    # The first breaks off: the second's frame of facts begins another.
    cut = first[: 6 * 144]
    assert [each.ranges for each in scan(cut + second)] == [((0, len(cut)),), ((len(cut), len(second)),)]
    other = b"".join(frame(second=0xFB, rate=0) for _ in range(5))
    assert [each.length for each in scan(plain + other + tag(3, TEXT) + plain)] == [
        len(plain),
        len(other),
        len(tag(3, TEXT)) + len(plain),
    ]


def test_cut_at_every_byte() -> None:
    planted = b"".join(frame(1) for _ in range(7))
    length = len(frame(1))
    for size in range(len(planted)):
        found = scan(bytes(11) + planted[:size])
        # Four headers are needed; of a fifth and later one a part will do.
        if size < 3 * length + 4:
            assert found == []
            continue
        (carved,) = found
        assert carved.ranges == ((11, size),)
        assert carved.grade == (Grade.CUT if size % length else Grade.ENDED)


def test_the_rest_of_a_recording_whose_start_is_gone() -> None:
    frames = [frame() for _ in range(12)]
    media = b"".join(frames)[50:]
    assert [each.ranges for each in scan(media)] == [((94, 11 * 144),)]
    broken = b"".join([*frames[:5], bytes(144), *frames[6:]])
    assert [each.ranges for each in scan(broken)] == [((0, 5 * 144),), ((6 * 144, 6 * 144),)]


def test_leads_judges_by_the_bytes_there_are() -> None:
    planted = b"".join(frame() for _ in range(4))
    assert mp3.leads(planted + TEXT, 0)
    assert not mp3.leads(planted[:-144] + TEXT, 0)
    assert not mp3.leads(TEXT, 0)
    # Where the bytes end before it can be told, it may be.
    assert all(mp3.leads(planted[:size], 0) for size in range(len(planted)))
    longest = b"".join(frame(14, 0xFB, 2, 1) for _ in range(4))
    assert 3 * len(frame(14, 0xFB, 2, 1)) + 4 == mp3.REACH
    assert not mp3.leads(longest[: mp3.REACH - 4] + bytes(4), 0)


@pytest.mark.parametrize(
    "options",
    [
        ("-b:a", "48k"),
        ("-q:a", "4", "-write_xing", "0", "-id3v2_version", "0", "-write_id3v1", "1"),
        ("-ar", "44100", "-ac", "2", "-b:a", "128k", "-write_apetag", "1"),
        ("-ar", "8000", "-b:a", "16k", "-id3v2_version", "4"),
        ("-c:a", "libshine", "-ar", "44100", "-b:a", "128k"),
    ],
)
def test_recordings_by_ffmpeg(tmp_path: Path, run_program: Callable[..., str], options: tuple[str, ...]) -> None:
    path = tmp_path / "tone.mp3"
    tone = "anoisesrc=d=2:r=16000:c=pink:seed=5"
    run_program("ffmpeg", "-v", "error", "-f", "lavfi", "-i", tone, *options, path)
    planted = path.read_bytes()
    for before, after in zip((0, 1, 4096, 777, 5), SURROUNDINGS, strict=True):
        (carved,) = scan(b"\xff" * before + planted + after)
        assert carved.ranges == ((before, len(planted)),)
        assert carved.grade == (Grade.ENDED if "-write_xing" in options else Grade.WHOLE)


def test_recordings_by_libsndfile(tmp_path: Path) -> None:
    soundfile = pytest.importorskip("soundfile")
    numpy = pytest.importorskip("numpy")
    if "MP3" not in soundfile.available_formats():
        pytest.skip("this libsndfile writes no MP3")
    path = tmp_path / "tone.mp3"
    soundfile.write(path, numpy.sin(numpy.arange(32_000) / 5) * 0.3, 16_000)
    planted = path.read_bytes()
    (carved,) = scan(b"\1" * 33 + planted + TEXT)
    assert (carved.ranges, carved.grade) == (((33, len(planted)),), Grade.WHOLE)


def test_blocks_of_any_size_give_the_same() -> None:
    media = bytes(1000) + stated(900) + NOISE.randbytes(5000) + b"".join(frame() for _ in range(700)) + TEXT
    search = CarvingSearch(View(len(media), lambda offset, size: media[offset : offset + size]), mp3.SIGNATURES)
    for start in range(0, len(media), 10_007):
        search.feed(media[start : start + 10_007])
    assert search.finish() == scan(media)
    assert [each.length for each in scan(media)] == [901 * 144, 700 * 144]
    assert mp3.REACH < OVERLAP


GOOD = tag(3, bytes(30)) + stated(6) + b"TAG" + bytes(125)


def check(media: bytes) -> None:
    for carved in scan(media):
        assert carved.offset >= 0
        assert 0 < carved.length <= len(media) - carved.offset
    view = View(len(media), lambda offset, size: media[offset : offset + size])
    for place in range(min(len(media), 300)):
        mp3.leads(media, place)
        mp3.carve(view, place)
        mp3.carve_tagged(view, place)


@settings(deadline=None)
@given(st.lists(st.one_of(st.binary(max_size=60), st.sampled_from([GOOD[:150], GOOD[40:300], b"\xff\xf3\x64\xc0"]))))
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

    assert mp3.carve(View(1000, read), 10) is None
    assert at(GOOD, 41) is None
