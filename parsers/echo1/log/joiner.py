"""Combine the lines of the log's interactions."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from parsers.echo1.log import pattern
from parsers.echo1.log.answers import Answers
from parsers.echo1.log.interaction import MAX_OPEN, MAX_SILENCE, Interaction
from parsers.echo1.log.line import LogLine
from parsers.utterance import UtteranceId

#: Seconds within which the lines of one wake word follow each other, up to the opening of its stream.
_WORD_SECONDS = 5
_OPENING_SECONDS = 10
#: Seconds within which the service names a stream and starts on a request.
_NAMING_SECONDS = 30

#: The events of an interaction that may precede the opening of its stream.
_BEFORE_OPENING = {"accepted", "received", "word", "started", "request_cut", "request"}

_Handler = Callable[[LogLine, re.Match[str]], None]


class Joiner:
    """Combines lines. Pass lines to :meth:`feed` in order; it returns finished interactions."""

    def __init__(self) -> None:
        self._open: list[Interaction] = []
        self._answers = Answers(self._open)
        # Each with a word that such lines contain: searching for a word is faster than matching a pattern.
        self._handlers: tuple[tuple[str, re.Pattern[str], _Handler], ...] = (
            ("detection_type=", pattern.DETECTION, self._detected),
            ("logGroupMetric:action=", pattern.METRIC, self._metric),
            ("WakeupWord=", pattern.WORD, self._word),
            ("utterance_preroll_ntp_time=", pattern.PREROLL, self._started),
            ("fparam=", pattern.REQUEST_CUT, self._request_cut),
            ("data='", pattern.REQUEST, self._request),
            ("voiceRequestId=", pattern.THINKING, self._thinking),
            ("asrStreamId=", pattern.STREAM_NAMED, self._stream_named),
            ("handleMessage:messageId=", pattern.ANSWER, self._answers.message),
            ("finalize_stream", pattern.FINISHED, self._finished),
            ("messageType=Microphone.", pattern.SENT, self._sent),
        )

    def feed(self, line: LogLine, *, may_tell: bool = True) -> list[Interaction]:
        """Process a line; returns interactions that are over.

        Args:
            line: the line.
            may_tell: whether it may be a line of an interaction; otherwise only its time counts.
        """
        over = [one for one in self._open if one.is_over(line)]
        if over:
            self._open[:] = [one for one in self._open if not any(one is other for other in over)]
        if not may_tell:
            return over
        text = line.text
        for word, known, handler in self._handlers:
            if word in text and (match := known.search(text)):
                handler(line, match)
                break
        while len(self._open) > MAX_OPEN:
            over.append(self._open.pop(0))
        return over

    def end(self, last: int | None = None) -> list[Interaction]:
        """Every interaction still open.

        Args:
            last: the seconds of the last line if the file ends; None if the device was restarted.
        """
        left = self._open[:]
        self._open.clear()
        for one in left:
            one.at_end = last is not None and one.last.seconds is not None and last - one.last.seconds <= MAX_SILENCE
        return left

    def _begin(self, line: LogLine) -> Interaction:
        self._open.append(Interaction(line))
        return self._open[-1]

    def _of_word(self, line: LogLine, name: str) -> Interaction:
        """Return the newest interaction if it is recent, not closed and lacks such a line; else a new one."""
        newest = next((one for one in reversed(self._open) if one.heard or "started" in one.at), None)
        if newest is None or {name, "closed"} & newest.at.keys() or not newest.within(line, _WORD_SECONDS):
            return self._begin(line)
        return newest

    def _detected(self, line: LogLine, match: re.Match[str]) -> None:
        if match["type"] == pattern.ACCEPTED:
            self._of_word(line, "accepted").put("accepted", line, **pattern.scores(line.text))

    def _metric(self, line: LogLine, match: re.Match[str]) -> None:
        action, time = match["action"], match["time"]
        if action == "wakeWordReceived":
            self._of_word(line, "received").put("received", line, received=time)
        elif action == "playTTSStart":
            self._answers.started(line, time)
        elif action == "playTTSEnd":
            self._answers.ended(line, time)
        elif found := pattern.STREAM_ACTION.fullmatch(action):
            opens = found["verb"] == "open"
            (self._opened if opens else self._closed)(line, time, found["kind"])

    def _opened(self, line: LogLine, time: str, kind: str) -> None:
        for one in reversed(self._open):
            # A stream of a kind other than "WW" does not belong to a preceding wake word.
            if one.at and one.at.keys() <= _BEFORE_OPENING and not (one.heard and "WW" not in kind):
                break
        else:
            one = self._begin(line)
        if not one.within(line, _OPENING_SECONDS):
            one = self._begin(line)
        one.put("opened", line, opened=time, kind=kind)

    def _closed(self, line: LogLine, time: str, kind: str) -> None:
        for one in reversed(self._open):
            begun = {"opened", "started"} & one.at.keys()
            if begun and "closed" not in one.at and one.values.get("kind", kind) == kind:
                break
        else:
            one = self._begin(line)
        one.put("closed", line, closed=time, kind=kind)

    def _word(self, line: LogLine, match: re.Match[str]) -> None:
        begin = int(match["word_begin"])
        one = next((one for one in self._open if "word" not in one.at and _word_place(one) == begin), None)
        (one or self._of_word(line, "word")).put("word", line, **match.groupdict())

    def _started(self, line: LogLine, match: re.Match[str]) -> None:
        values = {"started": match["time"]}
        for found in (
            pattern.FUNCTION.match(line.text),
            pattern.SEQUENCE.search(line.text),
            pattern.WORD_PLACE.search(line.text),
        ):
            if found:
                values |= found.groupdict()
        begin = int(values.get("sequence", -1)) + int(values.get("first_in_audio", 0))
        one = next(
            (o for o in self._open if "started" not in o.at and o.values.get("word_begin") == str(begin)),
            None,
        )
        if one is None and "wakeword" in values.get("start_function", "").lower():
            one = self._of_word(line, "started")
        (one or self._begin(line)).put("started", line, **values)

    def _request_cut(self, line: LogLine, match: re.Match[str]) -> None:
        one = self._of_request(line, match["id"], _OPENING_SECONDS) or self._begin(line)
        one.put("request_cut", line, request_cut=match["id"])

    def _request(self, line: LogLine, match: re.Match[str]) -> None:
        if one := self._of_request(line, match["id"], _OPENING_SECONDS):
            one.put("request", line, request=match["id"])

    def _of_request(self, line: LogLine, request: str, seconds: int) -> Interaction | None:
        prefix = request[: pattern.LIPC_CUT]
        for one in self._open:
            if one.request_prefix == prefix:
                return one
        for one in reversed(self._open):
            if not one.request_prefix and one.at and one.within(line, seconds):
                return one
        return None

    def _thinking(self, line: LogLine, match: re.Match[str]) -> None:
        one = self._of_request(line, match["id"], _NAMING_SECONDS) or self._begin(line)
        values = {"request": match["id"]}
        for part in (pattern.TIMEOUT, pattern.REASON):
            if found := part.search(line.text):
                values |= found.groupdict()
        if match["what"] == "Stopped":
            one.at.pop("thought", None)
        one.put("thinking" if match["what"] == "Started" else "thought", line, **values)

    def _stream_named(self, line: LogLine, match: re.Match[str]) -> None:
        text = pattern.stream_id(line.text, match.end())
        if text is None:
            return
        utterance = UtteranceId.parse(text)
        second = None if utterance is None else utterance.timestamp // 1_000_000
        unnamed = [
            one for one in reversed(self._open)
            if "stream" not in one.at and {"opened", "started"} & one.at.keys() and one.within(line, _NAMING_SECONDS)
        ]  # fmt: skip
        of_this_second = [one for one in unnamed if second is not None and one.opened_near(second)]
        one = next(iter(of_this_second or unnamed), None) or self._begin(line)
        one.put("stream", line, stream=text)

    def _finished(self, line: LogLine, match: re.Match[str]) -> None:
        one = next((one for one in reversed(self._open) if one.values.get("sequence") == match["start"]), None)
        if one is None:
            one = next(self._ending(line, "finished"), None) or self._begin(line)
        one.put("finished", line, sequence=match["start"], end_sequence=match["end"])

    def _sent(self, line: LogLine, match: re.Match[str]) -> None:
        if written := pattern.BYTES.search(line.text):
            one = next(self._ending(line, "sent"), None) or self._begin(line)
            one.put("sent", line, sent_status=match["status"], sent_bytes=written["bytes"])

    def _ending(self, line: LogLine, lacks: str) -> Iterator[Interaction]:
        """Yield open interactions, newest first, whose stream may end with this line."""
        for one in reversed(self._open):
            another = lacks == "finished" and "sequence" in one.values
            begun = {"opened", "closed", "stream", "finished", "sent"} & one.at.keys()
            if lacks not in one.at and begun and not another and one.within(line, _NAMING_SECONDS):
                yield one


def _word_place(one: Interaction) -> int | None:
    """The sample number at which the wake word begins, from the line of the stream's start."""
    if "sequence" not in one.values or "first_in_audio" not in one.values:
        return None
    return int(one.values["sequence"]) + int(one.values["first_in_audio"])
