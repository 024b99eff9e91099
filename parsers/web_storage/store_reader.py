"""The base class for readers of stores: which entries are wanted, what they say, how many there are."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from parsers.formats.leveldb.entry import LevelEntry
from parsers.formats.leveldb.versions import Version
from parsers.record import Clock, Issue, Record, Value


@dataclass(slots=True)
class StoreReader(ABC):
    """Reads the entries of one store.

    Attributes:
        path: the path of the claimed file.
        clock: whose clock made the times in the store.
        in_app: whether the store is in the folder of an Alexa app, so that everything in it is listed.
        listed: how many entries have records so far.
    """

    path: str
    clock: Clock
    in_app: bool
    listed: int = 0

    @abstractmethod
    def wanted(self, entry: LevelEntry) -> bool:
        """Whether to keep an entry in memory until every file is read."""

    @abstractmethod
    def records(self, versions: Iterable[Version]) -> Iterator[Record | Issue]:
        """Yield the records of the entries kept in memory."""


def version_fields(version: Version) -> dict[str, Value]:
    """The fields common to all records of an entry."""
    fields: dict[str, Value] = {"sequence": version.entry.sequence, "provenance": version.provenance.value}
    if not version.live:
        fields["why"] = version.why
        fields["confidence"] = "lower than that of a live entry"
    return fields


def version_remark(version: Version) -> str:
    """The sentence that ends the message of an entry that is not live."""
    return "" if version.live else f"The store no longer shows this entry ({version.provenance}): {version.why}."


def within(locator: str, skipped: int) -> str:
    """The locator of a range without its first bytes; empty if there is no range."""
    outer, mark, place = locator.rpartition("bytes:")
    offset, plus, length = place.partition("+")
    if not (mark and plus) or int(length) < skipped:
        return ""
    return f"{outer}bytes:{int(offset) + skipped}+{int(length) - skipped}"
