"""The lines of one interaction, combined: heard, streamed, named by the service, answered.

Lines of one interaction carry different names for it: a sample number, the first 31 characters of the request's id,
the whole id, the id of the stream. They are combined by these names and, where a line has none, by order: it then
belongs to the newest interaction that lacks such a line and is recent enough.

References:
    Measured on messages_00003921 .. 00003924 of Mich21050/EchoSystemFiles.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from parsers.echo1.log.line import LogLine
from parsers.echo1.log.pattern import LIPC_CUT
from parsers.utterance import UtteranceId

#: How many interactions may be open at once, and how many answers are kept per interaction.
MAX_OPEN = 8
MAX_ANSWERS = 64
#: Seconds, by the log's clock, after which an interaction is over: since its last line; while speech continues.
MAX_SILENCE = 60
MAX_SPEECH = 900

#: The greatest difference between the second in an utterance id and the stream's opening, with a correct clock.
_ID_SECONDS = 3
_HEARD = {"accepted", "received", "word"}


@dataclass(slots=True)
class Speech:
    """Speech that the device played: the message that triggered it, its start, its end. Each may be missing."""

    utterance: str | None = None
    message: LogLine | None = None
    message_id: str | None = None
    start: LogLine | None = None
    start_time: str = ""
    end: LogLine | None = None
    end_time: str = ""

    @property
    def lines(self) -> list[LogLine]:
        """The lines that report it."""
        return [line for line in (self.start, self.message, self.end) if line is not None]


@dataclass(slots=True)
class Interaction:
    """What the log says about one interaction.

    Attributes:
        last: its most recent line.
        at: the line of each logged event.
        values: the values in the lines.
        answers: speech played for it.
        at_end: whether the file ends while it may still be in progress.
    """

    last: LogLine
    at: dict[str, LogLine] = field(default_factory=dict)
    values: dict[str, str] = field(default_factory=dict)
    answers: list[Speech] = field(default_factory=list)
    at_end: bool = False

    @property
    def heard(self) -> bool:
        """Whether a line reports an accepted wake word."""
        return not _HEARD.isdisjoint(self.at)

    @property
    def request_prefix(self) -> str:
        """The first characters of the request's id, by which lines are matched; empty if unknown."""
        return (self.values.get("request") or self.values.get("request_cut", ""))[:LIPC_CUT]

    @property
    def stream(self) -> str | None:
        """The id of its audio stream, as named by the log or by an answer."""
        named = self.values.get("stream")
        if named is None:
            named = next((speech.utterance for speech in self.answers if speech.utterance), None)
            utterance = UtteranceId.parse(named) if named else None
            if utterance is not None and utterance.segment is not None:
                named = utterance.text.rpartition("/")[0]
        return named

    @property
    def lines(self) -> list[int]:
        """The numbers of every line that contributed."""
        spoken = {line.number for speech in self.answers for line in speech.lines}
        return sorted(spoken | {line.number for line in self.at.values()})

    def put(self, name: str, line: LogLine, **values: str) -> None:
        """Store the line of an event, with its values. The first line is kept."""
        self.at.setdefault(name, line)
        self.last = line
        for key, value in values.items():
            self.values.setdefault(key, value)

    def within(self, line: LogLine, seconds: int) -> bool:
        """Whether a line follows the last one within this time, or the log gives no time to compare."""
        if line.seconds is None or self.last.seconds is None:
            return True
        return abs(line.seconds - self.last.seconds) <= seconds

    def opened_near(self, second: int) -> bool:
        """Whether its stream was opened near a second since 1970, by the device's clock."""
        line = self.at.get("opened") or self.at.get("started")
        return line is not None and line.seconds is not None and abs(line.seconds - second) <= _ID_SECONDS

    def is_over(self, line: LogLine) -> bool:
        """Whether it is over at the time of a line."""
        if self.within(line, MAX_SILENCE):
            return False
        speaks = any(speech.start and not speech.end for speech in self.answers)
        return not (speaks and self.within(line, MAX_SPEECH))
