"""Analyses one recording: speech, the wake word, transcripts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from echoforensics.case.vault import Vault
from echoforensics.listening.decoding import decoded
from echoforensics.listening.sound import NotDecodedError
from echoforensics.listening.speech import RATE, SpeechDetector, SpeechTimes
from echoforensics.listening.transcribing import SpokenText, transcribe
from echoforensics.listening.wake_word import WakeWordDetector, WakeWordScore
from echoforensics.listening.whisper_model import WhisperModel

#: Longer recordings are skipped; in seconds.
LONGEST = 2 * 3600


@dataclass(frozen=True, slots=True)
class ListenOptions:
    """Options for listening. Can be pickled.

    Attributes:
        model: the folder of another Whisper model; None for the default.
        language: the language that a multilingual model should write.
        wake_model: the configuration of another wake word model; None for the default.
        hotwords: one transcript is made with each; an empty one means none.
    """

    model: Path | None = None
    language: str = "en"
    wake_model: Path | None = None
    hotwords: tuple[str, ...] = ("", "Alexa")


@dataclass(frozen=True, slots=True)
class RecordingToHear:
    """A recording: the SHA-256 of its bytes, and the container named in its record."""

    sha256: str
    container: str


@dataclass(frozen=True, slots=True)
class HeardRecording:
    """The findings in a recording.

    Attributes:
        sha256: the SHA-256 of the recording.
        why_not: why it could not be decoded; empty if it was.
        decoder: the decoder used.
        speech, wake_word: None if it was not decoded.
        texts: one transcript per hotword.
    """

    sha256: str
    why_not: str = ""
    decoder: str = ""
    speech: SpeechTimes | None = None
    wake_word: WakeWordScore | None = None
    texts: tuple[SpokenText, ...] = ()


class Listener:
    """The detectors and the model, loaded once."""

    def __init__(self, options: ListenOptions, artefacts: Path) -> None:
        """Load the detectors and the model.

        Args:
            options: the options for listening.
            artefacts: the folder of a case's extracted files.

        Raises:
            UsageError: a library is not installed, or a model cannot be read.
        """
        self._options = options
        self._vault = Vault(artefacts)
        self._speech = SpeechDetector()
        self._wake_word = WakeWordDetector(options.wake_model)
        self._whisper = WhisperModel(options.model, options.language)

    def about(self) -> Mapping[str, dict[str, Any]]:
        """Return what each of them is: ``speech``, ``wake_word`` and ``transcript``."""
        return {
            "speech": self._speech.about(),
            "wake_word": self._wake_word.about(),
            "transcript": {**self._whisper.about(), "gate": self._speech.about()["model_sha256"]},
        }

    def hear(self, recording: RecordingToHear) -> HeardRecording:
        """Listen to a recording."""
        try:
            sound = decoded(self._vault, recording.sha256, recording.container)
            samples = sound.mono_at(RATE) if sound.seconds <= LONGEST else None
        except NotDecodedError as error:
            return HeardRecording(recording.sha256, why_not=str(error))
        except OSError as error:
            return HeardRecording(recording.sha256, why_not=f"the file cannot be read: {error.strerror or error}")
        if samples is None:
            return HeardRecording(
                recording.sha256, why_not=f"it lasts {sound.seconds:.0f} s, and at most {LONGEST} s are listened to"
            )
        speech = self._speech.times(samples)
        return HeardRecording(
            recording.sha256,
            decoder=sound.decoder,
            speech=speech,
            wake_word=self._wake_word.score(samples),
            texts=tuple(transcribe(self._whisper, samples, speech, self._options.hotwords)),
        )
