from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise

import numpy as np
import pytest
from numpy.typing import NDArray

from echoforensics.case.vault import Vault
from echoforensics.listening import peaks
from echoforensics.listening.peaks import PARTS, Peaks, outline, peaks_of
from echoforensics.listening.sound import SoundStream

Tone = Callable[..., NDArray[np.float32]]
WAV = {"container": "WAV"}


def test_a_growing_tone_has_a_growing_outline(vault: Vault, write_sound: Callable[..., str], tone: Tone) -> None:
    found = peaks_of(vault, write_sound(tone(4.0), 16000, "WAV"), WAV)

    assert (len(found.pairs), found.samples, found.rate, found.channels) == (PARTS, 64000, 16000, 1)
    assert found.seconds == 4.0
    assert not found.why_not
    greatest = [most for _, most in found.pairs]
    assert all(before <= after for before, after in pairwise(greatest))
    assert found.pairs[-1] == (-64, 64)
    assert all(type(number) is int for pair in found.pairs for number in pair)


def test_each_sample_is_in_one_part(vault: Vault, write_sound: Callable[..., str]) -> None:
    samples = np.zeros((1999, 2), np.float32)
    samples[0, 0], samples[999, 1], samples[1998, 0] = 1.0, -1.0, 0.5
    pairs = peaks_of(vault, write_sound(samples, 8000, "WAV", "FLOAT"), WAV).pairs

    assert [place for place, pair in enumerate(pairs) if pair != (0, 0)] == [0, 100, 199]
    assert (pairs[0], pairs[100], pairs[199]) == ((0, 127), (-127, 0), (0, 64))


def test_the_least_sound_is_not_silence(vault: Vault, write_sound: Callable[..., str]) -> None:
    samples = np.array([[0.0], [1 / 32768], [-1 / 32768]], np.float32)
    assert peaks_of(vault, write_sound(samples, 8000, "WAV"), WAV).pairs == ((0, 0), (1, 1), (-1, -1))


def test_long_sound_has_the_outline_of_its_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(5)
    samples = (
        rng.uniform(-1, 1, (100_000, 1)).astype(np.float32) * np.linspace(0, 1, 100_000, dtype=np.float32)[:, None]
    )
    blocks = np.array_split(samples, 37)
    whole = outline(SoundStream(16000, 1, "", iter(blocks)))
    monkeypatch.setattr(peaks, "_MOST_STEPS", 4096)
    coarse = outline(SoundStream(16000, 1, "", iter(blocks)))

    assert len(whole.pairs) == len(coarse.pairs) == PARTS
    assert np.abs(np.array(whole.pairs) - np.array(coarse.pairs)).max() <= 3


def test_what_cannot_be_decoded_says_why(vault: Vault, keep: Callable[[bytes], str]) -> None:
    found = peaks_of(vault, keep(b"no sound"), {"container": "QCP"})
    assert found == Peaks((), why_not="no decoder for QCP")
    assert peaks_of(vault, keep(b"no sound"), {}).why_not == "no decoder for sound of an unknown container"


def test_a_recording_without_samples_says_so(vault: Vault, write_sound: Callable[..., str]) -> None:
    found = peaks_of(vault, write_sound(np.zeros((0, 1), np.float32), 8000, "WAV"), WAV)
    assert found.why_not.endswith("no sound in it")
