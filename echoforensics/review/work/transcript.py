"""A human transcript: what a person heard, in timed segments, with unsure words marked."""

from __future__ import annotations

import re
from typing import Any

from echoforensics.review.room_errors import InvalidRequestError

#: Characters of a segment, segments, and characters of all of them.
_MOST_TEXT, _MOST_SEGMENTS, _MOST_WHOLE = 10_000, 5_000, 200_000
#: Maximum number of unsure ranges in one segment.
_MOST_UNSURE = 1_000
#: A recording whose length is not known is not longer than this, in seconds; and what a page may be off by.
_LONGEST, _OFF = 7 * 24 * 3600.0, 0.25
#: Characters that no text may contain: null, and lone surrogates, which JSON can hold and UTF-8 cannot.
NO_TEXT = re.compile("[\0\ud800-\udfff]")


def checked_transcript(segments: Any, seconds: float | None) -> list[dict[str, Any]]:
    """The segments of a transcript as they are kept: times to 10 ms, by their start.

    Args:
        segments: as they were sent: each ``{from, to, text, unsure}``; times in seconds, ``unsure`` as ranges of
            characters of the text.
        seconds: how long the recording lasts; None if that is not known.

    Raises:
        InvalidRequestError: they are no transcript; the message says what is wrong with which.
    """
    if not isinstance(segments, list) or len(segments) > _MOST_SEGMENTS:
        raise InvalidRequestError("a transcript is a list of at most {most} segments", {"most": _MOST_SEGMENTS})
    checked = [_segment(number, one, seconds) for number, one in enumerate(segments, 1)]
    if sum(len(one["text"]) for one in checked) > _MOST_WHOLE:
        raise InvalidRequestError("a transcript has at most {most} characters; shorten it", {"most": _MOST_WHOLE})
    return sorted(checked, key=lambda one: (one["from"], one["to"]))


def transcript_text(segments: list[dict[str, Any]]) -> str:
    """The text of a transcript in one line, with unsure words in brackets: ``turn on the [light?]``."""
    return " / ".join(_marked(one) for one in segments if one["text"].strip())


def _marked(segment: dict[str, Any]) -> str:
    text, marked, at = str(segment["text"]), list[str](), 0
    for start, end in segment["unsure"]:
        marked += [text[at:start], "[", text[start:end], "?]"]
        at = end
    return " ".join("".join([*marked, text[at:]]).split())


def _segment(number: int, given: Any, seconds: float | None) -> dict[str, Any]:
    if not isinstance(given, dict):
        raise InvalidRequestError(
            "segment {number} is not a segment: it needs from, to, text and unsure", {"number": number}
        )
    text = given.get("text")
    if not isinstance(text, str) or len(text) > _MOST_TEXT or NO_TEXT.search(text):
        raise InvalidRequestError(
            "segment {number}: its text is to be at most {most} characters of Unicode",
            {"number": number, "most": _MOST_TEXT},
        )
    start, end = (checked_second(given.get(name), number, seconds) for name in ("from", "to"))
    if start > end:
        raise InvalidRequestError("segment {number} ends before it begins; exchange its times", {"number": number})
    return {"from": start, "to": end, "text": text, "unsure": _unsure(number, given.get("unsure", []), text)}


def checked_second(value: Any, number: int, seconds: float | None) -> float:
    """A time in a recording in seconds, to 10 ms.

    Args:
        value: as it was sent.
        number: which entry of a list it is in, for the message.
        seconds: how long the recording lasts, or None.

    Raises:
        InvalidRequestError: it is no time in the recording.
    """
    most = _LONGEST if seconds is None else seconds
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not 0 <= value <= most + _OFF:
        raise InvalidRequestError(
            "Entry {number}: its times have to be seconds from 0 to {most}, the end of the recording.",
            {"number": number, "most": f"{most:.2f}"},
        )
    return min(round(float(value), 2), most)


def _unsure(number: int, given: Any, text: str) -> list[list[int]]:
    """Ranges of characters, sorted by start, without overlaps."""
    wrong = InvalidRequestError(
        "segment {number}: what is unsure is to be ranges of its characters, each [start, end]", {"number": number}
    )
    if not isinstance(given, list) or len(given) > _MOST_UNSURE:
        raise wrong
    ranges: list[list[int]] = []
    for one in given:
        if not isinstance(one, list) or len(one) != 2 or any(type(place) is not int for place in one):
            raise wrong
        if not 0 <= one[0] < one[1] <= len(text):
            raise wrong
        ranges.append(one)
    joined: list[list[int]] = []
    for start, end in sorted(ranges):
        if joined and start <= joined[-1][1]:
            joined[-1][1] = max(joined[-1][1], end)
        else:
            joined.append([start, end])
    return joined
