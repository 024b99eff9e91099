from __future__ import annotations

import hashlib
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import soundfile
from numpy.typing import NDArray

from echoforensics.case.vault import Vault
from echoforensics.listening import wav_file
from echoforensics.listening.derivative import write_derivative
from echoforensics.listening.sound import NotDecodedError

Tone = Callable[..., NDArray[np.float32]]


@pytest.mark.skipif(shutil.which("ffmpeg") is None, reason="ffmpeg is not installed")
def test_what_browsers_do_not_play_becomes_a_labelled_wav(
    vault: Vault, encode: Callable[..., str], tone: Tone, tmp_path: Path
) -> None:
    original = encode(tone(rate=32000, channels=2), 32000, "ac3")
    made = write_derivative(vault, original, {"container": "AC-3"}, tmp_path / "made.wav")
    content = (tmp_path / "made.wav").read_bytes()

    assert (made.original, made.sha256, made.size) == (original, hashlib.sha256(content).hexdigest(), len(content))
    assert made.decoder in made.label
    with soundfile.SoundFile(tmp_path / "made.wav") as sound:
        assert (sound.samplerate, sound.channels, sound.subtype) == (32000, 2, "PCM_16")
        assert sound.comment == made.label
        assert "not the original. Decoded by ffmpeg version" in sound.comment
        assert original in sound.comment


def test_the_samples_are_those_of_the_recording(
    vault: Vault, write_sound: Callable[..., str], tone: Tone, tmp_path: Path
) -> None:
    samples = np.round(tone() * 32768) / 32768
    original = write_sound(samples, 16000, "FLAC")
    for name in ("one.wav", "two.wav"):
        write_derivative(vault, original, {"container": "FLAC"}, tmp_path / name)
    content = (tmp_path / "one.wav").read_bytes()

    assert content == (tmp_path / "two.wav").read_bytes()
    assert np.array_equal(soundfile.read(tmp_path / "one.wav", always_2d=True)[0], samples)


def test_nothing_is_left_of_what_cannot_be_decoded(
    vault: Vault, keep: Callable[[bytes], str], write_sound: Callable[..., str], tone: Tone, tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    target = tmp_path / "made.wav"
    with pytest.raises(NotDecodedError):
        write_derivative(vault, keep(b"RIFF"), {"container": "WAV"}, target)
    assert not target.exists()
    monkeypatch.setattr(wav_file, "_MOST_BYTES", 1000)
    with pytest.raises(NotDecodedError, match="longer than a WAV file can be"):
        write_derivative(vault, write_sound(tone(), 16000, "FLAC"), {"container": "FLAC"}, target)
    assert not target.exists()
