"""Recordings in cached answers, as played from a voice history."""

from __future__ import annotations

import hashlib
import io
import re
from dataclasses import replace
from urllib.parse import unquote

from parsers.alexa_api.items.address import ApiUrl
from parsers.formats.audio.facts import AudioFacts
from parsers.formats.audio.formats import NOT_READ, recognise
from parsers.formats.audio.unread import is_sound
from parsers.parser import HEAD_SIZE
from parsers.record import Clock, Record, Timestamp, Value
from parsers.recording.parser import message
from parsers.utterance import UtteranceId

_PATH = re.compile(r"/utterance/audio|/rvh/audio", re.IGNORECASE)
_DEVICE_TYPE = re.compile(r"A[0-9A-Z]{9,14}")
_TEXT = (b"{", b"[", b"<")
_NOTE = "From the utterance id in the address: UTC, to the second; the start of the audio stream."


def is_recording(content: bytes, media: str, path: str) -> bool:
    """Whether a body is sound, by its first bytes, its media type, or its address."""
    if not content:
        return False
    head = content[:HEAD_SIZE]
    known = recognise(head)
    if media.lower().startswith("audio/") or (known is not None and (known.name != NOT_READ or is_sound(head))):
        return True
    return bool(_PATH.search(path)) and not content.lstrip().startswith(_TEXT)


def recording(record: Record, content: bytes, url: ApiUrl | None, holder: str) -> Record:
    """Add to the record of a cached answer what its sound and its address show.

    Args:
        record: the record as for any cached answer.
        content: the sound.
        url: the address it came from; None if it is not known.
        holder: the start of the message, naming the container.
    """
    spoken = _utterance(url) if url else None
    fields: dict[str, Value] = {**record.fields, "sha256": hashlib.sha256(content).hexdigest()}
    sentence = f"{holder} holds a recording of {len(content)} bytes{f', answered to {url.plain_path}' if url else ''}."
    known = recognise(content[:HEAD_SIZE])
    facts = known.describe(io.BytesIO(content), len(content)) if known else None
    if isinstance(facts, AudioFacts):
        sentence += f" {message(facts)}"
        fields |= {
            "container": facts.container,
            "codec": facts.codec,
            "rate_hz": facts.rate_hz,
            "channels": facts.channels,
            "duration_us": facts.duration_us,
            "whole": facts.whole,
            "fault": facts.full_issue,
            "metadata": dict(facts.metadata),
        }
    timestamps = record.timestamps
    if spoken:
        timestamps = (*timestamps, Timestamp("Start Time", spoken.recorded_time, Clock.CLOUD, spoken.timestamp, _NOTE))
    return replace(
        record,
        message=sentence,
        timestamps=timestamps,
        utterance_id=spoken.text if spoken else None,
        device_serial=record.device_serial or (spoken.serial if spoken else None),
        device_type=record.device_type or (spoken.source if spoken and _DEVICE_TYPE.fullmatch(spoken.source) else None),
        fields=fields,
    )


def _utterance(url: ApiUrl) -> UtteranceId | None:
    """The utterance id in an address: a whole parameter, or part of the path or a parameter."""
    texts = [*url.query.values(), *(unquote(value) for value in url.query.values()), unquote(url.path)]
    for text in texts:
        if found := UtteranceId.parse(text) or UtteranceId.find(text):
            return found
    return None
