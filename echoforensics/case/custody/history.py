"""What a ledger says of its case: how far it has come, what was sealed, and what each evidence item put into it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from chain_of_custody.ledger import LedgerEntry
from echoforensics.case.custody.names import (
    ADDED,
    BEGINNINGS,
    DROPPED,
    HASHED_AGAIN,
    HEAD,
    KEY_NAMED,
    READ,
    SEALED,
    SKIPPED,
    TAKEN_IN,
)

#: What a case is of: each may be given once, and again only with ``--join-case``.
MATTER = ("examiner", "agency", "reference")


@dataclass(slots=True)
class FinishedSource:
    """An evidence item that was parsed to its end.

    Attributes:
        contents: digests of what it put into the tables; None in a case of an earlier version, whose lines have none.
        again: what the ledger says of its second hash; None while it was not hashed again.
    """

    contents: Mapping[str, str] | None
    again: Mapping[str, Any] | None = None

    @property
    def changed(self) -> bool:
        """Whether the second hash is another than the first."""
        return self.again is not None and self.again.get("unchanged") is not True


@dataclass(slots=True)
class CaseHistory:
    """What the lines of a ledger come to.

    Attributes:
        length: how many there are.
        seal: what the last line that seals the case says; None if an extraction was begun after it.
        begun: whether an extraction was ever begun.
        has_head_file: whether the case keeps the ledger's head in a file of its own.
        taken_in: by the name of an evidence item, what was said when it was taken in.
        finished: by the name of an evidence item, one that was parsed to its end.
        skipped: by the path of a source that was given and skipped, why.
        matter: by ``examiner``, ``agency`` and ``reference``, what was given, in order, each once.
        timezone: the last that was given.
        dropped: what was removed, each as the ledger says.
        announced: what the line says that announces a database with additions; None once that was sealed.
        additions: digest of everything that was added to the sealed case; empty if nothing was.
        key: what was last said of the key that signs it: its fingerprint, and whether it is provisional or whose it is.
        backwards: pairs of a line's number and a sentence, where a time is before that of the line before.
    """

    length: int = 0
    seal: Mapping[str, Any] | None = None
    begun: bool = False
    has_head_file: bool = False
    taken_in: dict[str, Mapping[str, Any]] = field(default_factory=dict)
    finished: dict[str, FinishedSource] = field(default_factory=dict)
    skipped: dict[str, str] = field(default_factory=dict)
    matter: dict[str, list[str]] = field(default_factory=lambda: {name: [] for name in MATTER})
    timezone: str = ""
    dropped: list[Mapping[str, Any]] = field(default_factory=list)
    announced: Mapping[str, Any] | None = None
    additions: str = ""
    key: Mapping[str, Any] = field(default_factory=dict)
    backwards: list[str] = field(default_factory=list)

    @classmethod
    def of(cls, entries: Iterable[LedgerEntry]) -> CaseHistory:
        """Read entries in order. Their signatures are checked elsewhere."""
        found, before = cls(), ""
        for entry in entries:
            found.length += 1
            # The form of the times is one in which the order of texts is that of times.
            if entry.time < before:
                found.backwards.append(f"line {found.length} is of {entry.time}, the line before it of {before}")
            before = entry.time
            found._take(entry.action, entry.detail)
        return found

    def _take(self, action: str, detail: Mapping[str, Any]) -> None:
        if action in BEGINNINGS:
            self._begin(detail)
        elif action == SEALED:
            self._seal(detail)
        elif action == ADDED:
            self.announced = detail
        elif action == KEY_NAMED:
            self.key = _mapping(detail.get("key"))
        elif action == TAKEN_IN:
            self.taken_in[str(detail.get("evidence"))] = detail
            self.skipped.pop(str(detail.get("location")), None)
        elif action == READ:
            self.finished[str(detail.get("evidence"))] = FinishedSource(_digests(detail.get("contents")))
        elif action == HASHED_AGAIN:
            if source := self.finished.get(str(detail.get("evidence"))):
                source.again = detail
        elif action == SKIPPED:
            self.skipped[str(detail.get("source"))] = str(detail.get("why"))
        elif action == DROPPED:
            self._drop(detail)

    def _drop(self, detail: Mapping[str, Any]) -> None:
        self.dropped.append(detail)
        for name, digests in _mapping(detail.get("contents")).items():
            if source := self.finished.get(name):
                source.contents = _digests(digests)

    def _seal(self, detail: Mapping[str, Any]) -> None:
        if self.announced is not None and self.announced.get("database") == detail.get("database"):
            self.additions = str(self.announced.get("additions"))
        self.seal, self.announced = detail, None

    def _begin(self, detail: Mapping[str, Any]) -> None:
        self.begun, self.seal, self.announced = True, None, None
        self.has_head_file |= detail.get("head_file") == HEAD
        self.timezone = str(detail.get("timezone") or self.timezone)
        self.key = _mapping(detail.get("key")) or self.key
        for name, values in self.matter.items():
            value = detail.get(name)
            if isinstance(value, str) and value and value not in values:
                values.append(value)
        skipped = detail.get("skipped")
        for source in map(_mapping, skipped if isinstance(skipped, list) else ()):
            self.skipped[str(source.get("source"))] = str(source.get("why"))


def _mapping(value: object) -> Mapping[str, Any]:
    """A detail that is to be an object; an empty one where it is something else."""
    return value if isinstance(value, dict) else {}


def _digests(value: object) -> Mapping[str, str] | None:
    return {str(table): str(digest) for table, digest in value.items()} if isinstance(value, dict) else None
