from __future__ import annotations

import shutil
import struct
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from echoforensics.case.vault import Vault
from echoforensics.listening import decoding, external_decoder
from echoforensics.listening.decoding import decoded
from echoforensics.listening.sound import NotDecodedError, Sound, resampled

Tone = Callable[..., NDArray[np.float32]]
needs_ffmpeg = pytest.mark.skipif(shutil.which("ffmpeg") is None, reason="ffmpeg is not installed")


@pytest.mark.parametrize(
    ("kind", "subtype", "container"),
    [
        ("WAV", "PCM_16", "WAV"), ("WAV", "IMA_ADPCM", "WAV"), ("FLAC", "PCM_16", "FLAC"), ("OGG", "VORBIS", "Ogg"),
        ("OGG", "OPUS", "Ogg"), ("MP3", "MPEG_LAYER_III", "MP3"), ("AIFF", "PCM_16", "AIFF"), ("AU", "PCM_16", "AU"),
        ("CAF", "PCM_16", "CAF"), ("W64", "PCM_16", "Wave64"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("channels", [1, 2])
def test_libsndfile_decodes(
    vault: Vault, write_sound: Callable[..., str], tone: Tone, kind: str, subtype: str, container: str, channels: int
) -> None:
    samples = tone(channels=channels)
    sound = decoded(vault, write_sound(samples, 16000, kind, subtype), container)

    # Opus is decoded at 48 kHz whatever went in.
    assert (sound.rate, sound.channels) == (16000 if subtype != "OPUS" else sound.rate, channels)
    assert sound.seconds == pytest.approx(1.0, abs=0.15)
    # Its end is left out: where a tone breaks off, lossy codings overshoot.
    assert np.abs(sound.samples[: len(sound.samples) * 9 // 10]).max() == pytest.approx(0.45, abs=0.06)
    assert sound.decoder == decoding.library_version()


def test_pcm_is_decoded_exactly(vault: Vault, write_sound: Callable[..., str], tone: Tone) -> None:
    samples = np.round(tone() * 32768) / 32768
    assert np.array_equal(decoded(vault, write_sound(samples, 16000, "WAV"), "WAV").samples, samples)


@needs_ffmpeg
@pytest.mark.parametrize(
    ("ending", "arguments", "container"),
    [
        ("m4a", ["-c:a", "aac"], "M4A"), ("aac", ["-c:a", "aac"], "AAC (ADTS)"), ("mka", ["-c:a", "aac"], "Matroska"),
        ("webm", ["-c:a", "libopus"], "WebM"), ("ts", ["-c:a", "aac"], "MPEG-TS"), ("ac3", [], "AC-3"),
        ("spx", ["-c:a", "libspeex"], "Ogg"),
    ],
)  # fmt: skip
def test_ffmpeg_decodes_what_libsndfile_does_not(
    vault: Vault, encode: Callable[..., str], tone: Tone, ending: str, arguments: list[str], container: str
) -> None:
    sound = decoded(vault, encode(tone(rate=32000), 32000, ending, *arguments), container)

    assert sound.decoder.startswith("ffmpeg version ")
    assert sound.seconds == pytest.approx(1.0, abs=0.15)
    assert np.abs(sound.samples[: len(sound.samples) * 9 // 10]).max() == pytest.approx(0.45, abs=0.1)


def test_without_ffmpeg_the_reason_names_it(
    vault: Vault, keep: Callable[[bytes], str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(NotDecodedError, match=r"^AMR needs the program ffmpeg, which is not installed$"):
        decoded(vault, keep(b"#!AMR\n" + bytes(64)), "AMR")


@pytest.mark.parametrize("container", ["WAV", "MP3", "FLAC", "Ogg", "M4A", "AMR", "nothing known", ""])
@pytest.mark.parametrize("content", [b"", b"RIFF\0\0\0\0WAVE", b"#!AMR\n", b"fLaC" + bytes(90), bytes(5000)])
def test_what_is_no_sound_is_not_decoded(
    vault: Vault, keep: Callable[[bytes], str], container: str, content: bytes
) -> None:
    with suppress(NotDecodedError):
        assert not decoded(vault, keep(content), container).samples.any()


def test_a_header_that_claims_absurd_sound_is_refused(vault: Vault, keep: Callable[[bytes], str]) -> None:
    head = struct.pack("<IHHIIHH", 16, 1, 500, 16000, 16_000_000, 1000, 16)
    content = b"RIFF" + struct.pack("<I", 2036) + b"WAVEfmt " + head + b"data" + struct.pack("<I", 2000) + bytes(2000)
    with pytest.raises(NotDecodedError, match="500 channels"):
        decoded(vault, keep(content), "WAV")


def test_sound_without_end_is_refused(
    vault: Vault, write_sound: Callable[..., str], monkeypatch: pytest.MonkeyPatch
) -> None:
    silence = write_sound(np.zeros((200_000, 1), np.float32), 16000, "FLAC")
    monkeypatch.setattr(decoding, "MOST_SAMPLES", 100_000)
    with pytest.raises(NotDecodedError, match="longer than 100000 samples"):
        decoded(vault, silence, "FLAC")


@needs_ffmpeg
def test_ffmpeg_follows_no_playlist(vault: Vault, keep: Callable[[bytes], str], tmp_path: Path) -> None:
    (tmp_path / "other.wav").write_bytes(b"RIFF")
    playlist = keep(f"ffconcat version 1.0\nfile {tmp_path / 'other.wav'}\n".encode())
    for container in external_decoder.DEMUXERS:
        with pytest.raises(NotDecodedError):
            decoded(vault, playlist, container)


@pytest.mark.parametrize(
    ("rate", "wanted"), [(8000, 16000), (44100, 16000), (48000, 16000), (22050, 16000), (16000, 8000)]
)
def test_a_tone_keeps_its_shape_at_another_rate(tone: Tone, rate: int, wanted: int) -> None:
    found = resampled(tone(2.0, rate)[:, 0], rate, wanted)
    expected = tone(2.0, wanted)[:, 0]

    assert len(found) == len(expected)
    assert np.abs(found - expected)[200:-200].max() < 0.002


def test_what_a_lower_rate_cannot_hold_is_filtered_out() -> None:
    high = np.sin(2 * np.pi * 12000 * np.arange(48000) / 48000).astype(np.float32)
    assert np.abs(resampled(high, 48000, 16000))[200:-200].max() < 0.002


@pytest.mark.parametrize("rate", [0, -8000, 999_983])
def test_rates_that_do_not_go_together_are_refused(rate: int) -> None:
    with pytest.raises(NotDecodedError):
        resampled(np.zeros(10, np.float32), rate, 16000)


def test_channels_are_averaged(tone: Tone) -> None:
    sound = Sound(np.column_stack([tone()[:, 0], -tone()[:, 0]]), 16000, "")
    assert not sound.mono().any()
    assert len(sound.mono_at(8000)) == 8000
