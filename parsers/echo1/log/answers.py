"""Speech that the device plays: the message that triggered it, its start and its end."""

from __future__ import annotations

import re

from parsers.echo1.log.interaction import MAX_ANSWERS, Interaction, Speech
from parsers.echo1.log.line import LogLine
from parsers.echo1.log.pattern import stream_id
from parsers.utterance import UtteranceId

#: The most seconds between the start of speech and the line of its message, in either order.
_START_SECONDS = 10

#: How many of an interaction's last answers may still be playing.
_LAST = 4


class Answers:
    """Matches speech with the interactions that it answers.

    A start is logged just before its message, so it waits, in an interaction of its own, to be claimed.

    Args:
        interactions: the open interactions; unmatched speech is added as a new one.
    """

    def __init__(self, interactions: list[Interaction]) -> None:
        self._open = interactions

    def started(self, line: LogLine, time: str) -> None:
        """Process a line that reports the start of speech."""
        speech = next((s for s in self._newest() if s.message and not s.start and not s.end), None)
        if speech is None or not _near(speech, line):
            speech = self._alone(line)
        speech.start, speech.start_time = line, time
        self._touch(speech, line)

    def ended(self, line: LogLine, time: str) -> None:
        """Process a line that reports the end of speech."""
        unended = [speech for speech in self._newest() if not speech.end]
        speech = next((speech for speech in unended if speech.start), next(iter(unended), None)) or self._alone(line)
        speech.end, speech.end_time = line, time
        self._touch(speech, line)

    def message(self, line: LogLine, match: re.Match[str]) -> None:
        """Process a line that reports that a message with speech was handled."""
        utterance = stream_id(line.text, match.end())
        if utterance is None:
            return
        speech = self._claimed(line) or Speech()
        speech.utterance, speech.message, speech.message_id = utterance, line, match["message"]
        one = self._of_stream(utterance)
        if one is None or len(one.answers) >= MAX_ANSWERS:
            one = Interaction(line)
            self._open.append(one)
        one.answers.append(speech)
        one.last = line

    def _newest(self) -> list[Speech]:
        known = [speech for one in self._open for speech in one.answers[-_LAST:]]
        return sorted(known, key=lambda speech: -max(line.number for line in speech.lines))

    def _alone(self, line: LogLine) -> Speech:
        speech = Speech()
        self._open.append(Interaction(line, answers=[speech]))
        return speech

    def _touch(self, speech: Speech, line: LogLine) -> None:
        for one in self._open:
            if any(speech is other for other in one.answers):
                one.last = line

    def _claimed(self, line: LogLine) -> Speech | None:
        """Return speech that started just before and that no message has claimed."""
        for one in reversed(self._open):
            if not one.at and len(one.answers) == 1 and not one.answers[0].message:
                speech = one.answers[0]
                if speech.start and not speech.end and _near(speech, line):
                    self._open[:] = [other for other in self._open if other is not one]
                    return speech
        return None

    def _of_stream(self, text: str) -> Interaction | None:
        utterance = UtteranceId.parse(text)
        for one in reversed(self._open):
            known = UtteranceId.parse(one.stream or "")
            if one.stream == text or (utterance and known and utterance.uuid == known.uuid):
                return one
        if utterance is None:
            return None
        # The line that names the stream may be damaged or missing: the id contains the second of the stream's opening.
        second = utterance.timestamp // 1_000_000
        return next((one for one in reversed(self._open) if one.stream is None and one.opened_near(second)), None)


def _near(speech: Speech, line: LogLine) -> bool:
    before = max(speech.lines, key=lambda known: known.number)
    if line.seconds is None or before.seconds is None:
        return True
    return abs(line.seconds - before.seconds) <= _START_SECONDS
