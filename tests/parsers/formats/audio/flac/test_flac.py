"""FLAC frames: their exact ends, their loss and their damage."""

from __future__ import annotations

import io
from pathlib import Path

import pytest

from parsers.formats.audio.checksums import crc16
from parsers.formats.audio.damage import Damage
from parsers.formats.audio.facts import AudioFacts, Ending, Undescribed
from parsers.formats.audio.flac import describe as flac
from parsers.formats.audio.flac.frame_length import Malformed, Shortage, measure
from parsers.formats.audio.flac.frames import FlacFrameHeader, parse

FIXTURES = Path(__file__).parents[1] / "fixtures"
NAMES = ("speech.flac", "stereo.flac")


def _facts(content: bytes) -> AudioFacts:
    found = flac.describe(io.BytesIO(content), len(content))
    assert isinstance(found, AudioFacts)
    return found


def _frames(content: bytes) -> list[tuple[int, int]]:
    """Offset and length of each frame, found by reading the bits of each."""
    at, found = 4, []
    while True:
        last, length = content[at] & 0x80, int.from_bytes(content[at + 1 : at + 4], "big")
        at += 4 + length
        if last:
            break
    while header := parse(content[at:]):
        length = measure(content[at:], header, 16).length
        assert crc16(content[at : at + length]) == 0
        found.append((at, length))
        at += length
    assert at == len(content)
    return found


@pytest.mark.parametrize(("name", "count"), [("speech.flac", 10), ("stereo.flac", 3)])
def test_each_frame_is_measured_to_the_byte(name: str, count: int) -> None:
    assert len(_frames((FIXTURES / name).read_bytes())) == count


@pytest.mark.parametrize("name", NAMES)
def test_length_not_stated_in_the_header(name: str) -> None:
    content = bytearray((FIXTURES / name).read_bytes())
    stated = _facts(bytes(content))
    content[21] &= 0xF0  # the 36 bits of total samples
    content[22:26] = bytes(4)
    assert _facts(bytes(content)) == stated


def test_frame_lost_in_the_middle() -> None:
    content = (FIXTURES / "speech.flac").read_bytes()
    at, length = _frames(content)[4]
    found = _facts(content[:at] + content[at + length :])
    assert found.issue == "damaged: frames are missing; their numbers jump 1 times; 8576 of 9600 samples are present"
    assert (found.end, found.ending, found.duration_us) == (len(content) - length, Ending.CUT, 536_000)


@pytest.mark.parametrize("name", NAMES)
def test_damaged_header_costs_one_frame(name: str) -> None:
    content = (FIXTURES / name).read_bytes()
    frames, whole = _frames(content), _facts(content)
    for at, length in frames[:-1]:
        header = parse(content[at:])
        assert header is not None
        for byte in (0, 1, 4, header.length - 1):
            bad = bytearray(content)
            bad[at + byte] ^= 0x55
            found = _facts(bytes(bad))
            assert found.trailing == 0
            assert found.issue.startswith("damaged: ")
            assert whole.duration_us is not None
            assert found.duration_us is not None
            lost = header.block * 1_000_000 / (found.rate_hz or 1)
            assert abs(whole.duration_us - lost - found.duration_us) < 2
            if at != frames[0][0]:
                assert found.damage == (Damage(at, length),)


def test_damaged_sound_is_seen_and_counted() -> None:
    content = bytearray((FIXTURES / "speech.flac").read_bytes())
    frames = _frames(bytes(content))
    for at, length in frames:
        bad = bytearray(content)
        bad[at + length - 1] ^= 1
        found = _facts(bytes(bad))
        assert found.issue == "damaged: the checksums of 1 of 10 frames are wrong"
        assert found.damage == (Damage(at, length),)
        assert (found.end, found.duration_us) == (len(content), 600_000)


@pytest.mark.parametrize("between", [bytes(3000), b"\xff\xf8" * 1500, b"\xff" * 3000], ids=["0", "sync", "ff"])
def test_bytes_between_frames_cost_no_sound(between: bytes) -> None:
    content = (FIXTURES / "speech.flac").read_bytes()
    at = _frames(content)[5][0]
    found = _facts(content[:at] + between + content[at:])
    assert found.duration_us == 600_000
    assert sum(place.length for place in found.damage) >= 3000
    assert found.trailing == 0


def test_damaged_metadata_does_not_hide_the_frames() -> None:
    content = (FIXTURES / "speech.flac").read_bytes()
    first = _frames(content)[0][0]
    for at, new in ((42, b"\x7f"), (43, b"\xff"), (45, b"\x01"), (42, b"\x04\0\0\0")):
        bad = content[:at] + new + content[at + len(new) :]
        found = _facts(bad)
        assert (found.duration_us, found.trailing) == (600_000, 0)
        assert found.damage == (Damage(42, first - 42),)
        assert found.issue == f"damaged: {first - 42} bytes are no whole frame of it"


def test_header_that_does_not_suit_the_frames() -> None:
    content = bytearray((FIXTURES / "speech.flac").read_bytes())
    content[18] ^= 0xFF
    found = _facts(bytes(content))
    assert (found.rate_hz, found.channels, found.bits, found.duration_us) == (16000, 1, 16, 600_000)
    assert "its header gives another rate, channels or bits than its frames" in found.issue


def test_stream_that_begins_late() -> None:
    content = (FIXTURES / "speech.flac").read_bytes()
    frames = _frames(content)
    found = _facts(content[: frames[0][0]] + content[frames[3][0] :])
    assert found.issue == "damaged: 6528 of 9600 samples are present"
    assert found.notes == ("The first of its frames that is there bears the number 3.",)


def test_tags_around_it_belong_to_it() -> None:
    content = (FIXTURES / "speech.flac").read_bytes()
    found = _facts(content + b"TAG" + b"name".ljust(125, b"\0"))
    assert (found.issue, found.trailing, found.metadata["ID3v1 title"]) == ("", 0, "name")


def test_search_for_frames_takes_time_by_the_length() -> None:
    content = (FIXTURES / "speech.flac").read_bytes()
    first = content[_frames(content)[0][0] :][:16]
    last = content[_frames(content)[-1][0] :][:7]

    class Counted(io.BytesIO):
        total = 0

        def read(self, size: int | None = -1, /) -> bytes:
            found = super().read(size)
            self.total += len(found)
            return found

    for hostile in (first * 3000, last * 6000, b"\xff\xf8" * 20_000):
        stream = Counted(content[: _frames(content)[2][0]] + hostile)
        found = flac.describe(stream, len(stream.getvalue()))
        assert isinstance(found, AudioFacts)
        assert stream.total < 200 * len(stream.getvalue())


def test_more_frames_than_the_header_gives() -> None:
    content = bytearray((FIXTURES / "speech.flac").read_bytes())
    content[22:26] = (2000).to_bytes(4, "big")
    found = _facts(bytes(content))
    assert found.issue == "damaged: its header gives 2000 samples, its frames hold 9600"
    assert (found.trailing, found.duration_us) == (0, 600_000)


def test_header_that_gives_more_samples() -> None:
    content = bytearray((FIXTURES / "speech.flac").read_bytes())
    content[22:26] = (10_000).to_bytes(4, "big")
    found = _facts(bytes(content))
    assert (found.issue, found.ending) == ("truncated: 9600 of 10000 samples are present", Ending.CUT)


def test_blocks_without_end() -> None:
    start = (FIXTURES / "speech.flac").read_bytes()[:42]
    content = bytes(bytearray(start[:4]) + b"\0" + start[5:]) + b"\1\0\0\0" * 1000
    for end in (b"", b"\x7f\0\0\0", b"\4\xff\xff\xff"):
        assert _facts(content + end).issue == "truncated: it ends before its first frame of sound"
    assert _facts(content[:42] + b"\x81\0\0\0").issue == "truncated: it ends before its first frame of sound"
    assert _facts(content[:42] + b"\x81\0\0\0more").issue == "truncated: no frame of sound follows its header"


def test_not_flac() -> None:
    for content in (b"fLaC", b"fLaC\1\0\0\x22" + bytes(34), b"fLaC\0\0\0\x21" + bytes(34), b"flac" + bytes(50)):
        assert not flac.matches(content, "a.flac")
    for content in (b"fLaC", b"fLaC\0\0\0\x22", b"fLaC\0\0\0\x22" + bytes(33), b"flac" + bytes(50)):
        assert flac.describe(io.BytesIO(content), len(content)) == Undescribed(
            "There is no FLAC header with its STREAMINFO."
        )


@pytest.mark.parametrize(
    ("bits", "problem"),
    [
        ("1" * 80, "a subframe begins with a 1"),
        ("00000100" + "0" * 80, "a reserved kind of subframe"),
        ("01000000" + "0" * 16 + "1111" + "0" * 80, "a reserved precision"),
        ("0001000011" + "0" * 80, "no such coding of differences"),
        ("00000001" + "0" * 40 + "1" + "0" * 40, "more bits are wasted than a sample has"),
    ],
)
def test_malformed_subframes(bits: str, problem: str) -> None:
    raw = int(bits.ljust(-len(bits) % 8 + len(bits), "0"), 2).to_bytes((len(bits) + 7) // 8, "big")
    header = FlacFrameHeader(192, 1, (0,), 16, 8000, 0, False, 0)
    with pytest.raises(Malformed, match=problem):
        measure(raw, header, 16)


@pytest.mark.parametrize(("kind", "length"), [("000000", 3 + 2), ("000001", 1 + 384 + 2)])
def test_plain_subframes(kind: str, length: int) -> None:
    raw = int("0" + kind + "0", 2).to_bytes(1, "big") + bytes(400)
    header = FlacFrameHeader(192, 1, (0,), 16, 8000, 0, False, 0)
    assert measure(raw, header, 16).length == length


def test_escaped_differences() -> None:
    # Fixed order 0, one partition, escape (1111), 4 bits each: 8 + 2 + 4 + 4 + 5 + 192 * 4 bits.
    bits = "00010000000000111100100" + "0" * 768
    raw = int(bits.ljust(-len(bits) % 8 + len(bits), "0"), 2).to_bytes((len(bits) + 7) // 8, "big") + bytes(2)
    header = FlacFrameHeader(192, 1, (0,), 16, 8000, 0, False, 0)
    assert measure(raw, header, 16).length == (len(bits) + 7) // 8 + 2


def test_zeros_without_end_are_a_shortage() -> None:
    header = FlacFrameHeader(192, 1, (0,), 16, 8000, 0, False, 0)
    with pytest.raises(Shortage):
        measure(bytes([0b00010000]) + bytes(10_000), header, 16)


@pytest.mark.parametrize(
    ("coded", "number"),
    [(b"\x7f", 0x7F), (b"\xc2\x80", 0x80), (b"\xe0\xa0\x80", 0x800), (b"\xfe" + b"\xbf" * 6, 2**36 - 1)],
)
def test_coded_numbers(coded: bytes, number: int) -> None:
    raw = b"\xff\xf8\x19\x08" + coded
    crc = 0
    for byte in raw:
        crc ^= byte
        for _ in range(8):
            crc = (crc << 1 ^ 7 if crc & 0x80 else crc << 1) & 0xFF
    header = parse(raw + bytes([crc]) + bytes(16))
    assert header is not None
    assert (header.number, header.block, header.rate, header.bits, header.length) == (
        number,
        192,
        44100,
        16,
        len(raw) + 1,
    )
    assert parse(raw + bytes([crc ^ 1])) is None


@pytest.mark.parametrize("coded", [b"\x80", b"\xbf", b"\xff", b"\xc2\x00", b"\xfe\x80"])
def test_numbers_that_are_none(coded: bytes) -> None:
    assert parse(b"\xff\xf8\x19\x08" + coded) is None
