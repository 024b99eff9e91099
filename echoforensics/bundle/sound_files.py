"""The recordings of a case, and the files in which they are handed over."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from echoforensics.export.handed_over.payload_names import SOUNDS
from echoforensics.export.handed_over.set_lines import SetLine
from echoforensics.export.jsonl import line_of
from echoforensics.report.media import ending_of

if TYPE_CHECKING:
    from echoforensics.case.case import Case


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
        """Its line of the sealed set."""
        content = {"exhibit": self.exhibit, "file": self.file, "sha256": self.sha256}
        return SetLine(line_of(content).encode("utf-8"), self.records)


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
