"""Frames followed beyond what is damaged: what is lost, where, and that the rest counts."""

from __future__ import annotations

import io
import random
import re
from pathlib import Path

import pytest

from parsers.formats.audio.adts import describe as adts
from parsers.formats.audio.adts.frames import parse as parse_adts
from parsers.formats.audio.damage import Damage, DamageLog, named
from parsers.formats.audio.facts import AudioFacts
from parsers.formats.audio.frame_walk import FrameCoding, FrameWalk, SyncFrame
from parsers.formats.audio.mpeg import describe as mp3
from parsers.formats.audio.mpeg.frames import parse as parse_mpeg

FIXTURES = Path(__file__).parent / "fixtures"
ADTS, MP3 = (FIXTURES / "speech.aac").read_bytes(), (FIXTURES / "cbr_plain.mp3").read_bytes()
TAG = b"ID3\4\0\0\0\0\0\x0d" + b"PRIV\0\0\0\3\0\0a\0b"
_NOISE = random.Random(11).randbytes(700)


def _facts(content: bytes) -> AudioFacts:
    reader = adts if content[1] & 0xF6 == 0xF0 else mp3
    found = reader.describe(io.BytesIO(content), len(content))
    assert isinstance(found, AudioFacts)
    return found


def _places(content: bytes) -> list[int]:
    """Where frames begin, and the end."""
    at, found = 0, [0]
    while (frame := parse_adts(content[at : at + 7]) or parse_mpeg(content[at : at + 4])) is not None:
        at += frame.length
        found.append(at)
    return found


CASES = [(ADTS, 64_000), (MP3, 36_000)]
NAMES = ["ADTS", "MP3"]


@pytest.mark.parametrize("byte", [0, 1])
@pytest.mark.parametrize(("content", "frame_us"), CASES, ids=NAMES)
def test_damaged_header_costs_one_frame(content: bytes, frame_us: int, byte: int) -> None:
    places = _places(content)
    for number in (0, 1, 2, 5, len(places) - 3):
        at, length = places[number], places[number + 1] - places[number]
        bad = bytearray(content)
        bad[at + byte] ^= 0x5F
        reader = adts if content is ADTS else mp3
        found = reader.describe(io.BytesIO(bytes(bad)), len(bad))
        assert isinstance(found, AudioFacts)
        assert (
            found.full_issue == f"damaged: {length} bytes in 1 place are no frame of it ({length} bytes at byte {at})"
        )
        assert found.damage == (Damage(at, length),)
        assert (found.trailing, found.duration_us) == (0, (len(places) - 2) * frame_us)


def test_length_that_is_damaged_costs_no_other_frame() -> None:
    places = _places(ADTS)
    for change in (0x20, 0x40, 0x80):
        bad = bytearray(ADTS)
        bad[places[4] + 4] ^= change
        found = _facts(bytes(bad))
        assert found.damage == (Damage(places[4], places[5] - places[4]),)
        assert (found.trailing, found.duration_us) == (0, (len(places) - 2) * 64_000)


@pytest.mark.parametrize(
    "between", [bytes(700), b"\xff" * 700, _NOISE, b"text " * 140], ids=["0", "ff", "noise", "text"]
)
@pytest.mark.parametrize(("content", "frame_us"), CASES, ids=NAMES)
def test_what_lies_between_frames_is_passed_over(content: bytes, frame_us: int, between: bytes) -> None:
    places = _places(content)
    found = _facts(content[: places[6]] + between + content[places[6] :])
    assert found.issue == "damaged: 700 bytes in 1 place are no frame of it"
    assert found.damage == (Damage(places[6], 700),)
    assert (found.trailing, found.duration_us) == (0, (len(places) - 1) * frame_us)


@pytest.mark.parametrize(("content", "frame_us"), CASES, ids=NAMES)
def test_tags_between_frames_are_no_damage(content: bytes, frame_us: int) -> None:
    places = _places(content)
    once = content[: places[6]] + TAG + content[places[6] :]
    for number, tagged in ((1, once), (2, once + TAG + content)):
        found = _facts(tagged)
        assert (found.issue, found.trailing) == ("", 0)
        assert found.duration_us == number * (len(places) - 1) * frame_us
        first = f"at byte {places[6]}."
        assert found.notes[0].endswith(first)


@pytest.mark.parametrize(("content", "frame_us"), CASES, ids=NAMES)
def test_beginning_that_is_no_frame(content: bytes, frame_us: int) -> None:
    places = _places(content)
    reader = adts if content is ADTS else mp3
    late = content[50:]
    found = reader.describe(io.BytesIO(late), len(late))
    assert isinstance(found, AudioFacts)
    assert found.damage == (Damage(0, places[1] - 50),)
    assert found.duration_us == (len(places) - 2) * frame_us
    # Zeros are padding.
    padded = bytes(300) + content
    whole = reader.describe(io.BytesIO(padded), len(padded))
    assert isinstance(whole, AudioFacts)
    assert (whole.issue, whole.duration_us) == ("", (len(places) - 1) * frame_us)


def test_sampling_that_changes_is_counted_by_each_rate() -> None:
    other = bytearray(ADTS)
    for at in _places(ADTS)[:-1]:
        other[at + 2] = other[at + 2] & 0xC3 | 11 << 2  # 8000 Hz
    found = _facts(ADTS + bytes(other))
    assert (found.issue, found.trailing, found.rate_hz) == ("", 0, 16000)
    assert found.duration_us == 704_000 + 2 * 704_000
    assert found.notes == (
        f"Its sampling or coding changes at byte {len(ADTS)}: it was joined from several recordings.",
    )


def test_places_beyond_a_bound_are_counted_only() -> None:
    log = DamageLog()
    assert log.issue("frame") == ""
    for number in range(40):
        log.add(number * 100, 7)
    assert (log.count, log.total, len(log.places)) == (40, 280, 16)
    assert log.issue("frame") == "damaged: 280 bytes in 40 places are no frame"
    assert named(log.places) == "7 bytes at byte 0, 7 bytes at byte 100, 7 bytes at byte 200, 7 bytes at byte 300, ..."
    touching = DamageLog()
    touching.add(10, 5)
    touching.add(15, 5)
    assert touching.places == (Damage(10, 10),)
    single = DamageLog()
    single.add(3, 1)
    assert (single.issue("box"), named(single.places)) == ("damaged: 1 byte in 1 place is no box", "1 byte at byte 3")


class _Counted:
    """Bytes that count how often they are read."""

    def __init__(self, content: bytes) -> None:
        self.content, self.size, self.reads = content, len(content), 0

    def read(self, offset: int, size: int) -> bytes:
        self.reads += 1
        return self.content[offset : offset + size]


@pytest.mark.parametrize("content", [ADTS, MP3], ids=NAMES)
def test_hostile_bytes_are_read_in_proportion_to_their_length(content: bytes) -> None:
    three = content[: _places(content)[3]]
    sign = re.compile(b"\xff[" + bytes([content[1] & 0xFE, content[1]]) + b"]")
    parse = parse_adts if content is ADTS else parse_mpeg
    for filler in (content[:3], content[:7], three + b"\0", b"\xff", TAG, content[:300], bytes(9)):
        source = _Counted(three + filler * (100_000 // len(filler)))
        walk = FrameWalk(source, FrameCoding[SyncFrame](7, parse, lambda _: sign))
        begin = walk.find(0, source.size)
        assert begin == 0
        tally = walk.follow(0, 0)
        assert source.reads < 4 * source.size
        assert tally.frames >= 3
