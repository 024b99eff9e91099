from __future__ import annotations

import io
import random
import struct
import sys
import wave
from importlib.resources import files
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from echoforensics.carving.carved import Carved, Grade, View
from echoforensics.carving.pcm import BLOCK, LEAST, PcmRuns
from echoforensics.carving.search import CarvingSearch

DRAW = random.Random(12)


def _runs(content: bytes, block: int = 16 * BLOCK) -> list[Carved]:
    runs = PcmRuns()
    for at in range(0, len(content), block):
        runs.feed(content[at : at + block], at)
    return runs.finish()


def _sound(seconds: float, pitch: float = 180.0) -> bytes:
    """A voice-like sound: overtones that swell, with a little noise."""
    at = np.arange(int(seconds * 16_000)) / 16_000
    noise = np.random.default_rng(1).normal(0, 60, at.size)
    swell = 0.6 + 0.4 * np.sin(2 * np.pi * 3 * at)
    tones = sum(4000 / part * np.sin(2 * np.pi * pitch * part * at + part) for part in range(1, 8))
    return bytes((swell * tones + noise).astype("<i2").tobytes())


def _speech() -> bytes:
    """Samples of a clip of the demo, without its header."""
    content = (files("echoforensics.demo") / "clips" / "the-letter.wav").read_bytes()
    with wave.open(io.BytesIO(content)) as opened:
        return bytes(opened.readframes(opened.getnframes()))


@pytest.mark.parametrize("surroundings", [bytes(9 * BLOCK), DRAW.randbytes(9 * BLOCK)], ids=["zeros", "random"])
def test_sound_is_a_candidate_and_says_that_it_is_no_more(surroundings: bytes) -> None:
    sound = _sound(3)[: 23 * BLOCK]

    (found,) = _runs(surroundings + sound + surroundings)

    assert (found.grade, found.suffix, found.is_bare) == (Grade.CANDIDATE, ".pcm", True)
    assert found.ranges == ((len(surroundings), len(sound)),)
    assert "nothing in the bytes says that it is sound" in found.detail


def test_speech_with_its_silences_and_hisses_is_found_for_the_most_part() -> None:
    speech = _speech()
    found = _runs(bytes(3 * BLOCK) + speech + bytes(3 * BLOCK))

    assert sum(each.length for each in found) >= LEAST
    assert all(2 * BLOCK <= each.offset <= len(speech) + 3 * BLOCK for each in found)


def test_less_than_a_second_is_none() -> None:
    assert _runs(bytes(BLOCK) + _sound(0.9) + bytes(BLOCK)) == []


@pytest.mark.parametrize(
    "other",
    {
        "zeros": bytes(1 << 20),
        "erased": b"\xff" * (1 << 20),
        "random": DRAW.randbytes(1 << 21),
        "text": b"Call me Ishmael. Some years ago, never mind how long. " * 20_000,
        "wide text": ("Call me Ishmael. Some years ago, never mind how long. " * 10_000).encode("utf-16-le"),
        "ramp": struct.pack("<65536H", *range(65536)) * 8,
        "numbers": b"".join(struct.pack("<IIHH", n, n * 3, 7, 9) for n in range(60_000)),
        "square": (struct.pack("<h", 900) * 40 + struct.pack("<h", -900) * 40) * 5000,
    }.items(),
    ids=lambda item: item[0] if isinstance(item, tuple) else None,
)
def test_other_bytes_are_none(other: tuple[str, bytes]) -> None:
    assert _runs(other[1]) == []


def test_programs_are_none() -> None:
    libraries = [Path(sys.executable).resolve(), *sorted(Path(np.__file__).parent.rglob("*.so"))[:6]]

    assert [found for path in libraries for found in _runs(path.read_bytes())] == []


def test_blocks_make_no_difference() -> None:
    media = DRAW.randbytes(5 * BLOCK) + _sound(2) + DRAW.randbytes(5 * BLOCK)

    assert _runs(media, BLOCK) == _runs(media, 7 * BLOCK) == _runs(media, len(media) // BLOCK * BLOCK)


def test_a_search_gives_candidates_beside_all_else() -> None:
    media = bytes(3 * BLOCK) + _sound(3) + bytes(3 * BLOCK)
    search = CarvingSearch(View(len(media), lambda at, size: media[at : at + size]))
    search.feed(media)

    assert [each.suffix for each in search.finish()] == [".pcm"]


@settings(deadline=None)
@given(st.binary(max_size=3 * BLOCK))
def test_arbitrary_bytes_never_raise(content: bytes) -> None:
    assert _runs(content) == []
