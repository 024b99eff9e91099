"""The files and records of a case that gaps are derived from: chunks of logs, their counters, deletions, silences."""

from __future__ import annotations

from typing import TYPE_CHECKING

from echoforensics.case.spoken.case_gap import FoundAt
from echoforensics.case.spoken.spoken_query import file_paths, records_of_types
from echoforensics.timeline.gaps.facts import ChunkCounter, LogChunk, MarkRecord

if TYPE_CHECKING:
    from collections.abc import Iterator

    from echoforensics.case.spoken.added_evidence import Extent
    from echoforensics.case.spoken.spoken_record import SpokenRecord
    from echoforensics.case.store import Store

_COUNTERS = ("echo:log:counter",)
_DELETIONS = ("alexa:cloud:push_message", "alexa:cloud:response", "alexa:web:cached")
_SILENCES = ("echo:log:clock_change",)
#: Data types of the records that these functions read.
TYPES = (*_COUNTERS, *_DELETIONS, *_SILENCES)
#: Minimum length in seconds of a period without log lines that is a gap.
_SILENCE = 3600
#: Messages to clients, and URLs, about entries of the history being deleted.
_DELETING = ("PUSH_DELETE", "DELETE_")
_HISTORY = ("activit", "history", "utterance", "privacy", "/cards")


def chunks(store: Store, after: Extent | None = None) -> Iterator[LogChunk]:
    """Yield the chunks of rotated logs: of the case, or of what was added after an earlier extent."""
    return (chunk for evidence, path in file_paths(store, after) if (chunk := LogChunk.of(evidence, path)))


def counters(store: Store, after: Extent | None = None) -> Iterator[ChunkCounter]:
    """Yield the counters of logs, likewise."""
    for record in records_of_types(store, _COUNTERS, after):
        number = record.fields.get("number")
        if isinstance(number, int):
            yield ChunkCounter(record.text("log"), record.text("which"), number, _found_at(record))


def marks(store: Store, after: Extent | None = None) -> Iterator[MarkRecord]:
    """Yield records that mention a deletion, or a long period without lines, likewise."""
    for record in records_of_types(store, _DELETIONS, after):
        asked = record.text("request_method") == "DELETE"
        asked = asked and any(word in record.text("request_url").lower() for word in _HISTORY)
        if asked or record.text("command").upper().startswith(_DELETING):
            times = [time.timestamp for time in record.times]
            yield MarkRecord("deletion", record.message, min(times, default=None), None, _found_at(record))
    for record in records_of_types(store, _SILENCES, after):
        seconds, times = record.fields.get("seconds"), sorted(time.timestamp for time in record.times)
        if "before_line" in record.fields and isinstance(seconds, int) and seconds >= _SILENCE and len(times) == 2:
            yield MarkRecord("silence", record.message, times[0], times[1], _found_at(record))


def _found_at(record: SpokenRecord) -> FoundAt:
    """The location of a record, as the basis of a gap."""
    return FoundAt(record.exhibit, record.evidence[0] if record.evidence else "", record.path, record.locator)
