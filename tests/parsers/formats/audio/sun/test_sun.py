"""AU headers as writers leave them."""

from __future__ import annotations

import io
import struct

import pytest

from parsers.formats.audio.facts import AudioFacts, Ending
from parsers.formats.audio.sun import describe as sun


def _au(coding: int, size: int, sound: bytes, order: str = ">", channels: int = 1) -> bytes:
    magic = b".snd" if order == ">" else b"dns."
    return magic + struct.pack(order + "5I", 32, size, coding, 16000, channels) + b"kitchen\0" + sound


def _facts(content: bytes) -> AudioFacts:
    found = sun.describe(io.BytesIO(content), len(content))
    assert isinstance(found, AudioFacts), found
    return found


@pytest.mark.parametrize(
    ("coding", "size", "codec"),
    [
        (1, 1600, "mu-law"),
        (2, 1600, "PCM 8-bit signed"),
        (3, 3200, "PCM 16-bit big-endian"),
        (4, 4800, "PCM 24-bit big-endian"),
        (6, 6400, "PCM 32-bit float big-endian"),
        (7, 12800, "PCM 64-bit float big-endian"),
        (23, 800, "G.721"),
        (24, 800, "G.722"),
        (27, 1600, "A-law"),
    ],
)
def test_codings(coding: int, size: int, codec: str) -> None:
    found = _facts(_au(coding, size, bytes(size)) + b"behind")
    assert (found.codec, found.rate_hz, found.channels, found.duration_us) == (codec, 16000, 1, 100_000)
    assert (found.end, found.trailing, found.metadata) == (32 + size, 6, {"annotation": "kitchen"})


def test_numbers_the_other_way_round() -> None:
    found = _facts(_au(3, 3200, bytes(3200), order="<"))
    assert (found.codec, found.duration_us) == ("PCM 16-bit little-endian", 100_000)


def test_sizes_that_are_not_there_or_too_large() -> None:
    for size in (0xFFFFFFFF, 0):
        unknown = _facts(_au(3, size, bytes(3200)))
        assert (unknown.duration_us, unknown.ending) == (100_000, Ending.OPEN)
        assert unknown.issue.startswith("of unknown length")
    empty = _facts(_au(3, 0, b""))
    assert (empty.duration_us, empty.ending, empty.issue) == (0, Ending.DECLARED, "")
    cut = _facts(_au(3, 6400, bytes(3200)))
    assert (cut.duration_us, cut.ending, cut.issue) == (
        100_000,
        Ending.CUT,
        "truncated: 3232 of 6432 bytes are present",
    )


def test_coding_that_is_not_known_has_no_duration() -> None:
    found = _facts(_au(99, 3200, bytes(3200)))
    assert (found.codec, found.duration_us) == ("AU coding 99", None)


@pytest.mark.parametrize("at", [4, 16, 20])
def test_header_that_cannot_be_is_none(at: int) -> None:
    content = _au(3, 3200, bytes(3200))
    assert sun.matches(content, "")
    assert not sun.matches(content[:at] + bytes(4) + content[at + 4 :], "")
    assert not sun.matches(content[:at] + b"\xff" * 4 + content[at + 4 :], "")
