"""AC-3 and E-AC-3 frames."""

from __future__ import annotations

import io
from pathlib import Path

import pytest

from parsers.formats.audio.ac3 import describe as ac3
from parsers.formats.audio.ac3.frames import Ac3Frame, parse
from parsers.formats.audio.facts import AudioFacts, Ending, Undescribed

FIXTURES = Path(__file__).parents[1] / "fixtures"
AC3, EAC3 = (FIXTURES / "speech.ac3").read_bytes(), (FIXTURES / "speech.eac3").read_bytes()


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ("0b7700001e40e100", Ac3Frame("AC-3", 48000, 6, 1792, 1536)),
        ("0b77000040404000", Ac3Frame("AC-3", 44100, 2, 138, 1536)),
        ("0b77000041404000", Ac3Frame("AC-3", 44100, 2, 140, 1536)),
        ("0b77000080402000", Ac3Frame("AC-3", 32000, 1, 192, 1536)),
        ("0b77000080482000", Ac3Frame("AC-3", 16000, 1, 192, 1536)),
        ("0b7702ff3f800000", Ac3Frame("E-AC-3", 48000, 6, 1536, 1536)),
        ("0b7742ff3f800000", Ac3Frame("E-AC-3", 48000, 6, 1536, 0)),
        ("0b770aff04800000", Ac3Frame("E-AC-3", 48000, 2, 1536, 256, 1)),
        ("0b7700ffc4800000", Ac3Frame("E-AC-3", 24000, 2, 512, 1536)),
        ("0b7700ffff800000", None),
        ("0b7700ff04880000", None),
        ("0b770000c0404000", None),
        ("0b77000026404000", None),
        ("0b77c2ff3f800000", None),
        ("0b770000", None),
        ("770b00001e40e100", None),
    ],
)
def test_headers(raw: str, expected: Ac3Frame | None) -> None:
    assert parse(bytes.fromhex(raw)) == expected


@pytest.mark.parametrize("content", [AC3, EAC3], ids=["AC-3", "E-AC-3"])
def test_cut_followed_and_too_short(content: bytes) -> None:
    frame = parse(content)
    assert frame is not None
    cut = ac3.describe(io.BytesIO(content[:-5]), len(content) - 5)
    assert isinstance(cut, AudioFacts)
    assert (cut.ending, cut.issue[:9]) == (Ending.CUT, "truncated")
    followed = ac3.describe(io.BytesIO(content + bytes(50)), len(content) + 50)
    assert isinstance(followed, AudioFacts)
    assert (followed.end, followed.trailing, followed.duration_us) == (len(content), 50, 624_000)
    two = content[: 2 * frame.length]
    assert not ac3.matches(two, "")
    assert isinstance(ac3.describe(io.BytesIO(two), len(two)), Undescribed)


def test_frames_that_add_channels_sound_at_the_same_time() -> None:
    frame = parse(EAC3)
    assert frame is not None
    # The first two bits behind the sign say that a frame depends on the one before.
    added = EAC3[:2] + bytes((EAC3[2] | 0x40,)) + EAC3[3 : frame.length]
    content = b"".join(EAC3[at : at + frame.length] + added for at in range(0, len(EAC3), frame.length))
    found = ac3.describe(io.BytesIO(content), len(content))
    assert isinstance(found, AudioFacts)
    assert (found.duration_us, found.end) == (624_000, len(content))
