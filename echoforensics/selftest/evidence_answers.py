"""What is found in images and archives whose files are known, and between bytes in which recordings were planted."""

from __future__ import annotations

from collections.abc import Iterator

from echoforensics.case.case import Case
from echoforensics.case.entry_table import FoundFile, files_found
from echoforensics.evidence.entry import EntryState
from echoforensics.selftest.answer import KnownAnswer, compared
from echoforensics.selftest.truth import EVIDENCE_ANSWERS, stated

CONTAINERS, DELETED, CARVER = "images and archives", "deleted files", "carver"
#: Files that a file system keeps for itself, which the truth set does not state: NTFS begins their names so.
_ITS_OWN = "$"


def evidence_answers(case: Case) -> Iterator[KnownAnswer]:
    """Whether each source hashes to what is known, and holds the files that were put into it and no others."""
    truth = stated(EVIDENCE_ANSWERS)
    items = {item.name: item for item in case.evidence()}
    for name, source in truth["sources"].items():
        found = _files(case, name, EntryState.ALLOCATED)
        item = items.get(name)
        yield compared(
            CONTAINERS, name,
            {"sha256": source["sha256"], "files": source["files"]},
            {"sha256": item.sha256 if item else None, "files": found},
        )  # fmt: skip
        if source["deleted"]:
            yield compared(DELETED, name, source["deleted"], _files(case, name, EntryState.DELETED))
    carved = {file.addresses[-1]: file.sha256 for file in _found(case, "carved.img", EntryState.CARVED)}
    for planted in truth["carved"]:
        where = f"carved:{planted['offset']}+{planted['size']}"
        yield compared(
            CARVER, f"{planted['kind']} at byte {planted['offset']}", planted["sha256"], carved.pop(where, None)
        )
    yield compared(CARVER, "nothing else is taken for a recording", {}, carved)


def _files(case: Case, evidence: str, state: EntryState) -> dict[str, str | None]:
    return {file.path: file.sha256 for file in _found(case, evidence, state) if not file.path.startswith(_ITS_OWN)}


def _found(case: Case, evidence: str, state: EntryState) -> Iterator[FoundFile]:
    for item in case.evidence():
        if item.name == evidence:
            yield from files_found(case.store, item.id, state)
