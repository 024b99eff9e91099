"""Merges cases that were made separately from different sources, as if one run had made them."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from chain_of_custody.ledger import read
from echoforensics.case.added_records.addition_table import added_rows
from echoforensics.case.case import Case
from echoforensics.case.counts import counts_of_item
from echoforensics.case.custody.matter import described_matter
from echoforensics.case.custody.names import (
    DATABASE,
    HASHED_AGAIN,
    LEDGER,
    MERGED,
    READ,
    SEALED,
    TAKEN_IN,
)
from echoforensics.case.custody.open_case import OpenCase
from echoforensics.case.custody.standing import ledger_history, standing
from echoforensics.case.custody.vault_check import vault_problems
from echoforensics.case.disk import case_disk
from echoforensics.case.entry_table import artefact_hashes
from echoforensics.case.evidence_table import EvidenceState, set_state
from echoforensics.case.issue_table import add_skipped_source
from echoforensics.case.no_case import not_a_case
from echoforensics.case.parts.contents import add_part, artefacts_of
from echoforensics.counting import counted
from echoforensics.errors import CaseError
from echoforensics.evidence.streams import BLOCK
from echoforensics.extraction.begin_and_seal import named_by_key, open_in_ledger, seal_case
from echoforensics.extraction.intake import free_name
from echoforensics.extraction.sources import whole_path
from echoforensics.extraction.trust import refuse_other_matter

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from chain_of_custody.signer import Signer
    from echoforensics.case.counts import CaseCounts
    from echoforensics.case.custody.standing import CaseStanding
    from echoforensics.case.evidence_table import EvidenceItem
    from echoforensics.extraction.options import KeyGiver, Options, Report

    #: Puts the files of an evidence item of a part into the vault of a case.
    AddArtefacts = Callable[[OpenCase, Case, EvidenceItem], None]

#: Lines of a part's ledger on an evidence item that are copied to the merged case's ledger.
_KEPT = (TAKEN_IN, HASHED_AGAIN)


def merge_cases(
    path: Path, parts: list[Path], key: Signer | KeyGiver | None, options: Options, report: Report
) -> CaseCounts:
    """Add the contents of other cases to a case, which is created if missing; then join, number and seal.

    The exhibits get the numbers that one run over the sources would give, in the order of the cases. A source that
    the case already has is skipped. The added cases do not change.

    Args:
        path: the case folder.
        parts: the other cases: sealed, and unchanged since.
        key: as for :func:`echoforensics.extraction.run.extract`.
        options: only examiner, agency, reference and time zone are used.
        report: progress callback.

    Returns:
        Counts for the whole case.

    Raises:
        CaseError: a part is not a sealed case of this version, or has changed; or the case cannot be written.
            Nothing was changed.
        CaseDiskError: the case's disk is full or failing.
    """
    standings = []
    for part in parts:
        report(f"verifying {part.name}", 0, 0)
        standings.append(standing_of_part(part, path))
    refuse_other_matter(path, options)
    signing = key() if callable(key) else key
    options = named_by_key(options, signing, path)
    with OpenCase.begin(path, signing, options.actor) as case:
        open_in_ledger(case, options)
        for part, found in zip(parts, standings, strict=True):
            add_merged(case, part, found, report)
        return seal_case(case, report)


def standing_of_part(part: Path, case: Path, *, files: bool = True) -> CaseStanding:
    """Verify a part before it is added to a case.

    Args:
        part: the part.
        case: the folder of the case to add it to.
        files: whether to hash its files. A part that this run has just made has hashed them as it wrote them.

    Raises:
        CaseError: it is not a case, or has changed.
    """
    if not (part / DATABASE).is_file():
        raise not_a_case(part)
    if whole_path(part) == whole_path(case):
        raise CaseError(f"{part}: is the case itself; it cannot be merged into itself")
    found = standing(part)
    if not found.ok:
        raise CaseError(f"{part}: {found.why_not}. Nothing was changed")
    if ledger_history(part / LEDGER).dropped:
        raise CaseError(f"{part}: artefacts were dropped from it, so it cannot be merged. Nothing was changed")
    with Case.open(part) as opened:
        if opened.store.is_earlier:
            raise CaseError(
                f"{part}: is a case of an earlier version, which can only be read. Extract the evidence again into"
                " a new folder, and add that"
            )
        known = artefact_hashes(opened.store)
        kept = {sha256 for item in opened.evidence() for sha256 in artefacts_of(opened.store, item.id)}
        problems = [f"{sha256!r}: an entry names it, but no artefact has it" for sha256 in sorted(kept - set(known))]
        problems += vault_problems(part, known, others=True) if files else []
    if problems:
        raise CaseError(f"{part}: is not as it was sealed: {'; '.join(problems[:5])}. Nothing was changed")
    return found


def add_merged(
    case: OpenCase, path: Path, found: CaseStanding, report: Report, made: Mapping[str, Any] | None = None,
    location: str = "", *, takes_files: bool = False,
) -> None:  # fmt: skip
    """Add one part, and record in the ledger which one it is and that its seal was verified.

    Args:
        case: the case to add to.
        path: the part.
        found: result of its verification.
        report: progress callback.
        made: further content of the ledger line: where the part was made.
        location: path of its evidence, if it differs from the path that the part records.
        takes_files: whether to move its files, which nobody else needs or can write to, instead of copying them. They
            were hashed when it was verified or made.
    """
    detail = {**(made or {}), **({"location": location} if location else {})}
    with Case.open(path) as part:
        _add(case, part, found, report, detail, _take_artefacts if takes_files else _copy_artefacts)


def _add(
    case: OpenCase,
    part: Case,
    found: CaseStanding,
    report: Report,
    made: Mapping[str, Any],
    add_artefacts: AddArtefacts,
) -> None:
    history = ledger_history(part.path / LEDGER)
    known = {item.sha256 for item in case.evidence()}
    items = [item for item in part.evidence() if item.sha256 not in known]
    detail: dict[str, Any] = {
        "part": str(whole_path(part.path)), "length": found.length, "head": found.head,
        "fingerprint": found.fingerprint, "matter": history.matter, SEALED: history.seal,
        "evidence": [item.name for item in items], **made,
        "already_there": [item.name for item in part.evidence() if item.sha256 in known],
    }  # fmt: skip
    if left := _left_words(part):
        detail["left_behind"] = left
    case.record(MERGED, detail)
    for name in detail["already_there"]:
        report(f"passing over {name}, which the case has already", 0, 0)
    lines = _lines(part)
    for item in items:
        report(f"adding {item.name}", 0, 0)
        add_artefacts(case, part, item)
        _add_item(case, part, item, lines[item.name], found.head, made.get("location"))
    for source, why in history.skipped.items():
        add_skipped_source(case.store, source, why)


def left_behind(path: Path) -> str:
    """Return what a part has that merging does not take over, as one sentence; empty if there is nothing.

    Merging takes evidence. What machines and people added to a part is about exhibits of that part, and what was set
    for the head of its report is about that part.
    """
    with Case.open(path) as part:
        return _left_words(part)


def _left_words(part: Case) -> str:
    added = Counter(row.data_type for row in added_rows(part.store))
    words = [counted(number, f"{kind} record") for kind, number in sorted(added.items())]
    if described := described_matter(part.actions()):
        words.append(f"what `case set` recorded ({', '.join(described)})")
    return f"not taken over, as it is not evidence: {', '.join(words)}" if words else ""


def _lines(part: Case) -> dict[str, dict[str, Mapping[str, Any]]]:
    """The part's ledger lines on each evidence item, by its name and action; the last of each."""
    lines: dict[str, dict[str, Mapping[str, Any]]] = {}
    for entry in read(part.path / LEDGER):
        if entry.action in _KEPT:
            lines.setdefault(str(entry.detail.get("evidence")), {})[entry.action] = entry.detail
    return lines


def _add_item(
    case: OpenCase,
    part: Case,
    item: EvidenceItem,
    lines: Mapping[str, Mapping[str, Any]],
    head: str,
    location: str | None,
) -> None:
    name = free_name(case, item.name)
    case.store.begin()
    number = add_part(case.store, name, part.store, item, EvidenceState.EXTRACTED, location)
    case.store.commit()
    added = {"evidence": name, "part_head": head, **({"location": location} if location else {})}
    case.record(TAKEN_IN, {**lines[TAKEN_IN], **added})
    counts = counts_of_item(case.store, number)._asdict()
    case.record(READ, {**added, "contents": case.contents(number), **counts})
    case.record(HASHED_AGAIN, {**lines[HASHED_AGAIN], **added})
    set_state(case.store, number, EvidenceState.HASHED_AGAIN)


def _copy_artefacts(case: OpenCase, part: Case, item: EvidenceItem) -> None:
    """Copy the files of an evidence item into the vault; each is hashed as it is written."""
    for sha256 in artefacts_of(part.store, item.id):
        if case.vault.path(sha256).exists():
            continue
        staged = case.vault.stage()
        with case_disk(part.path), part.vault.open(sha256) as stream:
            while piece := stream.read(BLOCK):
                staged.write(piece)
        if staged.sha256 != sha256:
            staged.discard()
            raise CaseError(f"{part.vault.path(sha256)}: has changed since the case was verified")
        staged.keep()


def _take_artefacts(case: OpenCase, part: Case, item: EvidenceItem) -> None:
    """Move the files of an evidence item into the vault."""
    for sha256 in artefacts_of(part.store, item.id):
        if not case.vault.path(sha256).exists():
            case.vault.take(part.vault.path(sha256), sha256)
