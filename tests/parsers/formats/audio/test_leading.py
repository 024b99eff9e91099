"""Recordings behind long tags, several tags, zeros and other bytes."""

from __future__ import annotations

import io
import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from parsers.formats.audio.facts import AudioFacts, Undescribed
from parsers.formats.audio.formats import recognise
from parsers.formats.audio.leading import ShiftedBytes, ShiftedStream
from parsers.formats.audio.window import Window

FIXTURES = Path(__file__).parent / "fixtures"
MP3, AAC = (FIXTURES / "cbr_plain.mp3").read_bytes(), (FIXTURES / "speech.aac").read_bytes()
FLAC, WAV = (FIXTURES / "speech.flac").read_bytes(), (FIXTURES / "speech_pcm16.wav").read_bytes()


APE = b"APETAGEX" + b"".join(number.to_bytes(4, "little") for number in (2000, 32, 0, 0xA0000000)) + bytes(8)
APE += b"APETAGEX" + b"".join(number.to_bytes(4, "little") for number in (2000, 32, 0, 0x80000000)) + bytes(8)


def _tag(length: int, title: bytes = b"") -> bytes:
    body = (b"TIT2" + (len(title) + 1).to_bytes(4, "big") + bytes(3) + title if title else b"").ljust(length, b"\0")
    size = bytes(length >> shift & 0x7F for shift in (21, 14, 7, 0))
    return b"ID3\3\0\0" + size + body


def _facts(content: bytes, name: str = "a") -> AudioFacts | Undescribed | None:
    known = recognise(content[:65536], name)
    return None if known is None else known.describe(io.BytesIO(content), len(content))


@pytest.mark.parametrize("sound", [MP3, AAC, FLAC, WAV], ids=["mp3", "aac", "flac", "wav"])
@pytest.mark.parametrize(
    "before",
    [
        _tag(90_000),
        _tag(20) + _tag(70_000),
        _tag(20) + _tag(30),
        bytes(100) + _tag(20),
        _tag(20) + bytes(100),
        _tag(20) + bytes(70_000),
        APE,
        bytes(40_000) + _tag(40_000) + bytes(40_000) + _tag(10),
    ],
    ids=["long", "short and long", "two", "zeros first", "zeros behind", "many zeros", "APE", "all"],
)
def test_what_comes_before_is_passed_over(sound: bytes, before: bytes) -> None:
    alone, found = _facts(sound), _facts(before + sound)
    assert isinstance(alone, AudioFacts)
    assert isinstance(found, AudioFacts)
    assert (found.container, found.duration_us, found.issue) == (alone.container, alone.duration_us, "")
    assert (found.end, found.trailing) == (alone.end + len(before), 0)
    assert found.notes[0].startswith(f"{len(before)} bytes come before the sound: ")


def test_tags_of_all_are_kept() -> None:
    found = _facts(_tag(40, b"first") + _tag(70_000, b"second") + MP3)
    assert isinstance(found, AudioFacts)
    assert found.metadata == {"TIT2": "first", "TIT2 (2)": "second"}


@pytest.mark.parametrize("name", ["a.mp3", "A.MP3"])
def test_other_bytes_before_the_first_frame_of_a_file_with_such_a_name(name: str) -> None:
    found = _facts(b"garbage\xff\xfb" * 20 + MP3, name)
    assert isinstance(found, AudioFacts)
    assert found.notes[0] == "180 bytes come before the sound: 180 bytes that are no sound."
    assert _facts(b"garbage\xff\xfb" * 20 + MP3, "a.bin") is None


def _starts(content: bytes, sign: bytes) -> list[int]:
    return [at.start() for at in re.finditer(re.escape(sign), content)]


@pytest.mark.parametrize(("sound", "sign"), [(MP3, b"\xff\xf3"), (AAC, b"\xff\xf1")], ids=["mp3", "aac"])
@pytest.mark.parametrize("tag", [b"", _tag(20)], ids=["alone", "behind a tag"])
@pytest.mark.parametrize("number", range(4))
def test_damaged_header_of_one_of_the_first_frames(sound: bytes, sign: bytes, tag: bytes, number: int) -> None:
    places = _starts(sound, sign)
    damaged = bytearray(sound)
    damaged[places[number] + 1] = 0
    alone, found = _facts(sound), _facts(tag + damaged, "a.mp3")
    assert isinstance(alone, AudioFacts)
    assert isinstance(found, AudioFacts)
    assert found.issue.startswith("damaged: ")
    assert [(place.at, place.length) for place in found.damage] == [
        (len(tag) + places[number], places[number + 1] - places[number])
    ]
    assert alone.duration_us is not None
    assert found.duration_us is not None
    assert 0 < alone.duration_us - found.duration_us < 150_000


def test_part_of_a_frame_before_the_first_one() -> None:
    begun_late = MP3[100:]
    found = _facts(begun_late, "a.mp3")
    assert isinstance(found, AudioFacts)
    assert (found.issue, found.damage[0].at) == ("damaged: 8 bytes in 1 place are no frame of it", 0)


def test_zeros_before_bare_frames() -> None:
    found = _facts(bytes(500) + MP3)
    assert isinstance(found, AudioFacts)
    assert found.end == 500 + len(MP3)
    assert _facts(bytes(500) + b"other", "a.mp3") is None


def test_tag_without_sound_is_an_issue() -> None:
    assert _facts(_tag(100)) == Undescribed(
        "The file has an ID3 tag of 110 bytes, and ends there: the sound is missing."
    )
    found = _facts(_tag(100) + b"not sound" * 20)
    assert isinstance(found, Undescribed)
    assert "at byte 110, where the sound is due, no format that is known begins" in found.what


def test_shifted_bytes_and_stream() -> None:
    shifted = ShiftedBytes(Window(io.BytesIO(b"0123456789"), 10), 4)
    assert (shifted.size, shifted.read(0, 3), shifted.read(5, 9)) == (6, b"456", b"9")
    stream = ShiftedStream(io.BytesIO(b"0123456789"), 4)
    assert stream.read(2) == b"45"
    assert stream.seek(1) == 1
    assert stream.read(2) == b"56"


@settings(max_examples=80, deadline=None)
@given(
    st.lists(
        st.sampled_from([_tag(5), _tag(200), bytes(9), b"ID3\4\0\x10\0\0\0\1", b"\xff\xfb\x90\0", b"ID3"]), max_size=90
    ),
    st.binary(max_size=200),
)
def test_arbitrary_beginnings(parts: list[bytes], rest: bytes) -> None:
    content = b"".join(parts) + rest
    for sound in (b"", MP3):
        found = _facts(content + sound, "a.mp3")
        if isinstance(found, AudioFacts):
            assert 0 <= found.end <= len(content + sound)
            assert found.trailing == len(content + sound) - found.end
