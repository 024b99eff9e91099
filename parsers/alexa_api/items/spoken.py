"""Utterance data in cloud records: the id, the time, and the text that the service recognised."""

from __future__ import annotations

import re
from urllib.parse import unquote

from parsers.record import Clock, Timestamp
from parsers.utterance import UtteranceId

#: The source named in an id if the request was typed.
TEXT_SOURCE = "TextClient"
_NOTE = "From the utterance id, UTC, in whole seconds: the start of the audio stream."
_TEXT_NOTE = f"From the utterance id, UTC, in whole seconds. The id names {TEXT_SOURCE} as its source: text, no audio."
_DEVICE_TYPE = re.compile(r"A[0-9A-Z]{9,14}")
_QUOTES = (('"', '"'), ("\u201c", "\u201d"), ("\u201e", "\u201c"), ("\u00ab", "\u00bb"), ("\u300c", "\u300d"))


def choose(stated: object, first: object) -> UtteranceId | None:
    """Choose between the id that a record states and the id of its first segment.

    The segment's id is used if both name one stream: it distinguishes the wake word from what follows. Otherwise
    the record's own id is used.
    """
    whole = UtteranceId.parse(stated) if isinstance(stated, str) else None
    segment = UtteranceId.parse(first) if isinstance(first, str) else None
    if whole is None:
        return segment
    if segment is not None and segment.uuid == whole.uuid and whole.segment is None:
        return segment
    return whole


def in_url(url: object) -> UtteranceId | None:
    """Find the id in the address of a recording, or None."""
    return UtteranceId.find(unquote(url)) if isinstance(url, str) else None


def to_timestamp(utterance: UtteranceId, locator: str = "") -> Timestamp:
    """The time of an utterance."""
    note = _TEXT_NOTE if utterance.source == TEXT_SOURCE else _NOTE
    return Timestamp("Recorded Time", utterance.recorded_time, Clock.CLOUD, utterance.timestamp, note, locator)


def device_type(utterance: UtteranceId | None) -> str | None:
    """The device type an id names as its source, or None if it names no device."""
    return utterance.source if utterance and _DEVICE_TYPE.fullmatch(utterance.source) else None


def quoted(text: object) -> str | None:
    """Return the text between the first and the last quotation mark in any language, or None."""
    if not isinstance(text, str):
        return None
    for opening, closing in _QUOTES:
        first, last = text.find(opening), text.rfind(closing)
        if 0 <= first < last:
            return text[first + len(opening) : last]
    return None
