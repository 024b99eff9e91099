"""LOAS frames, and the configuration in them."""

from __future__ import annotations

import io
from pathlib import Path

import pytest

from parsers.formats.audio.facts import AudioFacts, Ending, Undescribed
from parsers.formats.audio.latm import describe as latm
from parsers.formats.audio.latm.frames import configuration, frame_length

CONTENT = (Path(__file__).parents[1] / "fixtures/speech.latm").read_bytes()
FIRST = frame_length(CONTENT)


def test_frames() -> None:
    assert FIRST > 3
    assert frame_length(CONTENT, FIRST) > 3
    assert frame_length(CONTENT, 1) == 0
    assert frame_length(b"\x56\xe0") == 0
    assert frame_length(b"\x56\xe0\0") == 0


def test_configuration_need_not_be_in_the_first_frame() -> None:
    found = configuration(CONTENT[:FIRST])
    assert found is not None
    assert (found.sound.codec, found.sound.rate, found.sound.channels, found.samples) == ("AAC-LC", 16000, 1, 1024)
    # The first bit says that the configuration of before goes on.
    repeated = CONTENT[:3] + bytes((CONTENT[3] | 0x80,)) + CONTENT[4:FIRST]
    assert configuration(repeated) is None
    alone, both = (latm.describe(io.BytesIO(each), len(each)) for each in (CONTENT, repeated + CONTENT))
    assert isinstance(alone, AudioFacts)
    assert isinstance(both, AudioFacts)
    assert alone.duration_us == 704_000
    assert both.duration_us == 704_000 + 64_000
    never = repeated * 5
    found_none = latm.describe(io.BytesIO(never), len(never))
    assert isinstance(found_none, Undescribed)
    assert not found_none.foreign


@pytest.mark.parametrize("lost", [1, 5])
def test_cut(lost: int) -> None:
    found = latm.describe(io.BytesIO(CONTENT[:-lost]), len(CONTENT) - lost)
    assert isinstance(found, AudioFacts)
    assert (found.issue, found.ending) == ("truncated: it breaks off within a frame, after 10 whole ones", Ending.CUT)
    assert found.duration_us == 640_000


def test_two_frames_are_too_few() -> None:
    second = FIRST + frame_length(CONTENT, FIRST)
    assert not latm.matches(CONTENT[:second], "")
    assert isinstance(latm.describe(io.BytesIO(CONTENT[:second]), second), Undescribed)
