"""Reads what a worker answers about a recording: nothing but the values that findings are made of."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from echoforensics.errors import ClusterError
from echoforensics.listening.listener import HeardRecording
from echoforensics.listening.speech import SpeechTimes
from echoforensics.listening.transcribing import SpokenText
from echoforensics.listening.wake_word import WakeWordScore
from echoforensics.listening.whisper_model import Word

if TYPE_CHECKING:
    from collections.abc import Callable


def heard_recording(answer: object, sha256: str) -> HeardRecording:
    """Return the findings in a recording.

    Args:
        answer: the value of JSON in which a :class:`HeardRecording` came over.
        sha256: the SHA-256 of the recording that was asked about.

    Raises:
        ClusterError: it is anything else, or is about another recording.
    """
    try:
        found = _heard(answer)
    except (KeyError, TypeError, ValueError) as error:
        raise ClusterError(f"a worker's answer is nothing heard in a recording: {error}") from error
    if found.sha256 != sha256:
        raise ClusterError(f"a worker's answer is about another recording than {sha256}")
    return found


def _heard(value: Any) -> HeardRecording:
    heard = HeardRecording(**value)
    _are(str, heard.sha256, heard.why_not, heard.decoder)
    speech = _or_none(_speech, value["speech"])
    wake_word = _or_none(_wake_word, value["wake_word"])
    texts = tuple(_text(each) for each in value["texts"])
    return HeardRecording(heard.sha256, heard.why_not, heard.decoder, speech, wake_word, texts)


def _speech(value: Any) -> SpeechTimes:
    ranges = {name: _ranges(value[name]) for name in ("speech", "other", "silence")}
    speech = SpeechTimes(**{**value, **ranges})
    _are(float, speech.seconds, speech.highest, speech.loudest)
    return speech


def _wake_word(value: Any) -> WakeWordScore:
    score = WakeWordScore(**value)
    _are(str, score.word)
    _are(float, score.score, score.at or 0.0, score.start_score, score.threshold)
    return score


def _text(value: Any) -> SpokenText:
    words = tuple(Word(**each) for each in value["words"])
    text = SpokenText(**{**value, "words": words, "pieces": _ranges(value["pieces"])})
    _are(str, text.hotword, text.text, *(word.text for word in words))
    _are(float, text.log_probability or 0.0, text.no_speech or 0.0)
    _are(float, *(number for word in words for number in (word.start, word.end, word.probability)))
    return text


def _ranges(value: Any) -> tuple[tuple[float, float], ...]:
    found = tuple((start, end) for start, end in value)
    _are(float, *(number for each in found for number in each))
    return found


def _or_none(read: Callable[[Any], Any], value: Any) -> Any:
    return None if value is None else read(value)


def _are(kind: type, *values: object) -> None:
    """Raise TypeError if a value is of another type; a whole number is a float."""
    for value in values:
        if not isinstance(value, (float, int) if kind is float else kind) or isinstance(value, bool):
            raise TypeError(f"{kind.__name__} is expected, not {type(value).__name__}")
