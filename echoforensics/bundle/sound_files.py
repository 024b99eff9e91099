"""The recordings of a case, and their files in a bundle."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from echoforensics.export.handed_over.payload_names import SOUNDS
from echoforensics.export.handed_over.set_lines import SetLine
from echoforensics.export.jsonl import line_of
from echoforensics.report.media import ending_of

if TYPE_CHECKING:
    from echoforensics.case.case import Case


class SoundFile(NamedTuple):
    """A recording, and its file in a bundle.

    Attributes:
        file: the file's name in a bundle.
        sha256: the SHA-256 of its content.
        redacts: the SHA-256 of the recording it is a redacted copy of; empty if it is not a copy.
        exhibit: its first exhibit.
        records: the ids of its own records: several if different records hold the same bytes.
    """

    file: str
    sha256: str
    exhibit: str
    records: tuple[str, ...]
    redacts: str = ""

    @property
    def line(self) -> SetLine:
        """Its line of the sealed set."""
        content = {"exhibit": self.exhibit, "file": self.file, "sha256": self.sha256}
        content |= {"redacts": self.redacts} if self.redacts else {}
        return SetLine(line_of(content).encode("utf-8"), self.records)


def sound_files(case: Case) -> list[SoundFile]:
    """Return the recordings by their first exhibits; redacted ones as copies, without withheld ones."""
    found: dict[str, SoundFile] = {}
    for recording in case.recordings():
        first, records = recording.rows[0]["exhibit"], {row["record"] for row in recording.rows}
        if known := found.get(recording.sha256):
            first, records = min(first, known.exhibit, key=_number), records.union(known.records)
        heard, of = recording.heard, recording.sha256 if recording.is_redacted else ""
        name = f"{SOUNDS}{first}{'_redacted' if of else ''}.{ending_of(recording)}"
        if heard:
            found[recording.sha256] = SoundFile(name, heard, first, tuple(sorted(records)), of)
    return sorted(found.values(), key=lambda sound: _number(sound.exhibit))


def _number(exhibit: str) -> int:
    return int(exhibit.rpartition("-")[2])
