from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

import echoforensics.demo
from echoforensics.listening.decoding import decoded_file
from echoforensics.listening.same_sound import RATE, Fingerprint, SameSound, fingerprint, same_sounds
from echoforensics.listening.sound import resampled

CLIPS = Path(echoforensics.demo.__file__).parent / "clips"
NAMES = ("never-mind", "stop", "the-letter", "turn-off-the-lights", "what-time-is-it")


def _print(name: str, samples: NDArray[np.float32], rate: int = 16000) -> Fingerprint:
    return fingerprint(name, resampled(samples, rate, RATE), samples)


def _clip(name: str) -> NDArray[np.float32]:
    return decoded_file(CLIPS / f"{name}.wav").mono_at(16000)


def test_different_recordings_are_not_the_same_sound() -> None:
    assert list(same_sounds(_print(name, _clip(name)) for name in NAMES)) == []


@pytest.mark.parametrize("name", NAMES)
def test_the_same_samples_are(name: str) -> None:
    (found,) = same_sounds([_print("a", _clip(name)), _print("b", _clip(name))])
    assert found == SameSound("a", "b", 0.0, 1.0, equal=True)


@pytest.mark.parametrize("name", ["the-letter", "turn-off-the-lights"])
def test_a_cut_a_change_of_rate_and_noise_are_seen_through(name: str) -> None:
    whole = _clip(name)
    rng = np.random.default_rng(4)
    cut = whole[12000:40000]
    noisy = np.concatenate([np.zeros(8000, np.float32), whole]) * np.float32(0.5)
    noisy = noisy + rng.standard_normal(len(noisy)).astype(np.float32) * np.float32(0.002)
    found = list(same_sounds([_print("whole", whole), _print("cut", cut), _print("noisy", noisy)]))

    pairs = {(one.first, one.second): one for one in found}
    assert pairs["whole", "cut"].offset == pytest.approx(0.75, abs=0.03)
    assert pairs["whole", "noisy"].offset == pytest.approx(-0.5, abs=0.03)
    assert not any(one.equal for one in found)
    slow = list(same_sounds([_print("whole", whole), _print("slow", resampled(whole, 16000, 11025), 11025)]))
    assert [(one.first, one.second) for one in slow] == [("whole", "slow")]
    assert slow[0].part > 0.5


def test_silence_and_very_short_sound_are_like_nothing() -> None:
    rng = np.random.default_rng(9)
    prints = [
        _print(str(n), rng.standard_normal(n).astype(np.float32) * np.float32(0.1)) for n in (100, 3000, 32000, 64000)
    ]
    prints += [_print("silence", np.zeros(32000, np.float32)), _print("longer", np.zeros(48000, np.float32))]
    assert list(same_sounds(prints)) == []
