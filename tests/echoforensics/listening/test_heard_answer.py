"""What a worker says it heard: exactly what findings are made of, about the recording that was asked about."""

from __future__ import annotations

from typing import Any

import pytest

from echoforensics.cluster.answers import answer_in, as_answer
from echoforensics.errors import ClusterError
from echoforensics.listening.listener import HeardRecording
from echoforensics.listening.on_cluster.heard_answer import heard_recording
from echoforensics.listening.speech import SpeechTimes
from echoforensics.listening.transcribing import SpokenText
from echoforensics.listening.wake_word import WakeWordScore
from echoforensics.listening.whisper_model import Word

HEARD = HeardRecording(
    "a" * 64,
    "",
    "soundfile",
    SpeechTimes(2.0, ((0.5, 1.0),), (), ((0.0, 0.5), (1.0, 2.0)), 0.9, -12.5),
    WakeWordScore("alexa", 0.8, None, 0.7, 0.5),
    (SpokenText("", "stop", (Word("stop", 0.5, 1.0, 0.9),), None, 0.1, ((0.1, 1.4),)),),
)


def _answer() -> Any:
    return answer_in(as_answer(lambda: HEARD))


@pytest.mark.parametrize("heard", [HEARD, HeardRecording("a" * 64, "is not a sound")])
def test_it_comes_over_as_it_was(heard: HeardRecording) -> None:
    assert heard_recording(answer_in(as_answer(lambda: heard)), "a" * 64) == heard


@pytest.mark.parametrize(
    "change",
    [
        {"sha256": 1}, {"more": 1}, {"texts": 3}, {"texts": ["stop"]}, {"speech": [1.0]}, {"decoder": None},
        {"wake_word": {"word": "alexa"}}, {"speech": {**_answer()["speech"], "speech": [[0.5, True]]}},
        {"texts": [{**_answer()["texts"][0], "text": ["a"]}]}, {"sha256": "b" * 64},
    ],
    ids=range(10),
)  # fmt: skip
def test_anything_else_is_refused(change: dict[str, Any]) -> None:
    with pytest.raises(ClusterError, match="a worker's answer is"):
        heard_recording({**_answer(), **change}, "a" * 64)
    with pytest.raises(ClusterError, match="a worker's answer is nothing heard"):
        heard_recording(["a"], "a" * 64)
