"""Opens the sources of a run. Sources that the case knows are opened as they were when taken in."""

from __future__ import annotations

import os
from contextlib import ExitStack, closing
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from echoforensics.case.evidence_table import EvidenceState
from echoforensics.errors import CaseError, SourceError, UnknownContentError
from echoforensics.evidence.source import EvidenceSource, open_source
from echoforensics.extraction.own_output import refuse_own_output
from echoforensics.extraction.trust import known_items

if TYPE_CHECKING:
    from echoforensics.case.evidence_table import EvidenceItem
    from echoforensics.extraction.options import Options
    from parsers.parser import Parser


class SkippedSource(NamedTuple):
    """A source that could not be read.

    Attributes:
        path: its absolute path.
        why: one sentence, with advice.
    """

    path: Path
    why: str


class OpenedSources(NamedTuple):
    """The sources of a run.

    Attributes:
        opened: the open sources.
        skipped: the sources that could not be opened, if such sources are skipped.
    """

    opened: tuple[EvidenceSource, ...]
    skipped: tuple[SkippedSource, ...] = ()


def whole_path(path: Path) -> Path:
    """Make a path absolute and resolve its links; links that form a cycle are followed as far as possible."""
    return Path(os.path.realpath(path))


def open_sources(
    paths: list[Path], case_path: Path, options: Options, parsers: tuple[Parser, ...], opened: ExitStack
) -> OpenedSources:
    """Open every source, before anything is written.

    Args:
        paths: the sources.
        case_path: the case folder, which need not exist.
        options: the investigator's options.
        parsers: the run's parsers.
        opened: the stack that closes them.

    Raises:
        SourceError: a source does not exist or cannot be opened, and is not skipped; or none can be opened; or one
            that the case holds a part of cannot.
        CaseError: the folder is not a case, or a source was taken in with other offsets than those given now.
    """
    known = known_items(case_path)
    found: list[EvidenceSource] = []
    refused: list[SkippedSource] = []
    may_be_in_a_folder = False
    for path in paths:
        item = known.get(whole_path(path))
        try:
            found.append(opened.enter_context(closing(_open(path, item, options.offsets, parsers))))
        except SourceError as error:
            if item is not None and item.state is not EvidenceState.HASHED_AGAIN:
                # The case cannot be sealed with a partial source.
                raise
            refused.append(SkippedSource(whole_path(path), str(error)))
            may_be_in_a_folder |= isinstance(error, UnknownContentError)
    if refused and (len(paths) == 1 or not options.skip_unreadable or not found):
        raise SourceError(_refusal(refused, len(paths), may_be_in_a_folder=may_be_in_a_folder))
    return OpenedSources(tuple(found), tuple(refused))


def _refusal(refused: list[SkippedSource], given: int, *, may_be_in_a_folder: bool) -> str:
    """The message on sources that cannot be opened: which ones, and what to do."""
    advice: list[str] = []
    if given > len(refused):
        advice.append("leave it out" if len(refused) == 1 else "leave them out")
    if may_be_in_a_folder:
        advice.append("give the folder it lies in" if len(refused) == 1 else "give the folders they lie in")
    if given > len(refused):
        advice.append("add --skip-unreadable, which notes it in the case and reads the others")
    others = [str(skipped.path) for skipped in refused[1:]]
    also = f"; {len(others)} more of the {given} sources cannot be opened: {', '.join(others)}" if others else ""
    hint = ". " + ", or ".join(advice).capitalize() if advice else ""
    return f"{refused[0].why}{also}{hint}"


def _open(
    path: Path, known: EvidenceItem | None, offsets: tuple[int, ...], parsers: tuple[Parser, ...]
) -> EvidenceSource:
    if known is None:
        refuse_own_output(path)
        return open_source(path, offsets, parsers=parsers)
    if offsets and known.opening.volumes and offsets != known.opening.offsets:
        before = ", ".join(map(str, known.opening.offsets)) or "none"
        raise CaseError(
            f"{path}: was taken in with other offsets than those given now ({before}); the case holds what was read "
            f"with those. Use another case folder for the new offsets"
        )
    return open_source(path, known.opening.offsets, known.kind)
