"""AMR frames without a header, and what must not be taken for such."""

from __future__ import annotations

import io
import random
from pathlib import Path

import pytest

from parsers.formats.audio.amr import bare
from parsers.formats.audio.facts import AudioFacts, Undescribed

FRAMES = (Path(__file__).parents[1] / "fixtures/speech.amr").read_bytes()[6:]


def test_frames_alone_are_described() -> None:
    assert bare.matches(FRAMES, "a.bin")
    found = bare.describe(io.BytesIO(FRAMES), len(FRAMES))
    assert isinstance(found, AudioFacts)
    assert (found.codec, found.rate_hz, found.channels, found.duration_us) == ("AMR-NB", 8000, 1, 600_000)
    assert found.notes == ("It has no header: it is taken for AMR because all of it is frames of such.",)


def test_few_frames_have_to_do_where_the_name_says_so() -> None:
    assert bare.matches(FRAMES[: 13 * 6], "a.amr")
    assert not bare.matches(FRAMES[: 13 * 6], "a.bin")
    assert not bare.matches(FRAMES[: 13 * 4], "a.amr")


@pytest.mark.parametrize(
    "content",
    [
        b"",
        bytes(5000),
        b"\x3c" * 5000,
        b"\x04" * 5000,
        b"\xff" * 5000,
        (b"\x3c" + bytes(31)) * 100,
        FRAMES[:200] + b"\xff" + FRAMES[200:],
        b"<a>1</a>\n" * 400,
        random.Random(5).randbytes(5000),
    ],
    ids=["nothing", "zeros", "3c", "04", "ff", "alike", "one wrong byte", "text", "random"],
)
def test_other_bytes_are_not(content: bytes) -> None:
    assert not bare.matches(content, "a.amr")
    assert isinstance(bare.describe(io.BytesIO(content), len(content)), Undescribed)
