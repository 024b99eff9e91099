"""Detections that the wake word detector did not accept, and whether the log shows audio sent afterwards."""

from __future__ import annotations

import re

from parsers.echo1.log import pattern
from parsers.echo1.log.line import LogLine
from parsers.echo1.log.timestamps import line_timestamp
from parsers.locator import at_line
from parsers.record import Record, Value

#: The most seconds between a detection and the opening of its stream.
STREAM_SECONDS = 5
#: How many detections may be pending.
_MAX_WAITING = 16

_OPENS = re.compile(r"action=open\w{0,30}StreamToServer,|utterance_preroll_ntp_time=")
#: Every line that opens a stream contains one of these.
_OPENING_WORDS = ("StreamToServer,", "utterance_preroll_ntp_time=")
_HEARD = "action=wakeWordReceived,"
#: How a message names the scores.
_SCORES = {
    "segmentation_score": "segmentation score", "classifier_score": "classifier score", "active_threshold": "threshold",
}  # fmt: skip


class NearMisses:
    """Holds a detection until it is known whether a stream follows. Pass lines to :meth:`feed` in order."""

    def __init__(self) -> None:
        self._waiting: list[tuple[LogLine, str]] = []

    def feed(self, line: LogLine, *, may_tell: bool = True) -> list[Record]:
        """Process a line; returns the records of completed detections.

        Args:
            line: the line.
            may_tell: whether it may tell of a detection or of a stream; otherwise only its time counts.
        """
        done: list[Record] = []
        text = line.text if may_tell else ""
        found = pattern.DETECTION.search(text) if "detection_type=" in text else None
        if (found and found["type"] == pattern.ACCEPTED) or _HEARD in text:
            done = self.end()
        elif any(map(text.__contains__, _OPENING_WORDS)) and _OPENS.search(text):
            done = [_record(one, kind, line if _soon(one, line) else None) for one, kind in self._waiting]
            self._waiting.clear()
        elif self._waiting:
            soon = [waiting for waiting in self._waiting if _soon(waiting[0], line)]
            if len(soon) < len(self._waiting):
                done = [_record(one, kind, None) for one, kind in self._waiting if not _soon(one, line)]
                self._waiting = soon
        if found and found["type"] != pattern.ACCEPTED:
            self._waiting.append((line, found["type"]))
        while len(self._waiting) > _MAX_WAITING:
            done.append(_record(*self._waiting.pop(0), None))
        return done

    def end(self, last: int | None = None) -> list[Record]:
        """Return the records of pending detections: nothing more can follow them.

        Args:
            last: the seconds of the last line, if the file ends.
        """
        done = [_record(one, kind, None, last=last) for one, kind in self._waiting]
        self._waiting.clear()
        return done


def _soon(one: LogLine, line: LogLine) -> bool:
    if one.seconds is None or line.seconds is None:
        return True
    return 0 <= line.seconds - one.seconds <= STREAM_SECONDS


def _record(line: LogLine, kind: str, opened: LogLine | None, last: int | None = None) -> Record:
    scores = pattern.scores(line.text)
    fields: dict[str, Value] = {"detection_type": kind, **scores, "lines": [line.number]}
    parts = [f"{name} {scores[key]}" for key, name in _SCORES.items() if key in scores]
    message = (
        f"The device's log records a detection of the type {kind}: something like the wake word was heard and not"
        f" accepted{' (' + ', '.join(parts) + ')' if parts else ''}."
    )
    if opened is None:
        message += " This file shows no audio stream opened for it."
        if last is not None and line.seconds is not None and last - line.seconds <= STREAM_SECONDS:
            message += " The file ends soon after."
    else:
        fields["stream_line"] = opened.number
        fields["lines"] = [line.number, opened.number]
        message += (
            f" Line {opened.number}, within {STREAM_SECONDS} s, tells of an audio stream, with no accepted wake word"
            " between them."
        )
    return Record("echo:log:near_miss", message, at_line(line.number), (line_timestamp(line),), fields=fields)
