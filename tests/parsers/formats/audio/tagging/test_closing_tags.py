"""Tags after the end of a recording belong to it, whatever its container."""

from __future__ import annotations

import io
import struct

import pytest

from parsers.formats.audio.facts import AudioFacts
from parsers.formats.audio.formats import recognise

_SOUND = bytes(range(256)) * 8
_WAV = (
    b"RIFF" + struct.pack("<I", 36 + len(_SOUND)) + b"WAVEfmt " + struct.pack("<IHHIIHH", 16, 1, 1, 8000, 16000, 2, 16)
)
_RECORDING = _WAV + b"data" + struct.pack("<I", len(_SOUND)) + _SOUND
_V1 = b"TAG" + b"a title".ljust(30, b"\0") + bytes(95)
_ITEM = struct.pack("<II", 2, 0) + b"Title\0ab"


def _ape(flags: int) -> bytes:
    return b"APETAGEX" + struct.pack("<IIII", 2000, 32 + len(_ITEM), 1, flags) + bytes(8)


@pytest.mark.parametrize(
    "tags",
    [
        _V1,
        b"TAG+" + bytes(223) + _V1,
        b"ID3\4\0\x10\0\0\0\x0a" + bytes(10) + b"3DI\4\0\x10\0\0\0\x0a",
        _ape(0xA0000000) + _ITEM + _ape(0x80000000),
        _ape(0xA0000000) + _ITEM + _ape(0x80000000) + _V1,
        _ITEM + _ape(0),
        _ITEM + _ape(0) + _V1,
        b"LYRICSBEGININD0000210EAL00005album000032LYRICS200" + _V1,
        b"LYRICSBEGINwords of a songLYRICSEND" + _V1,
    ],
)
def test_tags_behind_a_recording_are_part_of_it(tags: bytes) -> None:
    facts = _facts(_RECORDING + tags)
    assert (facts.end, facts.trailing, facts.issue) == (len(_RECORDING + tags), 0, "")
    assert facts.duration_us == 128_000
    assert facts.metadata.get("ID3v1 title") == ("a title" if tags.endswith(_V1) else None)


@pytest.mark.parametrize(
    "other", [_V1 + b"x", b"TAG" + bytes(20), b"LYRICSBEGINno end", _ITEM + _ape(0x80000000), b"ID3\4\0\0\0\0\x7f\x7f"]
)
def test_what_only_begins_like_a_tag_is_not_part_of_it(other: bytes) -> None:
    facts = _facts(_RECORDING + other)
    assert (facts.end, facts.trailing) == (len(_RECORDING), len(other))


def _facts(content: bytes) -> AudioFacts:
    known = recognise(content)
    assert known is not None
    facts = known.describe(io.BytesIO(content), len(content))
    assert isinstance(facts, AudioFacts)
    return facts
