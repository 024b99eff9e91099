"""The lines of the sealed set: of each row, each record and each recording of a case, one line in its one form."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from echoforensics.bundle.payload_names import SOUNDS
from echoforensics.case.exhibits.record_details import record_details
from echoforensics.export.jsonl import line_of
from echoforensics.report.media import ending_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from echoforensics.case.case import Case


class SetLine(NamedTuple):
    """A line of the set.

    Attributes:
        line: as it is handed over, without its newline.
        records: ids of the records that it is of.
        evidence: the evidence item that it names; empty for none.
    """

    line: bytes
    records: tuple[str, ...]
    evidence: str = ""


class SoundFile(NamedTuple):
    """A recording, and the file it is handed over in.

    Attributes:
        file: its name in a bundle.
        sha256: of its content.
        exhibit: its first exhibit.
        records: ids of its own records: more than one where the same bytes are held by different records.
    """

    file: str
    sha256: str
    exhibit: str
    records: tuple[str, ...]

    @property
    def line(self) -> SetLine:
        """Its line."""
        content = {"exhibit": self.exhibit, "file": self.file, "sha256": self.sha256}
        return SetLine(line_of(content).encode("utf-8"), self.records)


def row_lines(case: Case) -> Iterator[SetLine]:
    """The rows, as JSON Lines has them, by time, those without a time last."""
    for row in case.rows():
        yield SetLine(line_of(row).encode("utf-8"), (row["record"],), row["evidence"])


def record_lines(case: Case) -> Iterator[SetLine]:
    """The records, with what their rows do not say, in the order in which they were found."""
    for detail in record_details(case.store):
        yield SetLine(line_of(detail._asdict()).encode("utf-8"), (detail.record,))


def sound_files(case: Case) -> list[SoundFile]:
    """The recordings, by their first exhibits."""
    found: dict[str, SoundFile] = {}
    for recording in case.recordings():
        first, records = recording.rows[0]["exhibit"], {row["record"] for row in recording.rows}
        if known := found.get(recording.sha256):
            first, records = min(first, known.exhibit, key=_number), records.union(known.records)
        name = f"{SOUNDS}{first}.{ending_of(recording)}"
        found[recording.sha256] = SoundFile(name, recording.sha256, first, tuple(sorted(records)))
    return sorted(found.values(), key=lambda sound: _number(sound.exhibit))


def _number(exhibit: str) -> int:
    return int(exhibit.rpartition("-")[2])
