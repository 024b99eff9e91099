"""The history of a case from its ledger: its stage, its seals, and the contents of each evidence item."""

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

#: Details of the matter: each may be given once, and again only with ``--join-case``.
MATTER = ("examiner", "agency", "reference")


@dataclass(slots=True)
class FinishedSource:
    """An evidence item that was parsed completely.

    Attributes:
        contents: digests of its part of the tables; None in a case of an earlier version, whose ledger has none.
        again: the ledger's detail of its second hash; None until it was hashed again.
    """

    contents: Mapping[str, str] | None
    again: Mapping[str, Any] | None = None

    @property
    def changed(self) -> bool:
        """Whether the second hash differs from the first."""
        return self.again is not None and self.again.get("unchanged") is not True


@dataclass(slots=True)
class CaseHistory:
    """The state of a case, derived from the lines of its ledger.

    Attributes:
        length: number of lines.
        seal: the detail of the last line that seals the case; None if an extraction began after it.
        begun: whether an extraction ever began.
        has_head_file: whether the case has a file with the ledger's head.
        taken_in: by name of evidence item, the detail of its intake.
        finished: by name of evidence item, those that were parsed completely.
        skipped: by path of a skipped source, the reason.
        matter: by ``examiner``, ``agency`` and ``reference``, the values given, in order, without repeats.
        timezone: the last one given.
        dropped: the removals, each as the ledger records it.
        announced: the detail of the line that announces a database with additions; None once it was sealed.
        additions: digest of all added records; empty if there are none.
        key: the last statement about the signing key: its fingerprint, and whether it is provisional or its owner.
        backwards: pairs of a line number and a sentence, for each time that is before that of the previous line.
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

    @property
    def announced_files(self) -> tuple[str, ...]:
        """SHA-256 of each file to be added with the announced database."""
        copy = _mapping((self.announced or {}).get("copy"))
        return (str(copy["sha256"]),) if "sha256" in copy else ()

    @classmethod
    def of(cls, entries: Iterable[LedgerEntry]) -> CaseHistory:
        """Build the history from entries in order. Signatures are checked elsewhere."""
        found, before = cls(), ""
        for entry in entries:
            found.length += 1
            # The format of the times sorts as text in the order of time.
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
    """A detail as an object; an empty one if it is something else."""
    return value if isinstance(value, dict) else {}


def _digests(value: object) -> Mapping[str, str] | None:
    return {str(table): str(digest) for table, digest in value.items()} if isinstance(value, dict) else None
