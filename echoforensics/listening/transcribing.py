"""The transcript of a whole recording: what of it is speech, in pieces that the model can hear at once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from echoforensics.listening.mel import RATE, SAMPLES

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from echoforensics.listening.speech import Range, SpeechTimes
    from echoforensics.listening.whisper_model import Transcript, WhisperModel, Word

#: So much of the sound around speech is heard too, in seconds.
_AROUND = 0.4
#: A piece is as long as the model can hear, in seconds.
_LONGEST = SAMPLES / RATE


@dataclass(frozen=True, slots=True)
class SpokenText:
    """What the model writes of a recording.

    Attributes:
        hotword: the word that was put before the text; empty for none.
        text: of all pieces.
        words: with times in the recording.
        log_probability: the mean of the pieces', by their words.
        no_speech: the lowest of the pieces'.
        pieces: what was heard at once, in seconds of the recording. Empty if there is no speech: nothing was
            transcribed then, for the model writes words where there are none.
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
    """The texts of a recording, once with each hotword.

    Args:
        model: the model.
        samples: one row of samples at 16 kHz.
        speech: where in them there is speech.
        hotwords: see :meth:`echoforensics.listening.whisper_model.WhisperModel.transcribe`.
    """
    ranges = pieces(speech.speech, speech.seconds)
    heard: list[list[Transcript]] = []
    for start, end in ranges:
        heard.append(model.transcribe(samples[round(start * RATE) : round(end * RATE)], hotwords))
    return [_whole(hotword, ranges, [found[number] for found in heard]) for number, hotword in enumerate(hotwords)]


def pieces(speech: tuple[Range, ...], seconds: float) -> tuple[Range, ...]:
    """Speech with the sound around it, in pieces of at most 30 s, cut between speech where that can be.

    Args:
        speech: where there is speech, in seconds.
        seconds: how long the recording lasts.
    """
    found: list[list[float]] = []
    for start, end in speech:
        first, last = max(0.0, start - _AROUND), min(seconds, end + _AROUND)
        if found and last - found[-1][0] <= _LONGEST:
            found[-1][1] = max(last, found[-1][1])
            continue
        if found:
            # What is around speech is not heard twice.
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
