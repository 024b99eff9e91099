"""One version of one key, as stored in a log or a table."""

from __future__ import annotations

from dataclasses import dataclass, replace


@dataclass(frozen=True, slots=True)
class LevelEntry:
    """One version of a key.

    Attributes:
        key: the key, without the sequence number that LevelDB appends to it.
        value: the value; None if the entry is a deletion.
        sequence: the number of the write; the later of two versions has the higher number.
        locator: where the entry is in its file. For an entry in a fragmented log record, the record with the headers
            between its fragments.
        value_at: the locator of the value alone; empty if it is in several places.
        file: the name of the file, as :attr:`parsers.record.Record.file`; empty for the file that was claimed.
    """

    key: bytes
    value: bytes | None
    sequence: int
    locator: str
    value_at: str = ""
    file: str = ""

    def of(self, file: str) -> LevelEntry:
        """A copy of the entry that names the given file."""
        return replace(self, file=file)
