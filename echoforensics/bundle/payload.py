"""Writes the ``data/`` folder of a bundle: the same bytes for one ledger head, whenever and wherever it is made."""

from __future__ import annotations

import json
import os
import shutil
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING

from echoforensics.bundle.hashed_file import HashedFile
from echoforensics.bundle.ledger_part import copy_ledger
from echoforensics.bundle.readme import UNSIGNED, readme_text
from echoforensics.case.case import Case
from echoforensics.case.custody import names
from echoforensics.case.custody.head_file import write_head
from echoforensics.case.exhibits.row import Query
from echoforensics.case.redactions.redacted_case import RedactedCase
from echoforensics.errors import CaseError
from echoforensics.export.about import about_export
from echoforensics.export.handed_over.derived_rows import write_derived
from echoforensics.export.handed_over.payload_names import (
    ABOUT,
    DATABASE,
    GRAPH,
    LEDGER,
    README,
    REDACTIONS,
    REPORT,
    SOUNDS,
    TABLE,
    TIMELINE,
)
from echoforensics.export.handed_over.stated_export import stated
from echoforensics.report.bundle import write_report
from echoforensics.zones import zone

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from chain_of_custody.disclosure import SealedSet
    from chain_of_custody.file_list import ListedFile
    from echoforensics.bundle.ledger_part import LedgerState
    from echoforensics.bundle.sealed_set import SetWriter
    from echoforensics.bundle.selection import Selection
    from echoforensics.case.evidence_table import EvidenceItem
    from echoforensics.export.about import AboutExport

#: The case's name in a hand-over: its folder name concerns only the examiner's machine.
_NAME = "case"


@dataclass(frozen=True, slots=True)
class PayloadSource:
    """The input of a payload.

    Attributes:
        case: the case as it was at the bundle's head, see :func:`case_as_sealed`; without redacted content unless that
            is handed over.
        ledger: the case's own ledger, which may have grown since then.
        state: the ledger at this head.
        selection: what to hand over.
    """

    case: Case
    ledger: Path
    state: LedgerState
    selection: Selection


@contextmanager
def case_as_sealed(case: Case, seal: Mapping[str, object], work: Path) -> Iterator[Case]:
    """Return the case with a copy of its database in a working folder, checked to be the sealed file.

    Its ledger is added once the last line is known: see :func:`write_payload`.

    Args:
        case: the case.
        seal: the details of the ledger line that seals it.
        work: the working folder.

    Raises:
        CaseError: the database differs from the sealed one, or the case is of an earlier version.
        OSError: the copy cannot be made.
    """
    sealed = seal.get("database")
    if case.store.is_earlier or not isinstance(sealed, dict):
        raise CaseError(f"{case.path}: is of an earlier version; extract the evidence again into a new folder")
    view = work / _NAME
    view.mkdir()
    with HashedFile(view, names.DATABASE) as target, (case.path / names.DATABASE).open("rb") as source:
        target.copy_from(source)
    if target.listed.sha256 != sealed.get("sha256"):
        raise CaseError(f"{case.path / names.DATABASE}: is not the file that was sealed; run `echoforensics verify`")
    with Case.open(view) as opened:
        opened.vault = case.vault
        yield opened


def write_payload(made: Path, source: PayloadSource, lines: SetWriter, described: SealedSet) -> list[ListedFile]:
    """Write the rest of a payload: recordings, ledger, files derived from the lines, and the report.

    Args:
        made: the bundle's folder, which already has the lines.
        source: the input.
        lines: the handed-over lines.
        described: the signed statement's description of them.

    Returns:
        The files with known hashes; the report's are not included.

    Raises:
        CaseError: a recording has changed since it was extracted.
        OSError: something cannot be read or written.
    """
    case, state, selection = source.case, source.state, source.selection
    copy_ledger(source.ledger, case.path / names.LEDGER, state.length)
    write_head(case.path, state.length, state.head)
    about = _about(case, state, selection)
    items = [item for item in case.evidence() if selection.is_whole or item.name in lines.evidence]
    files = [*lines.files, *_write_sounds(made, case, lines)]
    with HashedFile(made, TABLE) as table, HashedFile(made, GRAPH) as graph, (made / TIMELINE).open("rb") as timeline:
        write_derived(timeline, items, about, table, graph)
    files += [table.listed, graph.listed, *_write_texts(made, about, items, source, described)]
    if selection.is_whole:
        _place(case.path / names.LEDGER, made / LEDGER)
        _place(case.path / names.DATABASE, made / DATABASE)
    else:
        may_be_shown = case.may_show if isinstance(case, RedactedCase) else lambda _: True
        copy_ledger(source.ledger, made / LEDGER, state.length, lines.evidence, may_be_shown)
    if isinstance(case, RedactedCase):
        files.append(_write_redactions(made, case, lines, whole=selection.records is None))
    if selection.records is None:
        write_report(
            case, made / REPORT, zone(case.store.info().get("timezone", "")), unredacted=not selection.redacted
        )
    return files


def _write_redactions(made: Path, case: RedactedCase, lines: SetWriter, *, whole: bool) -> ListedFile:
    """Write the redactions and the withheld files."""
    with HashedFile(made, REDACTIONS) as target:
        target.write(json.dumps(case.tables.as_json(lines.names, whole=whole), ensure_ascii=False, indent=1) + "\n")
    return target.listed


def _about(case: Case, state: LedgerState, selection: Selection) -> AboutExport:
    """Describe the graph. Its time is that of the ledger's last line, not the current time."""
    when = datetime.fromisoformat(state.time).replace(microsecond=0)
    filters = {"only": list(selection.named)} if selection.named else {}
    return replace(about_export(case, Query(), None), made_at=when, filters=filters)


def _write_sounds(made: Path, case: Case, lines: SetWriter) -> Iterator[ListedFile]:
    if lines.sounds:
        (made / SOUNDS).mkdir()
    for sound in lines.sounds:
        with case.vault.open(sound.sha256) as stream, HashedFile(made, sound.file) as target:
            target.copy_from(stream)
        if target.listed.sha256 != sound.sha256:
            raise CaseError(
                f"{case.vault.path(sound.sha256)}: has changed since it was extracted; run `echoforensics verify`"
            )
        yield target.listed


def _write_texts(
    made: Path, about: AboutExport, items: list[EvidenceItem], source: PayloadSource, described: SealedSet
) -> Iterator[ListedFile]:  # fmt: skip
    state, selection = source.state, source.selection
    more = {
        **({} if state.signed else {"notice": UNSIGNED}),
        "whole": bool(described.key),
        **({"redacted": True} if selection.redacted else {}),
        "left_out": described.left_out,
        "ledger": {"head": state.head, "length": state.length, "time": state.time, "key": state.fingerprint},
        "key": dict(state.key),
    }
    with HashedFile(made, ABOUT) as target:
        target.write(json.dumps(stated(about, items, more), ensure_ascii=False, indent=1) + "\n")
    yield target.listed
    with HashedFile(made, README) as target:
        target.write(readme_text(about, state, described, selection))
    yield target.listed


def _place(path: Path, target: Path) -> None:
    """Link a file from the working folder into the bundle; copy it if the disk has no links."""
    try:
        os.link(path, target)
    except OSError:
        shutil.copyfile(path, target)
