from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from echoforensics.carving import flac
from echoforensics.carving.carved import Carved, Grade, View
from echoforensics.carving.search import CarvingSearch
from parsers.formats.audio.checksums import crc8, crc16
from parsers.formats.audio.flac.frame_length import Malformed, Shortage, measure
from parsers.formats.audio.flac.frames import FlacFrameHeader, parse
from parsers.formats.audio.flac.metadata import StreamInfo

CallsOf = Callable[[Callable[[], Any]], tuple[Any, int]]

TEXT = b"All happy families are alike; each unhappy family is unhappy in its own way. " * 40
NOISE = random.Random(5)
SURROUNDINGS = [b"", NOISE.randbytes(3000), bytes(3000), TEXT, b"\xff" * 3000]
WIDTH, BLOCK = 16, 192


def bits(value: int, width: int) -> str:
    return f"{value:0{width}b}" if width else ""


def noise(width: int) -> str:
    return bits(NOISE.getrandbits(width), width) if width else ""


def unary(zeros: int) -> str:
    return "0" * zeros + "1"


def residual(order: int, block: int, parts: int = 1, method: int = 0, escape: int = -1) -> str:
    text = bits(method, 2) + bits(parts.bit_length() - 1, 4)
    size = 4 + method
    for part in range(parts):
        count = block // parts - (0 if part else order)
        parameter = (part * 5 + 1) % ((1 << size) - 1)
        if part == escape:
            text += "1" * size + bits(7, 5) + noise(7 * count)
        else:
            text += bits(parameter, size)
            text += "".join(unary(NOISE.randrange(9)) + noise(parameter) for _ in range(count))
    return text


def subframe(kind: str, width: int = WIDTH, block: int = BLOCK) -> str:
    """The bits of a subframe: where it holds samples they are arbitrary."""
    builders: dict[str, Callable[[], tuple[int, str]]] = {
        "constant": lambda: (0, "0" + noise(width)),
        "verbatim": lambda: (1, "0" + noise(width * block)),
        "wasted": lambda: (1, "1" + unary(4) + noise((width - 5) * block)),
        "escaped": lambda: (8, "0" + residual(0, block, 4, escape=2)),
        # One escaped partition of numbers of no bits.
        "empty": lambda: (9, "0" + noise(width) + "00" + "0000" + "1111" + "00000"),
        "fixed": lambda: (12, "0" + noise(4 * width) + residual(4, block, 8)),
        # Linear prediction of order 32: 12 bits to a coefficient, a shift of 9.
        "lpc": lambda: (
            63,
            "0" + noise(32 * width) + bits(11, 4) + bits(9, 5) + noise(32 * 12) + residual(32, block, 2, 1, escape=1),
        ),
    }
    code, rest = builders[kind]()
    return "0" + bits(code, 6) + rest


KINDS = ["constant", "verbatim", "wasted", "escaped", "empty", "fixed", "lpc"]


def coded(number: int) -> bytes:
    """A number of up to 36 bits, as UTF-8 would code it."""
    if number < 0x80:
        return bytes((number,))
    more = next(count for count in range(1, 7) if number < 1 << (6 * count + 6 - count) or count == 6)
    lead = (0xFF << (7 - more - 0)) & 0xFF if more < 6 else 0xFE
    parts = [0x80 | number >> 6 * index & 0x3F for index in reversed(range(more))]
    return bytes((lead | number >> 6 * more, *parts))


def frame(
    number: int, kinds: tuple[str, ...] = ("fixed",), side: int = 0, block: int = BLOCK, variable: int = 0
) -> bytes:
    size = b"" if block == BLOCK else (block - 1).to_bytes(2, "big")
    head = bytes((0xFF, 0xF8 | variable, (0x10 if block == BLOCK else 0x70) | 5, (side or len(kinds) - 1) << 4 | 8))
    head += coded(number) + size
    head += bytes((crc8(head),))
    wider = {8: 1, 9: 0, 10: 1}.get(side, -1)
    text = "".join(subframe(kind, WIDTH + (channel == wider), block) for channel, kind in enumerate(kinds))
    text += "0" * (-len(text) % 8)
    body = head + int(text, 2).to_bytes(len(text) // 8, "big")
    return body + crc16(body).to_bytes(2, "big")


def information(total: int, channels: int = 1, longest: int = 0, rate: int = 16000, block: int = BLOCK) -> bytes:
    packed = rate << 44 | (channels - 1) << 41 | (WIDTH - 1) << 36 | total
    return block.to_bytes(2, "big") * 2 + bytes(3) + longest.to_bytes(3, "big") + packed.to_bytes(8, "big") + bytes(16)


def metadata(info: bytes, *blocks: bytes) -> bytes:
    parts = [bytes((0,)) + b"\0\0\x22" + info]
    parts += [bytes((4,)) + len(each).to_bytes(3, "big") + each for each in blocks]
    parts[-1] = bytes((parts[-1][0] | 0x80,)) + parts[-1][1:]
    return b"fLaC" + b"".join(parts)


def recording(count: int = 10, total: int | None = None, *blocks: bytes) -> bytes:
    frames = [frame(number) for number in range(count)]
    info = information(count * BLOCK if total is None else total, longest=max(map(len, frames)))
    return metadata(info, *blocks) + b"".join(frames)


def scan(media: bytes) -> list[Carved]:
    view = View(len(media), lambda offset, size: media[offset : offset + size])
    search = CarvingSearch(view, flac.SIGNATURES)
    search.feed(media)
    return search.finish()


@pytest.mark.parametrize("after", SURROUNDINGS, ids=["end", "random", "zeros", "text", "ff"])
@pytest.mark.parametrize("before", [0, 512, 12347])
def test_recordings_are_carved_exactly(before: int, after: bytes) -> None:
    planted = recording(10, None, b"tags", bytes(5000))
    assert scan(bytes(before) + planted + after) == [
        Carved(
            "FLAC recording",
            ".flac",
            ((before, len(planted)),),
            Grade.WHOLE,
            "the samples its header states are there",
            "10 frames, 0.12 s of 0.12 s, 16000 Hz, mono, 16 bits",
        )
    ]


@pytest.mark.parametrize("kind", KINDS)
def test_the_last_frame_ends_by_its_own_bits(kind: str) -> None:
    planted = metadata(information(0)) + frame(0, (kind,))
    for after in SURROUNDINGS:
        (carved,) = scan(planted + after)
        assert (carved.ranges, carved.grade) == (((0, len(planted)),), Grade.ENDED)
        assert carved.ending == "no frame follows its last whole one"


@pytest.mark.parametrize("side", [0, 8, 9, 10])
@pytest.mark.parametrize("kinds", [("verbatim", "fixed"), ("wasted", "verbatim"), ("lpc", "verbatim")])
def test_two_channels(kinds: tuple[str, str], side: int) -> None:
    planted = metadata(information(2 * BLOCK, 2)) + frame(0, kinds, side) + frame(1, kinds, side)
    (carved,) = scan(planted + TEXT)
    assert (carved.ranges, carved.grade) == (((0, len(planted)),), Grade.WHOLE)


def test_the_last_block_may_be_shorter() -> None:
    planted = metadata(information(2 * BLOCK + 100)) + frame(0) + frame(1) + frame(2, ("verbatim",), block=100)
    (carved,) = scan(planted + TEXT)
    assert (carved.ranges, carved.grade) == (((0, len(planted)),), Grade.WHOLE)
    # Without a total it is the last anyway.
    planted = metadata(information(0)) + frame(0) + frame(1, ("verbatim",), block=100)
    assert [each.ranges for each in scan(planted + frame(2))] == [((0, len(planted)),)]


def test_frames_that_are_long() -> None:
    frames = [frame(number, ("verbatim",), block=40_000) for number in range(3)]
    for total in (120_000, 0):
        planted = metadata(information(total, block=40_000)) + b"".join(frames)
        (carved,) = scan(planted + TEXT)
        assert (carved.ranges, carved.grade) == (((0, len(planted)),), Grade.WHOLE if total else Grade.ENDED)


def test_markers_in_a_row_take_no_time(calls_of: CallsOf) -> None:
    info = b"\xff" * 4 + bytes(6) + (192_000 << 44 | 7 << 41 | 23 << 36).to_bytes(8, "big") + bytes(16)
    head = b"\xff\xf8\x70\x70\x00\xff\xfe"
    # Eight channels of residuals of one bit each, of which every next recording is a part.
    unit = metadata(info) + head + bytes((crc8(head),)) + b"\x10\x00\x00" + b"\xff" * 4
    found, calls = calls_of(lambda: scan(unit * 1000 + b"\xff" * 200_000))
    assert found == []
    assert calls < 400 * 1000


def test_blocks_of_variable_size_are_numbered_by_samples() -> None:
    frames = [frame(0, variable=1), frame(192, ("verbatim",), block=50, variable=1), frame(242, variable=1)]
    planted = metadata(information(0)) + b"".join(frames)
    (carved,) = scan(planted + TEXT)
    assert carved.length == len(planted)
    assert carved.detail == "3 frames, 0.03 s, 16000 Hz, mono, 16 bits"


@pytest.mark.parametrize("number", [0, 127, 128, 2047, 2048, 65535, 65536, 0x1FFFFF, 0x200000, 0x3FFFFFF, 0x4000000])
def test_numbers_of_every_length(number: int) -> None:
    planted = metadata(information(0)) + b"".join(frame(number + index) for index in range(3))
    assert scan(planted + TEXT)[0].length == len(planted)


def test_first_sample_of_thirty_six_bits() -> None:
    data = frame((1 << 36) - 1, variable=1)
    header = parse(data)
    assert header is not None
    assert (header.number, header.length) == ((1 << 36) - 1, 12)
    assert measure(data + TEXT, header, WIDTH) == (len(data), True)


def test_fewer_samples_than_stated_are_cut() -> None:
    planted = recording(10, 4000)
    (carved,) = scan(planted + TEXT)
    assert (carved.ranges, carved.grade) == (((0, len(planted)),), Grade.CUT)
    assert carved.ending == "no frame follows its last whole one, and its header states more samples"
    assert carved.detail == "10 frames, 0.12 s of 0.25 s, 16000 Hz, mono, 16 bits"


@pytest.mark.parametrize("after", [b"", b"\x55" * 50_000], ids=["end", "other"])
def test_cut_at_every_byte_ends_behind_the_last_whole_frame(after: bytes) -> None:
    frames = [frame(number, ("verbatim",) if number % 2 else ("constant",)) for number in range(6)]
    head = metadata(information(6 * BLOCK))
    ends = [len(head) + sum(map(len, frames[: number + 1])) for number in range(6)]
    planted = head + b"".join(frames)
    for size in range(0, len(planted), 1 if not after else 17):
        expected = max((end for end in ends if end <= size), default=0)
        found = [(each.ranges, each.grade) for each in scan(b"\1" * 9 + planted[:size] + after)]
        assert found == ([(((9, expected),), Grade.CUT)] if expected else [])


def test_recordings_that_touch_are_told_apart() -> None:
    first, second = recording(10), recording(7, 0)
    cut = first[:-5]
    assert [each.ranges for each in scan(first + second)] == [((0, len(first)),), ((len(first), len(second)),)]
    found = scan(cut + second)
    assert [each.grade for each in found] == [Grade.CUT, Grade.ENDED]
    assert len(metadata(information(0))) < found[0].length < len(cut)
    assert found[1].ranges == ((len(cut), len(second)),)


def test_a_frame_that_is_damaged_within() -> None:
    frames = [frame(number) for number in range(8)]
    head = metadata(information(8 * BLOCK))
    place = len(head) + sum(map(len, frames[:3])) + 40
    media = bytearray(head + b"".join(frames))
    media[place] ^= 0x10
    (carved,) = scan(bytes(media) + TEXT)
    assert (carved.ranges, carved.grade) == (((0, len(media)),), Grade.CUT)
    assert carved.detail.endswith("the checksums of 1 frames do not hold")
    # The last one is not taken where it is damaged.
    media = bytearray(head + b"".join(frames))
    media[-20] ^= 0x10
    (carved,) = scan(bytes(media) + TEXT)
    assert (carved.length, carved.grade) == (len(media) - len(frames[-1]), Grade.CUT)
    assert carved.ending == "the frame after its last whole one is broken off"


def test_a_frame_of_another_number_does_not_follow() -> None:
    planted = metadata(information(9 * BLOCK)) + frame(0) + frame(1)
    (carved,) = scan(planted + frame(3) + frame(4))
    assert (carved.length, carved.grade) == (len(planted), Grade.CUT)


def test_what_is_no_recording() -> None:
    head = metadata(information(0))
    assert scan(head) == []
    assert scan(head + TEXT) == []
    assert scan(b"\x7fFLAC\x01\x00\x00\x01" + recording()) == []
    assert scan(metadata(information(0, rate=0)) + frame(0)) == []
    # Of other channels than the header states.
    assert scan(metadata(information(0, channels=2)) + frame(0)) == []
    assert scan(TEXT * 100) == []
    assert scan(random.Random(9).randbytes(4 << 20)) == []


def test_metadata_of_hostile_size() -> None:
    head = metadata(information(0))
    open_head = head[:4] + b"\0" + head[5:]
    assert scan(open_head + b"\x01\xff\xff\xff" + TEXT) == []
    assert scan(open_head + b"\x81\xff\xff\xff" + TEXT) == []
    assert scan(open_head + b"\x01\0\0\0" * 100_000 + frame(0)) == []
    assert scan(open_head + b"\x80\0\0\0" + frame(0)) == []
    assert scan(open_head + b"\xff\0\0\0" + frame(0)) == []
    planted = open_head + b"\x01\0\0\0" * 50 + b"\x81\0\0\0" + frame(0)
    assert scan(planted)[0].length == len(planted)


def test_headers_that_cannot_be() -> None:
    info = StreamInfo.parse(information(0))
    assert info is not None
    good = frame(5)

    def suiting(data: bytes) -> FlacFrameHeader | None:
        header = parse(data)
        return header if header is not None and header.suits_wholly(info) else None

    def changed(place: int, value: int) -> FlacFrameHeader | None:
        data = bytearray(good[:5])
        data[place] = value
        return suiting(bytes(data) + bytes((crc8(bytes(data)),)))

    assert suiting(good) is not None
    assert changed(4, 6) is not None
    # Reserved: the sync's last bit, blocks, rates, channels, sizes, the last bit; numbers that are none.
    bad = [(1, 0xFA), (2, 0x05), (2, 0x1F), (3, 0xB8), (3, 0x06), (3, 0x09), (4, 0x80), (4, 0xFF), (2, 0x16)]
    assert [changed(place, value) for place, value in bad] == [None] * len(bad)
    assert suiting(good[:5] + bytes((good[5] ^ 1,))) is None


@pytest.mark.parametrize(
    "options",
    [(), ("-ac", "2", "-ar", "44100", "-sample_fmt", "s32"), ("-compression_level", "0"), ("-compression_level", "12")],
)
def test_recordings_by_ffmpeg(tmp_path: Path, run_program: Callable[..., str], options: tuple[str, ...]) -> None:
    path = tmp_path / "noise.flac"
    tone = "anoisesrc=d=1.5:r=16000:c=pink:seed=5"
    run_program("ffmpeg", "-v", "error", "-f", "lavfi", "-i", tone, *options, path)
    planted = path.read_bytes()
    for before, after in zip((0, 1, 4096, 777, 5), SURROUNDINGS, strict=True):
        (carved,) = scan(b"\xff" * before + planted + after)
        assert (carved.ranges, carved.grade) == (((before, len(planted)),), Grade.WHOLE)


@pytest.mark.parametrize("subtype", ["PCM_S8", "PCM_16", "PCM_24"])
def test_recordings_by_libsndfile(tmp_path: Path, subtype: str) -> None:
    soundfile = pytest.importorskip("soundfile")
    numpy = pytest.importorskip("numpy")
    path = tmp_path / "tones.flac"
    seconds = numpy.arange(30_001) / 22_050
    tones = numpy.stack((numpy.sin(2000 * seconds), numpy.sin(2001 * seconds) * 0.5), axis=1)
    soundfile.write(path, tones, 22_050, subtype=subtype)
    planted = path.read_bytes()
    (carved,) = scan(b"\1" * 33 + planted + TEXT)
    assert (carved.ranges, carved.grade) == (((33, len(planted)),), Grade.WHOLE)
    bits_of_one = subtype.removeprefix("PCM_").removeprefix("S")
    assert carved.detail.endswith(f"1.36 s of 1.36 s, 22050 Hz, stereo, {bits_of_one} bits")


GOOD = recording(3, 0) + frame(3, ("constant",)) + frame(4, ("lpc",)) + frame(5, ("escaped",))


def check(media: bytes) -> None:
    for carved in scan(media):
        assert carved.offset >= 0
        assert 0 < carved.length <= len(media) - carved.offset
    view = View(len(media), lambda offset, size: media[offset : offset + size])
    for place in range(min(len(media), 60)):
        flac.carve(view, place)


HEAD = metadata(information(0))


@settings(deadline=None)
@given(st.lists(st.one_of(st.binary(max_size=60), st.sampled_from([HEAD, HEAD + frame(0), frame(1), frame(1)[:9]]))))
def test_arbitrary_bytes(parts: list[bytes]) -> None:
    check(b"".join(parts))


@settings(deadline=None)
@given(st.lists(st.tuples(st.integers(0, len(GOOD) - 1), st.integers(0, 255)), max_size=6), st.integers(0, len(GOOD)))
def test_mutations(changes: list[tuple[int, int]], size: int) -> None:
    media = bytearray(GOOD)
    for place, value in changes:
        media[place] = value
    check(bytes(media[:size]))


@settings(deadline=None)
@given(st.binary(max_size=400))
def test_arbitrary_subframes(body: bytes) -> None:
    data = frame(0)[:6] + body
    header = parse(data)
    assert header is not None
    data += crc16(data).to_bytes(2, "big")
    try:
        length = measure(data, header, WIDTH).length
    except (Shortage, Malformed):
        length = 0
    assert length in (0, *range(header.length + 2, len(data) + 1))


def test_a_place_that_cannot_be_read_is_none() -> None:
    def read(offset: int, size: int) -> bytes:
        raise OSError("bad sector")

    assert flac.carve(View(1000, read), 10) is None
