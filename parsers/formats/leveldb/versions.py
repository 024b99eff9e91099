"""Classify the versions of each key: live, overwritten or deleted."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from typing import NamedTuple

from parsers.formats.leveldb.entry import LevelEntry
from parsers.record import Issue

#: Limits on the entries kept in memory, and on the bytes of their keys and values. Further entries are counted.
MAX_KEPT = 200_000
MAX_BYTES = 64 * 1024 * 1024
#: Limits on the keys whose last version is remembered, and on their bytes.
MAX_KEYS = 500_000


class LevelProvenance(StrEnum):
    """Whether an entry is live, overwritten or deleted."""

    LIVE = "live"
    OLD = "earlier version"
    DELETED = "deleted, and still in the file"
    UNUSED = "in a file that the database no longer uses"


class Version(NamedTuple):
    """An entry and its state.

    Attributes:
        entry: the entry. Its value is None only if the key was deleted and none of its values is left.
        provenance: its state.
        why: for an entry that is not live, how that is known; else empty.
    """

    entry: LevelEntry
    provenance: LevelProvenance
    why: str = ""

    @property
    def live(self) -> bool:
        """Whether the database would return this value."""
        return self.provenance is LevelProvenance.LIVE


@dataclass(slots=True)
class VersionCollector:
    """Collects the entries of a database's files, in any order, and classifies the wanted ones.

    Attributes:
        wanted: whether to keep an entry.
        total: number of different entries seen; a wanted entry found in two files counts once.
        left_out: number of wanted entries dropped because of the limits.
    """

    wanted: Callable[[LevelEntry], bool]
    total: int = 0
    left_out: int = 0
    _newest: dict[bytes, tuple[int, bool]] = field(default_factory=dict)
    _kept: dict[tuple[bytes, int], tuple[LevelEntry, bool]] = field(default_factory=dict)
    _bytes: int = 0
    _key_bytes: int = 0

    def take(self, entry: LevelEntry, *, used: bool) -> None:
        """Add an entry.

        Args:
            entry: the entry.
            used: whether the database still uses the entry's file.
        """
        wanted = self.wanted(entry)
        if used:
            self._see(entry, wanted=wanted)
        same = (entry.key, entry.sequence)
        if same in self._kept:
            # A table repeats entries of the log, and another table those of the first.
            if used and not self._kept[same][1]:
                self._kept[same] = (entry, True)
            return
        self.total += 1
        if not wanted:
            return
        size = len(entry.key) + len(entry.value or b"")
        if len(self._kept) >= MAX_KEPT or self._bytes + size > MAX_BYTES:
            self.left_out += 1
            return
        self._bytes += size
        self._kept[same] = (entry, used)

    def _see(self, entry: LevelEntry, *, wanted: bool) -> None:
        """Remember the last version of a key."""
        known = self._newest.get(entry.key)
        if known is None:
            room = len(self._newest) < MAX_KEYS and self._key_bytes + len(entry.key) <= MAX_BYTES
            if not room and not wanted:
                return
            self._key_bytes += len(entry.key)
        if known is None or known[0] < entry.sequence:
            self._newest[entry.key] = (entry.sequence, entry.value is None)

    def issues(self) -> Iterator[Issue]:
        """Issues about what was left out."""
        if self.left_out:
            yield Issue(
                f"{self.left_out} entries were not read: more than {MAX_KEPT} of one database, or {MAX_BYTES} bytes."
            )
        if len(self._newest) >= MAX_KEYS or self._key_bytes >= MAX_BYTES:
            yield Issue(
                f"The database has more than {MAX_KEYS} keys. An entry that names the service only in its value may be"
                " shown as live although it was overwritten or deleted."
            )

    def versions(self) -> Iterator[Version]:
        """Yield the wanted entries in the order in which they were written.

        A deletion is yielded only if no value of its key is left.
        """
        valued = {key for (key, _), (entry, _) in self._kept.items() if entry.value is not None}
        for (key, sequence), (entry, used) in sorted(self._kept.items(), key=lambda one: (one[0][1], one[0][0])):
            if entry.value is None:
                if key not in valued and self._newest.get(key, (sequence,))[0] == sequence:
                    valued.add(key)
                    yield Version(
                        entry, LevelProvenance.DELETED, "the entry is a deletion; no value of its key is left"
                    )
                continue
            yield self._judged(entry, used=used)

    def _judged(self, entry: LevelEntry, *, used: bool) -> Version:
        newest, deleted = self._newest.get(entry.key, (entry.sequence, False))
        if newest > entry.sequence:
            if deleted:
                why = f"a deletion, with the sequence number {newest}, follows this one's {entry.sequence}"
                return Version(entry, LevelProvenance.DELETED, why)
            why = f"a later value, with the sequence number {newest}, follows this one's {entry.sequence}"
            return Version(entry, LevelProvenance.OLD, why)
        if used:
            return Version(entry, LevelProvenance.LIVE)
        return Version(entry, LevelProvenance.UNUSED, "the list of the database's files does not name this file")
