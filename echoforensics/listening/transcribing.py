"""Transcribes a whole recording: its speech, in pieces that fit the model."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from echoforensics.listening.mel import RATE, SAMPLES

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from echoforensics.listening.speech import Range, SpeechTimes
    from echoforensics.listening.whisper_model import Transcript, WhisperModel, Word

#: How much sound around speech to include, in seconds.
_AROUND = 0.4
#: The longest piece that fits the model, in seconds.
_LONGEST = SAMPLES / RATE


@dataclass(frozen=True, slots=True)
class SpokenText:
    """The model's transcript of a recording.

    Attributes:
        hotword: the word placed before the text; empty for none.
        text: the text of all pieces.
        words: the words with their times in the recording.
        log_probability: the mean over the pieces, weighted by words.
        no_speech: the lowest value of any piece.
        pieces: the transcribed pieces, in seconds of the recording. Empty if there is no speech: nothing is transcribed
            then, because the model invents words in silence.
    """

    hotword: str
    text: str
    words: tuple[Word, ...]
    log_probability: float | None
    no_speech: float | None
    pieces: tuple[Range, ...]


def transcribe(
    model: WhisperModel, samples: NDArray[np.float32], speech: SpeechTimes, hotwords: tuple[str, ...]
) -> list[SpokenText]:
    """Return one transcript per hotword.

    Args:
        model: the model.
        samples: one row of samples at 16 kHz.
        speech: where there is speech in them.
        hotwords: see :meth:`echoforensics.listening.whisper_model.WhisperModel.transcribe`.
    """
    ranges = pieces(speech.speech, speech.seconds)
    heard: list[list[Transcript]] = []
    for start, end in ranges:
        heard.append(model.transcribe(samples[round(start * RATE) : round(end * RATE)], hotwords))
    return [_whole(hotword, ranges, [found[number] for found in heard]) for number, hotword in enumerate(hotwords)]


def pieces(speech: tuple[Range, ...], seconds: float) -> tuple[Range, ...]:
    """Divide speech and the sound around it into pieces of at most 30 s, cut between speech where possible.

    Args:
        speech: where there is speech, in seconds.
        seconds: the duration of the recording.
    """
    found: list[list[float]] = []
    for start, end in speech:
        first, last = max(0.0, start - _AROUND), min(seconds, end + _AROUND)
        if found and last - found[-1][0] <= _LONGEST:
            found[-1][1] = max(last, found[-1][1])
            continue
        if found:
            # The sound around speech is not included twice.
            first = max(first, min(start, found[-1][1]))
        while last - first > _LONGEST:
            found.append([first, first + _LONGEST])
            first += _LONGEST
        found.append([first, last])
    return tuple((round(start, 3), round(end, 3)) for start, end in found)


def _whole(hotword: str, ranges: tuple[Range, ...], found: list[Transcript]) -> SpokenText:
    words = [
        type(word)(word.text, round(word.start + start, 2), round(word.end + start, 2), word.probability)
        for (start, _), transcript in zip(ranges, found, strict=True)
        for word in transcript.words
    ]
    counts = [max(1, len(transcript.words)) for transcript in found]
    summed = sum(one.log_probability * count for one, count in zip(found, counts, strict=True))
    return SpokenText(
        hotword=hotword,
        text=" ".join(transcript.text for transcript in found if transcript.text),
        words=tuple(words),
        log_probability=round(summed / sum(counts), 3) if found else None,
        no_speech=min((one.no_speech for one in found), default=None),
        pieces=ranges,
    )
