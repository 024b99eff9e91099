"""Durations, rates and channels against two independent readers: libsndfile and ffprobe."""

from __future__ import annotations

import io
import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import soundfile

from parsers.formats.audio.facts import AudioFacts
from parsers.formats.audio.formats import recognise

FIXTURES = Path(__file__).parent / "fixtures"
SNDFILE = (
    "bext.wav",
    "cbr_plain.mp3",
    "float32.wav",
    "id3v2_xing.mp3",
    "ima_adpcm.wav",
    "info_list.wav",
    "mulaw.wav",
    "pcm24_extensible.wav",
    "pcm8.wav",
    "speech.flac",
    "speech.opus",
    "speech_pcm16.wav",
    "speech_vorbis.ogg",
    "stereo.flac",
    "stereo_id3v24.mp3",
    "streamed.wav",
)
#: Samples of encoder padding, which libsndfile takes off and we count.
PADDING = {"id3v2_xing.mp3": 576 + 768, "stereo_id3v24.mp3": 576 + 1071}
#: Microseconds by which ffprobe may differ, and why.
TOLERANCE = {
    "speech.opus": 6_500,  # it does not take off the pre-skip
    "speech.spx": 10_000,  # it reckons in whole packets
    "speech.aac": 1_000,  # it reckons from the bit rate
    "streamed.webm": 20_000,  # it takes off the pre-skip; times of blocks are whole milliseconds
    "speech.webm": 1_000,
}
#: Of these ffprobe reckons no duration, or leaves the last packet out: they are decoded.
DECODED = ("speech.latm", "speech.ts", "streamed.webm")


def _decoded(name: str, theirs: dict[str, Any]) -> float:
    """Seconds of sound to which ffmpeg decodes a file."""
    command = ["ffmpeg", "-v", "error", "-i", str(FIXTURES / name), "-f", "s16le", "-"]
    samples = len(subprocess.run(command, check=True, capture_output=True).stdout) / 2 / int(theirs["channels"])
    return samples / int(theirs["sample_rate"])


def _describe(name: str) -> AudioFacts:
    content = (FIXTURES / name).read_bytes()
    known = recognise(content, name)
    assert known is not None
    facts = known.describe(io.BytesIO(content), len(content))
    assert isinstance(facts, AudioFacts)
    return facts


@pytest.mark.parametrize("name", SNDFILE)
def test_against_libsndfile(name: str) -> None:
    facts, theirs = _describe(name), soundfile.info(str(FIXTURES / name))
    assert facts.duration_us is not None
    samples = theirs.frames + PADDING.get(name, 0)
    assert facts.duration_us == (samples * 1_000_000 + theirs.samplerate // 2) // theirs.samplerate
    assert facts.channels == theirs.channels
    if facts.codec != "Opus":  # Opus has one rate; libsndfile gives the encoder's input
        assert facts.rate_hz == theirs.samplerate


@pytest.mark.skipif(shutil.which("ffprobe") is None, reason="ffprobe is not installed")
@pytest.mark.parametrize(
    "name", sorted(p.name for p in FIXTURES.iterdir() if p.suffix not in {".md", ".sh", ".mp4", ".mkv"})
)
def test_against_ffprobe(name: str) -> None:
    facts = _describe(name)
    command = ["ffprobe", "-v", "error", "-print_format", "json", "-show_streams", "-show_format", str(FIXTURES / name)]
    found = json.loads(subprocess.run(command, check=True, capture_output=True).stdout)
    (theirs,) = found["streams"]
    assert facts.duration_us is not None
    duration = float(theirs.get("duration") or found["format"].get("duration") or 0)
    if name in DECODED:
        duration = _decoded(name, theirs)
    assert abs(facts.duration_us - round(duration * 1_000_000)) <= TOLERANCE.get(name, 1)
    assert facts.rate_hz == int(theirs["sample_rate"])
    assert facts.channels == theirs["channels"]
