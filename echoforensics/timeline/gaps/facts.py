"""Facts that gaps are derived from: interactions, chunks of rotated logs, records that mention deletion or silence."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import NamedTuple

from echoforensics.case.spoken.case_gap import FoundAt
from parsers.times import utc

#: A chunk of a rotated log of an Echo of the first generation: log, number, when it was closed.
_CHUNK = re.compile(r"(?:.*/)?(?P<log>[\w.-]{1,60})_(?P<number>\d{8})_(?P<closed>\d{14})(?:\.gz)?", re.ASCII)


@dataclass(slots=True, unsafe_hash=True)
class InteractionFacts:
    """Facts of one interaction: its witnesses, its time, and a record of it.

    Treat it as immutable; a frozen class takes several times as long to create.

    Attributes:
        start: microseconds since 1970 UTC, or None.
        heard: whether a device's record says that it accepted a wake word or made a request.
        entry: whether it has an account entry.
        sound: whether it has a recording.
        at: one of its records.
        count: number of interactions with the same facts that it stands for.
        entry_at: the account entry; None if it has none.
        sound_at: the recording, likewise.
        key: the least id of its records; orders interactions of the same start.
    """

    start: int | None
    heard: bool
    entry: bool
    sound: bool
    at: FoundAt
    count: int = 1
    entry_at: FoundAt | None = None
    sound_at: FoundAt | None = None
    key: str = ""


class LogChunk(NamedTuple):
    """A closed chunk of a rotated log."""

    evidence: str
    folder: str
    log: str
    number: int
    closed: int | None
    path: str

    @classmethod
    def of(cls, evidence: str, path: str) -> LogChunk | None:
        """Parse the chunk in a path; None if the path names none. Files inside the chunk's archive do not count."""
        found = _CHUNK.fullmatch(path.rpartition("/")[2])
        if found is None or "!/" in path:
            return None
        text = found["closed"]
        closed = utc(*(int(text[at : at + size]) for at, size in ((0, 4), (4, 2), (6, 2), (8, 2), (10, 2), (12, 2))))
        return cls(evidence, path.rpartition("/")[0], found["log"], int(found["number"]), closed, path)


class ChunkCounter(NamedTuple):
    """The number of the oldest or newest chunk of a log, as the device recorded it."""

    log: str
    which: str
    number: int
    at: FoundAt


class MarkRecord(NamedTuple):
    """A record that mentions a deletion, or a period without lines.

    Attributes:
        kind: ``deletion`` or ``silence``.
        message: the record's message.
        start, end: microseconds since 1970 UTC, or None.
        at: the record.
    """

    kind: str
    message: str
    start: int | None
    end: int | None
    at: FoundAt
