"""A sealed case of made clips, and one recording of four hours."""

from __future__ import annotations

import random
import struct
from pathlib import Path

import numpy as np

from echoforensics.extraction.options import Options
from echoforensics.extraction.run import extract

_RATE = 16_000
LONG_SECONDS = 4 * 3600


def make_case(folder: Path, clips: int) -> Path:
    """Make a case of so many clips of four seconds, and one recording of four hours; gives its folder.

    Args:
        folder: new or empty.
        clips: how many.
    """
    sounds = folder / "sounds"
    sounds.mkdir(parents=True)
    drawn = np.random.Generator(np.random.PCG64(1))
    for number in range(clips):
        samples = (drawn.standard_normal(4 * _RATE) * 3000).astype("<i2").tobytes()
        (sounds / f"clip-{number:05}.wav").write_bytes(_head(_RATE, len(samples)) + samples)
    hour = random.Random(1).randbytes(3600 * 8000)
    with (sounds / "long.wav").open("wb") as stream:
        stream.write(_head(8000, LONG_SECONDS * 8000 * 2))
        for _ in range(LONG_SECONDS // 3600 * 2):
            stream.write(hour)
    extract([sounds], folder / "case", None, Options(argv=("benchmarks.review",), carve=False), lambda *_: None)
    return folder / "case"


def _head(rate: int, size: int) -> bytes:
    """The head of a WAV file of 16-bit samples, one channel."""
    form = struct.pack("<IHHIIHH", 16, 1, 1, rate, rate * 2, 2, 16)
    return b"RIFF" + struct.pack("<I", 36 + size) + b"WAVEfmt " + form + b"data" + struct.pack("<I", size)
