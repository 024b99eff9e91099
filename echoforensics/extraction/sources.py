"""Opening the sources of a run: those that the case knows as they were opened when they were taken in."""

from __future__ import annotations

from contextlib import ExitStack, closing
from typing import TYPE_CHECKING

from echoforensics.case.case import DATABASE, Case
from echoforensics.case.evidence_table import EvidenceState
from echoforensics.errors import CaseError
from echoforensics.evidence.source import EvidenceSource, open_source

if TYPE_CHECKING:
    from pathlib import Path

    from echoforensics.case.evidence_table import EvidenceItem
    from echoforensics.extraction.options import Options
    from parsers.parser import Parser


def open_sources(
    paths: list[Path], case_path: Path, options: Options, parsers: tuple[Parser, ...], opened: ExitStack
) -> list[EvidenceSource]:
    """Open every source, before anything is written.

    Args:
        paths: the sources.
        case_path: the case folder, which need not exist.
        options: what the investigator asked for.
        parsers: the run's parsers.
        opened: closes them.

    Raises:
        SourceError: one does not exist or cannot be opened.
        CaseError: the folder is not a case, or a source was taken in with other offsets than are given now.
    """
    known: dict[Path, EvidenceItem] = {}
    if (case_path / DATABASE).exists():
        with Case.open(case_path) as case:
            known = {item.location: item for item in case.evidence()}
    return [
        opened.enter_context(closing(_open(path, known.get(path.resolve()), options.offsets, parsers)))
        for path in paths
    ]


def _open(
    path: Path, known: EvidenceItem | None, offsets: tuple[int, ...], parsers: tuple[Parser, ...]
) -> EvidenceSource:
    if known is None:
        return open_source(path, offsets, parsers=parsers)
    if known.state is EvidenceState.BEING_READ:
        # It is read anew: only what was not said again is taken from the run that was killed.
        return open_source(path, offsets or known.opening.offsets, parsers=parsers)
    if offsets and known.opening.volumes and offsets != known.opening.offsets:
        before = ", ".join(map(str, known.opening.offsets)) or "none"
        raise CaseError(
            f"{path}: was taken in with other offsets than are given now ({before}); what was read so stands in the"
            " case. Extract it into another case to read it with these"
        )
    return open_source(path, known.opening.offsets, known.kind)
