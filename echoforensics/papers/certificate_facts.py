"""Collects the facts for a certificate from a case's ledger and tables; none is typed in by hand."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from echoforensics.case.counts import parsers
from echoforensics.case.custody.history import CaseHistory
from echoforensics.case.custody.names import BEGINNINGS, HASHED_AGAIN, LEDGER, TAKEN_IN
from echoforensics.case.custody.standing import standing
from echoforensics.case.custody.vault_check import vault_problems
from echoforensics.case.entry_table import artefact_hashes
from echoforensics.counting import counted
from echoforensics.errors import CaseError, UnverifiedCaseError
from echoforensics.examiner_clock import clock_words
from parsers.catalogue import catalogue

if TYPE_CHECKING:
    from chain_of_custody.ledger import LedgerEntry
    from echoforensics.case.case import Case
    from echoforensics.case.counts import CaseCounts

ALGORITHM_NAMES = {
    "sha256": "SHA-256", "md5": "MD5", "sha1": "SHA-1", "sha512": "SHA-512", "sha3_256": "SHA3-256",
    "blake2b": "BLAKE2b",
}  # fmt: skip
#: The most recordings to list by hash; the others are in the case's timeline.
MOST_RECORDINGS = 200
_NOT_AGAIN = "not hashed again"


@dataclass(frozen=True, slots=True)
class CertifiedItem:
    """One evidence item.

    Attributes:
        name, kind, size, described: as in the case.
        taken_in, hashed_again: the times, in UTC.
        unchanged: whether both hashes are equal; None if it was not hashed again.
        hashes: the hashed object, the algorithm, and the values at intake and after the extraction.
    """

    name: str
    kind: str
    size: int
    described: tuple[str, ...]
    taken_in: str
    hashed_again: str
    unchanged: bool | None
    hashes: tuple[tuple[str, str, str, str], ...]


@dataclass(frozen=True, slots=True)
class CertificateFacts:
    """The facts in a certificate.

    Attributes:
        matter: examiner, agency and reference, as given.
        fingerprint: the fingerprint of the key that signs the ledger; None if unsigned.
        key: the ledger's statement about the key's owner.
        length, head: length and head of the ledger.
        begun: the ledger's record of the tool and the system.
        clocks: its record of the examiner's clock, one sentence per extraction.
        items: the evidence.
        devices: serial number, type and number of records of each device named in records.
        counts: the content of the case in numbers.
        recordings: exhibit, SHA-256 and path of the first :data:`MOST_RECORDINGS` recordings.
        validation: name and version of each parser with records, and what it was validated on.
    """

    matter: Mapping[str, str]
    fingerprint: str | None
    key: Mapping[str, Any]
    length: int
    head: str
    begun: Mapping[str, Any]
    clocks: tuple[str, ...]
    items: tuple[CertifiedItem, ...]
    devices: tuple[tuple[str, str, str], ...]
    counts: CaseCounts
    recordings: tuple[tuple[str, str, str], ...]
    validation: tuple[tuple[str, str], ...]

    @classmethod
    def of(cls, case: Case) -> CertificateFacts:
        """Collect the facts after checking ledger, database and all files of the case against its seal.

        Raises:
            UnverifiedCaseError: something differs from what was sealed, or the case is incomplete.
            CaseError: it cannot be read.
        """
        found = standing(case.path)
        problems = (
            [found.why_not] if not found.ok else vault_problems(case.path, artefact_hashes(case.store), others=True)
        )
        if problems:
            raise UnverifiedCaseError(f"{case.path}: no certificate can be drafted: {'; '.join(problems[:5])}")
        entries = list(case.actions())
        history = CaseHistory.of(entries)
        begun = [entry.detail for entry in entries if entry.action in BEGINNINGS]
        if not begun:
            raise CaseError(f"{case.path / LEDGER}: records no extraction")
        clocks = [clock_words(state) for detail in begun if isinstance(state := detail.get("clock"), dict)]
        return cls(
            matter={name: "; ".join(values) for name, values in history.matter.items()},
            fingerprint=found.fingerprint,
            key=history.key,
            length=found.length,
            head=found.head,
            begun=begun[-1],
            clocks=tuple(dict.fromkeys(clocks)),
            items=tuple(_items(case, entries)),
            devices=tuple(
                (device.serial, device.type or "type not recorded", counted(device.records, "record"))
                for device in case.devices()
            ),
            counts=case.counts(),
            recordings=tuple(_recordings(case)),
            validation=tuple(_validation(case)),
        )

    @property
    def changed(self) -> list[str]:
        """Return the names of items that differed after the extraction."""
        return [item.name for item in self.items if item.unchanged is False]


def _items(case: Case, entries: list[LedgerEntry]) -> Iterator[CertifiedItem]:
    before, after = _by_evidence(entries, TAKEN_IN), _by_evidence(entries, HASHED_AGAIN)
    for item in case.evidence():
        first, second = before.get(item.name), after.get(item.name)
        then: Mapping[str, Any] = first.detail if first else {}
        now: Mapping[str, Any] = second.detail if second else {}
        unchanged = now.get("unchanged")
        yield CertifiedItem(
            name=item.name,
            kind=item.kind,
            size=item.size,
            described=tuple(item.described),
            taken_in=first.time[:19] + "Z" if first else "",
            hashed_again=second.time[:19] + "Z" if second else "",
            unchanged=unchanged if isinstance(unchanged, bool) else None,
            hashes=tuple(_hashes(then, now)),
        )


def _by_evidence(entries: list[LedgerEntry], action: str) -> dict[str, LedgerEntry]:
    return {str(entry.detail.get("evidence")): entry for entry in entries if entry.action == action}


def _hashes(then: Mapping[str, Any], now: Mapping[str, Any]) -> Iterator[tuple[str, str, str, str]]:
    media, again, kept = then.get("media"), now.get("media"), then.get("stored_in_image")
    yield from _compared("the item", then, now)
    if isinstance(media, dict):
        yield from _compared("media inside the image", media, again if isinstance(again, dict) else {})
    if isinstance(kept, dict):
        for name, value in kept.items():
            read = media.get(name) if isinstance(media, dict) else None
            yield (
                "value kept by the image",
                ALGORITHM_NAMES.get(name) or str(name),
                str(value),
                str(read or "not computed"),
            )


def _compared(what: str, then: Mapping[str, Any], now: Mapping[str, Any]) -> Iterator[tuple[str, str, str, str]]:
    for name, word in ALGORITHM_NAMES.items():
        if isinstance(then.get(name), str):
            other = "compared by SHA-256" if now else _NOT_AGAIN
            yield what, word, str(then[name]), str(now.get(name, other))


def _recordings(case: Case) -> Iterator[tuple[str, str, str]]:
    for number, recording in enumerate(case.recordings()):
        if number == MOST_RECORDINGS:
            return
        exhibit = str(recording.rows[0]["exhibit"]) if recording.rows else "no exhibit"
        yield exhibit, recording.sha256, recording.references[0] if recording.references else ""


def _validation(case: Case) -> Iterator[tuple[str, str]]:
    used = set(parsers(case.store))
    for entry in catalogue():
        if (entry.name, entry.version) in used:
            samples = "; ".join(entry.about.validated_on) or "no real sample; see its page in the documentation"
            yield f"{entry.name} {entry.version}", samples
            used.discard((entry.name, entry.version))
    for name, version in sorted(used):
        yield f"{name} {version}", "not a parser of this installation, or of another version: not known"
