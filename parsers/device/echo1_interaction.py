"""The lines of one interaction, put together: heard, streamed, named by the cloud, answered.

Lines of one interaction carry different names for it (a sequence number, the first 31 characters of the request's
id, the whole id, the cloud's stream id). They are put together by these names, and where a line has none, by order.

References:
    Measured on messages_00003921 .. 00003924 of Mich21050/EchoSystemFiles.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field

from parsers.device.echo1_line import LogLine

#: How many interactions may be open at once, and for how long after their first line, in microseconds.
MAX_OPEN = 4
MAX_AGE = 60_000_000
#: lipc cuts values at this many characters.
LIPC_CUT = 31
#: Where a detection is accepted, the log calls its type so.
ACCEPTED = "Accept"

_DETECTION = re.compile(
    r"recognition_id=(?P<recognition>[^\s:,]{1,80}): segmentation_score=(?P<segmentation>[-+.\deE]{1,24}),"
    r"classifier_score=(?P<classifier>[-+.\deE]{1,24}),active_threshold=(?P<threshold>[-+.\deE]{1,24}),"
    r"detection_type=(?P<type>\w{1,40})"
)
_METRIC = re.compile(r"logGroupMetric:action=(?P<action>\w{1,60}),time=(?P<time>\d{1,16})")
_STREAM_METRIC = re.compile(r"(?P<verb>open|close)(?P<what>\w{0,20})StreamToServer")
_WORD = re.compile(r"WakeupWord=(?P<word>[^,:]{1,40}),beginIndex=(?P<begin>\d{1,20}),endIndex=(?P<end>\d{1,20})")
_START = re.compile(r"sequence_number=(?P<sequence>\d{1,20}),")
_PREROLL = re.compile(r"utterance_preroll_ntp_time=(?P<time>\d{1,16})")
_WORD_PLACE = re.compile(r"wwStartIndex=(?P<start>\d{1,12}),wwEndIndex=(?P<end>\d{1,12})")
_REQUEST_CUT = re.compile(r"name=(?:voiceRequestIdChanged|encoderStreamingStarted),.*fparam=(?P<id>[0-9a-f-]{8,36})")
_REQUEST_DATA = re.compile(r"data='(?P<id>[0-9a-f]{8}-[0-9a-f-]{27})'")
_THINKING = re.compile(r"thinkingMode(?P<what>Started|Stopped):(?P<rest>.*?)voiceRequestId=(?P<id>[0-9a-f-]{8,36})")
_STREAM_ID = re.compile(r"asrStreamId=(?P<id>\S{20,200})")
_ANSWER = re.compile(r"handleMessage:messageId=(?P<message>[^,]{1,60}),utteranceId=(?P<id>\S{20,200})")
_FINISHED = re.compile(r"finalize_stream_complete:start_seqnum=(?P<start>\d{1,20}),end_seqnum=(?P<end>\d{1,20})")
_SENT = re.compile(r"status=(?P<status>\w+),.*messageType=Microphone\..*totalBytesWritten=(?P<bytes>\d{1,15})")


@dataclass(slots=True)
class Interaction:
    """What the log says of one interaction. ``at`` keeps, for each thing, the line it stands on."""

    first: LogLine
    at: dict[str, LogLine] = field(default_factory=dict)
    values: dict[str, str] = field(default_factory=dict)
    stream_kind: str = ""

    @property
    def request_prefix(self) -> str:
        """The first characters of the request's id, by which lines are matched; empty where unknown."""
        return (self.values.get("request") or self.values.get("request_cut", ""))[:LIPC_CUT]

    @property
    def lines(self) -> list[int]:
        """The numbers of every line that contributed."""
        return sorted({line.number for line in self.at.values()})

    def put(self, name: str, line: LogLine, **values: str) -> None:
        """Note that a thing stands on a line, with what it says. What stood first, stays."""
        self.at.setdefault(name, line)
        for key, value in values.items():
            self.values.setdefault(key, value)


class Interactions:
    """Puts lines together. :meth:`feed` takes lines; :meth:`closed` gives what is finished."""

    def __init__(self) -> None:
        self._open: list[Interaction] = []
        self._handlers: tuple[tuple[re.Pattern[str], Callable[[LogLine, re.Match[str]], None]], ...] = (
            (_DETECTION, self._detected),
            (_METRIC, self._metric),
            (_WORD, self._word),
            (_PREROLL, self._started),
            (_REQUEST_CUT, self._request_cut),
            (_REQUEST_DATA, self._request_data),
            (_THINKING, self._thinking),
            (_STREAM_ID, self._stream_id),
            (_ANSWER, self._answer),
            (_FINISHED, self._finished),
            (_SENT, self._sent),
        )

    def feed(self, line: LogLine) -> list[Interaction]:
        """Take a line; returns interactions that are finished by it."""
        done = self.closed(line.timestamp)
        for pattern, handler in self._handlers:
            if match := pattern.search(line.text):
                handler(line, match)
                break
        while len(self._open) > MAX_OPEN:
            done.append(self._open.pop(0))
        return done

    def closed(self, now: int | None = None) -> list[Interaction]:
        """Interactions older than :data:`MAX_AGE` at a time of the log; every one where no time is given."""
        done = [one for one in self._open if now is None or _age(one, now) > MAX_AGE]
        self._open = [one for one in self._open if one not in done]
        return done

    @property
    def busy(self) -> bool:
        """Whether an interaction is open."""
        return bool(self._open)

    def _begin(self, name: str, line: LogLine) -> Interaction:
        """The newest interaction that has no such thing yet; a new one where it has."""
        if not self._open or name in self._open[-1].at or "closed" in self._open[-1].at:
            self._open.append(Interaction(line))
        return self._open[-1]

    def _lacking(self, lacks: str, has: str) -> Interaction | None:
        """The oldest open interaction that has one thing and lacks another."""
        return next((one for one in self._open if has in one.at and lacks not in one.at), None)

    def _of_request(self, request: str) -> Interaction | None:
        prefix = request[:LIPC_CUT]
        known = next((one for one in self._open if one.request_prefix == prefix), None)
        return known or next((one for one in reversed(self._open) if not one.request_prefix), None)

    def _detected(self, line: LogLine, match: re.Match[str]) -> None:
        if match["type"] == ACCEPTED:
            one = self._begin("accepted", line)
            scores = {key: match[key] for key in ("recognition", "segmentation", "classifier", "threshold")}
            one.put("accepted", line, **scores)

    def _metric(self, line: LogLine, match: re.Match[str]) -> None:
        action, time = match["action"], match["time"]
        if action == "wakeWordReceived":
            self._begin("received", line).put("received", line, received=time)
        elif action == "playTTSStart":
            if one := self._lacking("speaking", "opened") or self._lacking("speaking", "received"):
                one.put("speaking", line, speaking=time)
        elif action == "playTTSEnd":
            if one := self._lacking("spoken", "speaking"):
                one.put("spoken", line, spoken=time)
        elif stream := _STREAM_METRIC.fullmatch(action):
            self._stream_metric(line, stream["verb"], stream["what"], time)

    def _stream_metric(self, line: LogLine, verb: str, what: str, time: str) -> None:
        if verb == "open":
            one = self._begin("opened", line)
            one.stream_kind = what
            one.put("opened", line, opened=time)
        elif one_open := self._lacking("closed", "opened"):
            one_open.put("closed", line, closed=time)

    def _word(self, line: LogLine, match: re.Match[str]) -> None:
        self._begin("word", line).put(
            "word", line, word=match["word"], word_begin=match["begin"], word_end=match["end"]
        )

    def _started(self, line: LogLine, match: re.Match[str]) -> None:
        one = self._begin("started", line)
        one.put("started", line, started=match["time"])
        if sequence := _START.search(line.text):
            one.put("started", line, sequence=sequence["sequence"])
        if place := _WORD_PLACE.search(line.text):
            one.put("started", line, word_start_sample=place["start"], word_end_sample=place["end"])

    def _request_cut(self, line: LogLine, match: re.Match[str]) -> None:
        if one := self._of_request(match["id"]):
            one.put("request_cut", line, request_cut=match["id"])

    def _request_data(self, line: LogLine, match: re.Match[str]) -> None:
        if one := self._of_request(match["id"]):
            one.put("request", line, request=match["id"])

    def _thinking(self, line: LogLine, match: re.Match[str]) -> None:
        one = self._of_request(match["id"])
        if one is None:
            # The rest of an interaction whose beginning lies in the file before.
            one = Interaction(line)
            self._open.append(one)
        one.put("request", line, request=match["id"])
        name = "thinking" if match["what"] == "Started" else "thought"
        reason = re.search(r"reason=(\w{1,40})", match["rest"])
        one.put(name, line, **({"thinking_ended": reason[1]} if reason else {}))

    def _stream_id(self, line: LogLine, match: re.Match[str]) -> None:
        one = self._lacking("stream", "opened") or self._lacking("stream", "started")
        if one is None:
            one = Interaction(line)
            self._open.append(one)
        one.put("stream", line, stream=match["id"].rstrip(":"))

    def _answer(self, line: LogLine, match: re.Match[str]) -> None:
        stream = match["id"].rstrip(":")
        one = next((o for o in self._open if o.values.get("stream") and stream.startswith(o.values["stream"])), None)
        if one is None or "answer" in one.at:
            one = Interaction(line)
            one.put("stream_of_answer", line, stream=stream.rpartition("/")[0] if _segmented(stream) else stream)
            self._open.append(one)
        one.put("answer", line, answer=stream, answer_message=match["message"])

    def _finished(self, line: LogLine, match: re.Match[str]) -> None:
        one = next((o for o in self._open if o.values.get("sequence") == match["start"]), None)
        if one is not None:
            one.put("finished", line, end_sequence=match["end"])

    def _sent(self, line: LogLine, match: re.Match[str]) -> None:
        if one := self._lacking("sent", "opened"):
            one.put("sent", line, sent_status=match["status"], sent_bytes=match["bytes"])


def detection(text: str) -> re.Match[str] | None:
    """A line of the wake word detector with its scores; None for other lines."""
    return _DETECTION.search(text)


def _segmented(stream: str) -> bool:
    return re.search(r"/\d{1,6}$", stream) is not None


def _age(one: Interaction, now: int) -> int:
    first = one.first.timestamp
    return MAX_AGE + 1 if first is None else abs(now - first)
