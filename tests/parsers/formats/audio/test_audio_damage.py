"""Recordings cut short, and recordings followed by other bytes: what a carver and a damaged disk give."""

from __future__ import annotations

import io
import random
from pathlib import Path

import pytest

from parsers.formats.audio.facts import AudioFacts, Ending
from parsers.formats.audio.formats import recognise

FIXTURES = Path(__file__).parent / "fixtures"
#: Recordings that state no length: a cut between two frames cannot be seen.
UNSTATED = {"cbr_plain.mp3", "speech.aac", "speech.amr", "speech.latm", "speech.ts", "mp3.m2ts"}
NAMES = sorted(
    path.name
    for path in FIXTURES.iterdir()
    if path.suffix not in {".md", ".sh"} and path.name not in {"video.mp4", "streamed.wav"}
)
_NOISE = random.Random(20170717).randbytes(5000)


def _describe(content: bytes, name: str) -> AudioFacts | None:
    known = recognise(content[:65536], name)
    found = known.describe(io.BytesIO(content), len(content)) if known else None
    return found if isinstance(found, AudioFacts) else None


@pytest.mark.parametrize("tail", [b"\0", bytes(4096), _NOISE, b"\xff" * 4096, b"RIFF\x10\0\0\0WAVEfmt "])
@pytest.mark.parametrize("name", NAMES)
def test_end_is_found_whatever_follows(name: str, tail: bytes) -> None:
    content = (FIXTURES / name).read_bytes()
    alone, followed = _describe(content, name), _describe(content + tail, name)
    assert alone is not None
    assert followed is not None
    assert followed.end == len(content)
    assert followed.trailing == len(tail)
    assert (followed.issue, followed.duration_us, followed.ending) == ("", alone.duration_us, alone.ending)


@pytest.mark.parametrize("name", sorted(set(NAMES) - UNSTATED - {"id3v2_xing.mp3", "fragmented.mp4", "amr.3gp"}))
def test_cut_is_always_an_issue(name: str) -> None:
    content = (FIXTURES / name).read_bytes()
    described = 0
    for cut in [*range(64, len(content) - 64, 53), *range(len(content) - 64, len(content))]:
        found = _describe(content[:cut], name)
        if found is not None:
            described += 1
            assert found.issue, cut
            assert found.end + found.trailing == cut
            assert not found.whole
    assert described > 64


@pytest.mark.parametrize(("name", "silent"), [("cbr_plain.mp3", 17), ("speech.aac", 9), ("speech.amr", 30)])
def test_cut_of_bare_frames_is_silent_only_between_frames(name: str, silent: int) -> None:
    content = (FIXTURES / name).read_bytes()
    cuts = [cut for cut in range(len(content)) if (found := _describe(content[:cut], name)) and not found.issue]
    assert len(cuts) == silent
    for cut in cuts:
        found = _describe(content[:cut], name)
        assert found is not None
        assert (found.end, found.trailing, found.ending) == (cut, 0, Ending.LAST_FRAME)


def test_cut_into_closing_id3v1_leaves_trailing_bytes() -> None:
    content = (FIXTURES / "id3v2_xing.mp3").read_bytes()
    sound = len(content) - 128
    for cut in range(sound + 1, len(content)):
        found = _describe(content[:cut], "a.mp3")
        assert found is not None
        assert (found.issue, found.end, found.trailing) == ("", sound, cut - sound)


def test_cut_between_fragments_is_silent_and_nowhere_else() -> None:
    content = (FIXTURES / "fragmented.mp4").read_bytes()
    for cut in range(len(content)):
        found = _describe(content[:cut], "a.mp4")
        if found is not None and not found.issue:
            # A few bytes of the next fragment's header are left; no box can be distinguished from them.
            assert found.trailing < 8
            assert content[found.end + 4 : found.end + 8] in (b"moof", b"mfra")


@pytest.mark.parametrize(
    ("name", "cut", "duration", "issue"),
    [
        ("speech_pcm16.wav", 3044, 93_750, "truncated: 3044 of 19244 bytes are present"),
        ("speech_pcm16.wav", 44, 0, "truncated: 44 of 19244 bytes are present"),
        ("speech.flac", 12000, 128_000, "truncated: 2048 of 9600 samples are present"),
        ("speech.flac", 300, 0, "truncated: it ends before its first frame of sound"),
        ("speech.opus", 1000, 293_500, "truncated: 67 bytes of its last page are missing"),
        ("id3v2_xing.mp3", 2000, 324_000, "truncated: 9 of 19 frames of sound are present"),
        ("cbr_plain.mp3", 1000, 324_000, "truncated: it breaks off within a frame, after 9 whole ones"),
        ("speech.aac", 2000, 512_000, "truncated: it breaks off within a frame, after 8 whole ones"),
        ("speech.amr", 200, 280_000, "truncated: it breaks off within a frame, after 14 whole ones"),
        ("faststart.m4a", 2000, 256_000, "truncated: 2000 of at least 2985 bytes are present"),
    ],
)
def test_what_is_reported_of_a_cut(name: str, cut: int, duration: int, issue: str) -> None:
    found = _describe((FIXTURES / name).read_bytes()[:cut], name)
    assert found is not None
    assert (found.issue, found.duration_us, found.ending) == (issue, duration, Ending.CUT)
    assert (found.end, found.trailing) == (cut, 0)


def test_3gp_cut_is_not_described() -> None:
    # Its brand does not say that it is sound, and its index is at the end.
    content = (FIXTURES / "amr.3gp").read_bytes()
    assert _describe(content, "a.3gp") is not None
    assert all(_describe(content[:cut], "a.3gp") is None for cut in range(len(content) - 1))


def test_m4a_cut_before_its_index_is_still_reported() -> None:
    found = _describe((FIXTURES / "speech.m4a").read_bytes()[:1500], "message.m4a")
    assert found is not None
    assert (found.codec, found.duration_us, found.ending) == ("unknown", None, Ending.CUT)
    assert found.issue == (
        "truncated: 1500 of at least 2215 bytes are present;"
        " its index (the moov box) is not there or cut off, without which it cannot be played"
    )
