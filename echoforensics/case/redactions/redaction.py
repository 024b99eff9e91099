"""The redactions of a case, read from its records."""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from echoforensics.case.added_records.addition import ANNOTATION, MACHINE

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from echoforensics.case.store import Store

#: The data type of the record of a redaction.
REDACTION = f"{ANNOTATION}redaction"
_SAME_SOUND = f"{MACHINE}same_sound"


@dataclass(frozen=True, slots=True)
class RedactedPart:
    """A removed part of a recording: samples of each channel, their replacement, and the reason.

    Attributes:
        start, end: the first sample, and the one after the last.
        replacement: ``silence``, ``tone`` or ``noise``.
        reason: a code, or words.
    """

    start: int
    end: int
    replacement: str
    reason: str


@dataclass(frozen=True, slots=True)
class Redaction:
    """The redaction in force for a recording.

    Attributes:
        exhibit: exhibit of the redaction's record; for a withheld recording, of the recording it sounds like.
        about: exhibit of the recording; empty for a withheld recording.
        original: SHA-256 of the recording.
        copy: SHA-256 of the copy that replaces it; empty if the recording is withheld.
        parts: the removed parts, in order.
        rate: samples per second, of the recording and the copy.
        marks: words that the examiner marked, for texts without times; empty if such texts are withheld whole.
        container, codec, bits, channels, samples: format of the copy.
        same_sound: SHA-256 of recordings with the same sound in other bytes.
        author: name of the examiner.
    """

    exhibit: str
    about: str
    original: str
    copy: str
    parts: tuple[RedactedPart, ...]
    rate: int
    marks: tuple[str, ...] = ()
    container: str = "WAV"
    codec: str = ""
    bits: int | None = None
    channels: int = 1
    samples: int = 0
    same_sound: tuple[str, ...] = ()
    author: str = ""

    @property
    def seconds(self) -> tuple[tuple[float, float], ...]:
        """The removed ranges in seconds; the whole recording if it is withheld."""
        if not self.copy:
            return ((0.0, math.inf),)
        return tuple((part.start / self.rate, part.end / self.rate) for part in self.parts)

    @property
    def where(self) -> str:
        """The removed ranges, in words."""
        return ", ".join(
            f"{part.start / self.rate:.3f}-{part.end / self.rate:.3f} s replaced by {part.replacement}"
            for part in self.parts
        )

    @property
    def reasons(self) -> str:
        """The reasons, each once."""
        return "; ".join(dict.fromkeys(part.reason for part in self.parts))

    def as_fields(self) -> dict[str, Any]:
        """The fields of the redaction's record."""
        return {
            "original_sha256": self.original, "copy_sha256": self.copy, "rate": self.rate,
            "parts": [[part.start, part.end, part.replacement, part.reason] for part in self.parts],
            "marked_words": list(self.marks), "same_sound": list(self.same_sound), "author": self.author,
            "container": self.container, "codec": self.codec, "bits": self.bits, "channels": self.channels,
            "samples": self.samples,
        }  # fmt: skip

    @classmethod
    def of_fields(cls, exhibit: str, fields: Mapping[str, Any]) -> Redaction:
        """Read the output of :meth:`as_fields`. Raises KeyError, TypeError and ValueError if it is invalid."""
        return cls(
            exhibit=exhibit,
            about=str(fields["about"]),
            original=str(fields["original_sha256"]),
            copy=str(fields["copy_sha256"]),
            parts=tuple(RedactedPart(int(a), int(b), str(how), str(why)) for a, b, how, why in fields["parts"]),
            rate=int(fields["rate"]),
            marks=tuple(map(str, fields["marked_words"])),
            container=str(fields["container"]),
            codec=str(fields["codec"]),
            bits=fields["bits"],
            channels=int(fields["channels"]),
            samples=int(fields["samples"]),
            same_sound=tuple(map(str, fields["same_sound"])),
            author=str(fields["author"]),
        )


def redactions_of(store: Store) -> dict[str, Redaction]:
    """The redaction in force for each recording, by its SHA-256: the last recorded one."""
    if store.lacks_interactions:
        return {}
    found = store.db.execute(
        "SELECT w.number, r.fields FROM kinds k JOIN exhibits w ON w.kind = k.id JOIN records r ON r.number = w.record"
        " WHERE k.data_type = ? ORDER BY w.number",
        (REDACTION,),
    )
    made = (Redaction.of_fields(f"EF-{number:07}", json.loads(fields)) for number, fields in found)
    return {one.original: one for one in made}


def copies_of(store: Store) -> frozenset[str]:
    """SHA-256 of every redacted copy with a record in the case, in force or not."""
    if store.lacks_interactions:
        return frozenset()
    found = store.db.execute(
        "SELECT json_extract(r.fields, '$.copy_sha256') FROM kinds k JOIN records r ON r.kind = k.id"
        " WHERE k.data_type = ?",
        (REDACTION,),
    )
    return frozenset(str(sha256) for (sha256,) in found if sha256)


def withheld_recordings(store: Store, redactions: Mapping[str, Redaction]) -> Iterator[Redaction]:
    """Yield withheld recordings: the same sound as a redacted one, without a redaction of their own."""
    pairs: list[tuple[str, str]] = [(one.original, other) for one in redactions.values() for other in one.same_sound]
    found = store.db.execute(
        "SELECT w.recording, json_extract(r.fields, '$.same_as_sha256') FROM kinds k JOIN exhibits w ON w.kind = k.id"
        " JOIN records r ON r.number = w.record WHERE k.data_type = ?",
        (_SAME_SOUND,),
    )
    pairs += [(str(one), str(other)) for one, other in found]
    seen = set(redactions)
    sources = dict(redactions)
    grown = True
    while grown:
        grown = False
        for pair in pairs:
            for known, other in (pair, pair[::-1]):
                if known in sources and other not in seen:
                    of = sources[known]
                    sources[other] = Redaction(of.exhibit, "", other, "", of.parts, of.rate, of.marks)
                    seen.add(other)
                    grown = True
                    yield sources[other]
