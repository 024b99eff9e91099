"""Clips of which it is known what is said in them and where: espeak-ng's voices, with noise, echo and music added."""

from __future__ import annotations

import subprocess
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from echoforensics.listening.decoding import decoded_file

RATE = 16000
VOICES = ("en-us", "en-gb", "en-us+f3", "en-gb-scotland+m3")
#: Half of them with the wake word.
SENTENCES = (
    "alexa what time is it", "alexa turn on the kitchen light", "alexa stop", "alexa set a timer for ten minutes",
    "alexa what is the weather tomorrow", "alexa play some music", "alexa turn off the television",
    "alexa add milk to my shopping list", "alexa call my mother", "alexa good night",
    "did you lock the front door", "dinner will be ready in ten minutes", "I saw her at the station yesterday",
    "please close the window it is cold", "we should leave before seven", "the letter came this morning",
    "nobody answered the phone", "put the keys on the table", "she said that she would be late",
    "I left a message for the doctor",
)  # fmt: skip
#: Seconds without speech before and after.
_AROUND = 0.7
#: What is quieter than this, against the loudest step of 10 ms, is no speech.
_QUIET = 10 ** (-35 / 20)
_STEP = RATE // 100


@dataclass(frozen=True, slots=True)
class MadeClip:
    """A clip.

    Attributes:
        samples: at 16 kHz.
        text: what is said.
        voice, condition: how it was made.
        speech: for each 10 ms, whether there is speech.
    """

    samples: NDArray[np.float32]
    text: str
    voice: str
    condition: str
    speech: NDArray[np.bool_]

    @property
    def has_wake_word(self) -> bool:
        """Whether the wake word is said in it."""
        return self.text.startswith("alexa")


def made_clips(voices: tuple[str, ...], sentences: tuple[str, ...]) -> Iterator[MadeClip]:
    """Every sentence by every voice under every condition; the same each time."""
    rng = np.random.default_rng(2026)
    for voice in voices:
        for text in sentences:
            spoken = _spoken(voice, text)
            around = np.zeros(round(_AROUND * RATE), np.float32)
            clean = np.concatenate([around, spoken, around])
            clean = clean[: len(clean) // _STEP * _STEP]
            power = np.sqrt(np.mean(clean.reshape(-1, _STEP).astype(np.float64) ** 2, axis=1))
            speech = power > _QUIET * power.max()
            for condition, change in CONDITIONS.items():
                yield MadeClip(change(clean, rng), text, voice, condition, speech)


def _spoken(voice: str, text: str) -> NDArray[np.float32]:
    with tempfile.TemporaryDirectory() as folder:
        target = Path(folder) / "spoken.wav"
        command = ["espeak-ng", "-v", voice, "-s", "150", "-w", str(target), text]
        subprocess.run(command, check=True, capture_output=True)
        samples = decoded_file(target).mono_at(RATE)
    return samples * np.float32(0.5 / max(1e-6, float(np.abs(samples).max())))


def _added(clean: NDArray[np.float32], other: NDArray[np.float64], ratio: float) -> NDArray[np.float32]:
    """Speech with other sound, so many decibels quieter than the speech is where it is."""
    loud = clean[np.abs(clean) > 0.01]
    level = np.sqrt(np.mean(loud.astype(np.float64) ** 2)) / np.sqrt(np.mean(other**2)) * 10 ** (-ratio / 20)
    return np.asarray(np.clip(clean + other * level, -1, 1), np.float32)


def _noise(ratio: float) -> Callable[[NDArray[np.float32], np.random.Generator], NDArray[np.float32]]:
    return lambda clean, rng: _added(clean, rng.standard_normal(len(clean)), ratio)


def _echo(clean: NDArray[np.float32], rng: np.random.Generator) -> NDArray[np.float32]:
    """A room in which sound takes 0.4 s to fall by 60 dB."""
    time = np.arange(round(0.4 * RATE)) / RATE
    room = rng.standard_normal(len(time)) * 10 ** (-3 * time / 0.4)
    room[0] = 4.0
    size = 1 << (len(clean) + len(room)).bit_length()
    whole = np.fft.irfft(np.fft.rfft(clean, size) * np.fft.rfft(room, size), size)[: len(clean)]
    return np.asarray(whole / np.abs(whole).max() * 0.5, np.float32)


def _music(clean: NDArray[np.float32], _rng: np.random.Generator) -> NDArray[np.float32]:
    """Chords that change twice a second, 10 dB below the speech."""
    time = np.arange(len(clean)) / RATE
    beat = (time * 2).astype(int) % 4
    roots = np.array([220.0, 174.6, 261.6, 196.0])[beat]
    chord = sum(np.sin(2 * np.pi * roots * step * time) / (number + 1) for number, step in enumerate((1, 1.25, 1.5, 2)))
    return _added(clean, np.asarray(chord) * (1 - (time * 2) % 1 * 0.6), 10.0)


#: Each condition by its name.
CONDITIONS: dict[str, Callable[[NDArray[np.float32], np.random.Generator], NDArray[np.float32]]] = {
    "clean": lambda clean, _rng: clean,
    "noise 20 dB below": _noise(20.0),
    "noise 5 dB below": _noise(5.0),
    "room echo": _echo,
    "music 10 dB below": _music,
}
