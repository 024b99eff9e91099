"""Writes a redacted copy: sample-exact ranges of a recording replaced, as WAV or in the recording's own codec.

In WAV and FLAC, every other sample equals the decoded recording's. Ogg (Vorbis, Opus) and MP3 are re-encoded with loss:
every sample may differ a little, most of all in codec blocks next to a range.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import soundfile

from echoforensics.errors import CaseError, UsageError
from echoforensics.listening.decoding import decoded_file
from echoforensics.listening.sound import NotDecodedError
from echoforensics.listening.wav_file import write_wav
from parsers.formats.audio.facts import AudioFacts
from parsers.formats.audio.formats import recognise

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from numpy.typing import NDArray

    from echoforensics.case.redactions.redaction import RedactedPart
    from echoforensics.listening.sound import Samples, Sound

#: The format of a copy: WAV, or the recording's own.
FORMS = ("wav", "source")
_TONE_HZ, _TONE_LEVEL, _NOISE_LEVEL = 1000.0, 0.1, 0.03
#: Maps the container and codec prefix to a file suffix, and to libsndfile's format and codec.
_CODINGS = (
    ("FLAC", "", "flac", "FLAC", "PCM_16"),
    ("Ogg", "Vorbis", "ogg", "OGG", "VORBIS"),
    ("Ogg", "Opus", "opus", "OGG", "OPUS"),
    ("MP3", "", "mp3", "MP3", "MPEG_LAYER_III"),
)
_HEAD = 4096


@dataclass(frozen=True, slots=True)
class WrittenCopy:
    """A copy after writing.

    Attributes:
        sha256, size: hash and size of the file.
        facts: the description in its container.
        samples: the samples per channel.
        difference: the greatest difference of a sample outside the ranges, as a fraction of full scale. 0 if no sample
            differs by more than rounding to the copy's bits.
    """

    sha256: str
    size: int
    facts: AudioFacts
    samples: int
    difference: float


def ending_of_copy(form: str, container: str, codec: str) -> str:
    """Return the file suffix of a copy.

    Raises:
        UsageError: copies cannot be written in this codec.
    """
    return _coding(form, container, codec)[0]


def _coding(form: str, container: str, codec: str) -> tuple[str, str, str]:
    if form == "wav" or container == "WAV":
        return "wav", "", ""
    for known, begins, *coding in _CODINGS:
        if container == known and codec.startswith(begins):
            return coding[0], coding[1], coding[2]
    raise UsageError(f"copies cannot be written as {container}, {codec}; use --format wav")


def replaced(sound: Sound, parts: Iterable[RedactedPart], sha256: str) -> Samples:
    """Return the samples of a recording with parts replaced in every channel."""
    samples = sound.samples.copy()
    for part in parts:
        samples[part.start : part.end] = _filling(part, sound.rate, sha256)[:, None]
    return samples


def _filling(part: RedactedPart, rate: int, sha256: str) -> NDArray[np.float32]:
    """Return the replacement samples. Noise is derived from the recording's hash, so that it is reproducible."""
    length = part.end - part.start
    if part.replacement == "tone":
        return (_TONE_LEVEL * np.sin(2 * np.pi * _TONE_HZ * np.arange(length) / rate)).astype(np.float32)
    if part.replacement == "noise":
        seed = int.from_bytes(hashlib.sha256(f"{sha256} {part.start} {part.end}".encode()).digest()[:8])
        drawn = np.random.Generator(np.random.PCG64(seed)).uniform(-_NOISE_LEVEL, _NOISE_LEVEL, length)
        return drawn.astype(np.float32)
    return np.zeros(length, np.float32)


def write_copy(
    target: Path, sound: Sound, parts: tuple[RedactedPart, ...], sha256: str, form: tuple[str, str, str], label: str
) -> WrittenCopy:  # fmt: skip
    """Write a copy.

    Args:
        target: the file to create or replace.
        sound: the decoded recording.
        parts: the parts to replace.
        sha256: the SHA-256 of the recording.
        form: one of :data:`FORMS`; container and codec of the recording.
        label: the file's description of itself, stored as its comment.

    Raises:
        UsageError: copies cannot be written in this codec.
        CaseError: writing fails.
    """
    _, kind, subtype = _coding(*form)
    samples = replaced(sound, parts, sha256)
    bits = 16 if _is_whole(sound.samples, 16) or not _is_lossless(form[1]) else 24
    try:
        if not kind:
            write_wav(target, sound.rate, sound.channels, [samples], label, bits)
        else:
            coding = f"PCM_{bits}" if subtype.startswith("PCM") else subtype
            with soundfile.SoundFile(target, "w", sound.rate, sound.channels, coding, format=kind) as copy:
                copy.comment = label
                copy.write(samples)
        written = decoded_file(target)
        with target.open("rb") as stream:
            digest = hashlib.file_digest(stream, "sha256").hexdigest()
    except (OSError, NotDecodedError, soundfile.LibsndfileError, ValueError) as error:
        raise CaseError(f"{target}: cannot be written: {error}") from error
    rounding = 0.0 if subtype in ("VORBIS", "OPUS", "MPEG_LAYER_III") else 1.0 / (1 << bits)
    difference = _difference(samples, written.samples, parts, rounding)
    return WrittenCopy(digest, target.stat().st_size, _facts(target), len(written.samples), difference)


def _is_lossless(container: str) -> bool:
    return container in ("WAV", "FLAC", "AIFF", "AU", "CAF", "Wave64")


def _is_whole(samples: Samples, bits: int) -> bool:
    """Whether samples are whole numbers of this many bits."""
    scaled = samples.astype(np.float64) * (1 << (bits - 1))
    return bool(np.array_equal(scaled, np.rint(scaled)))


def _difference(wanted: Samples, found: Samples, parts: Iterable[RedactedPart], rounding: float) -> float:
    """Return the greatest difference outside the ranges, beyond rounding."""
    length = min(len(wanted), len(found))
    outside = np.ones(length, bool)
    for part in parts:
        outside[part.start : part.end] = False
    greatest = float(np.abs(wanted[:length][outside] - found[:length][outside]).max(initial=0.0))
    return 0.0 if greatest <= rounding else round(greatest, 4)


def _facts(path: Path) -> AudioFacts:
    """Return the description in a copy's container."""
    with path.open("rb") as stream:
        head = stream.read(_HEAD)
        stream.seek(0)
        known = recognise(head, path.name)
        facts = known.describe(stream, path.stat().st_size) if known is not None else None
    if not isinstance(facts, AudioFacts):
        raise NotDecodedError("the copy is not as requested")
    return facts
