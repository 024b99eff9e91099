"""An extraction, from the sources named on the command line to a sealed case."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from echoforensics.case.counts import CaseCounts, counts_of_item
from echoforensics.case.custody.contents import changed_source
from echoforensics.case.custody.names import HASHED_AGAIN, READ, SKIPPED
from echoforensics.case.custody.open_case import OpenCase
from echoforensics.case.disk import database_room
from echoforensics.case.evidence_table import EvidenceState, set_state
from echoforensics.case.full_text.filling import NoIndex
from echoforensics.case.interactions.growing_nodes import GrowingNodes
from echoforensics.case.issue_table import add_issue, add_skipped_source, forget_skipped_source
from echoforensics.case.record_table import last_record
from echoforensics.case.store import BATCH
from echoforensics.errors import CaseError, SourceError, UsageError
from echoforensics.evidence.volumes.disk import Disk
from echoforensics.extraction.begin_and_seal import named_by_key, open_in_ledger, seal_case, seal_part
from echoforensics.extraction.first_read import ReadAhead
from echoforensics.extraction.intake import begin_hashing_again, hash_again, take_in
from echoforensics.extraction.parsing import EntryParser
from echoforensics.extraction.second_reading import read_again
from echoforensics.extraction.sources import open_sources, whole_path
from echoforensics.extraction.trust import refuse_other_matter
from echoforensics.extraction.workers.index_process import index_process
from parsers.definition.error import DefinitionError
from parsers.definition.export import parse_map
from parsers.registry import with_maps

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from chain_of_custody.signer import Signer
    from echoforensics.carving.ranges.range_search import RangeFound
    from echoforensics.case.evidence_table import EvidenceItem
    from echoforensics.evidence.source import EvidenceSource
    from echoforensics.extraction.first_read import FirstRead
    from echoforensics.extraction.options import KeyGiver, Options, Report
    from echoforensics.extraction.parts.local_parts import LocalParts
    from parsers.parser import Parser

    #: Begins processes that make parts of the sources.
    MakeParts = Callable[[OpenCase, Sequence[EvidenceSource], Options], LocalParts]


def extract(
    paths: list[Path], case_path: Path, key: Signer | KeyGiver | None, options: Options, report: Report,
    found: Mapping[Path, tuple[RangeFound, ...]] | None = None, *, is_part: bool = False,
    parts_by: MakeParts | None = None,
) -> CaseCounts:  # fmt: skip
    """Take sources in, extract, parse, join, number, hash again and seal.

    After a killed run, another call continues where that run ended.

    Args:
        paths: the sources.
        case_path: the case folder.
        key: the examiner's key, or a function that returns it once every source has been opened; None for no signature.
        options: the investigator's options.
        report: progress callback.
        found: what others found in the ranges of images, by the path of the image; these are not searched here.
        is_part: whether another process adds the case to one of its own, and joins and numbers the records there.
        parts_by: begins processes that make parts of the sources; None: each source is read here.

    Returns:
        Counts for the whole case, not only for this run.

    Raises:
        SourceError: a source does not exist or cannot be opened, and ``options`` do not say to skip it. Nothing is
            written.
        CaseError: the case cannot be written, is inside a source, or a source has changed or was taken in with
            other offsets.
        CaseDiskError: the case's disk is full or failing.
        UsageError: a map is invalid.
    """
    refuse_overlap(paths, case_path)
    refuse_other_matter(case_path, options)
    parsers = parsers_of(options)
    with ExitStack() as opened:
        sources = open_sources(paths, case_path, options, parsers, opened)
        opened.enter_context(database_room(case_path))
        signing = key() if callable(key) else key
        options = named_by_key(options, signing, case_path)
        case = opened.enter_context(OpenCase.begin(case_path, signing, options.actor))
        if is_part:
            case.store.index = NoIndex(BATCH)
        else:
            opened.enter_context(index_process(case, options.worker_count))
            case.nodes = None if last_record(case.store) else GrowingNodes(case.store)
        open_in_ledger(case, options, sources.skipped)
        for skipped in sources.skipped:
            add_skipped_source(case.store, str(skipped.path), skipped.why)
        parts = opened.enter_context(parts_by(case, sources.opened, options)) if parts_by else None
        _extract_all(case, sources.opened, options, parsers, report, found, parts)
        return seal_part(case, report) if is_part else seal_case(case, report)


def parsers_of(options: Options) -> tuple[Parser, ...]:
    """Return every parser, with the maps of this extraction. Raises UsageError if a map is invalid."""
    try:
        return with_maps(tuple(parse_map(text, name) for name, text in options.maps))
    except DefinitionError as error:
        raise UsageError(str(error)) from error


def refuse_overlap(paths: list[Path], case_path: Path) -> None:
    """Refuse a case inside a source. Raises CaseError; or SourceError if a source is inside the case."""
    case = whole_path(case_path)
    for path in paths:
        source = whole_path(path)
        if source.is_dir() and (case == source or source in case.parents):
            raise CaseError(f"{case_path}: is inside the source {path}; nothing is ever written into a source")
        if case in source.parents:
            raise SourceError(f"{path}: is inside the case folder {case_path}")


def _extract_all(
    case: OpenCase, sources: Sequence[EvidenceSource], options: Options, parsers: tuple[Parser, ...], report: Report,
    found: Mapping[Path, tuple[RangeFound, ...]] | None, parts: LocalParts | None,
) -> None:  # fmt: skip
    """Extract one source after another, or add the part that another process made of it."""
    here = [source for source in sources if not parts or not parts.makes(source)]
    with ReadAhead(here, options, found) as ahead:
        extraction = _Extraction(case, options, parsers, report, ahead)
        for source in sources:
            if not parts or not parts.add(source, report):
                extraction.extract_or_skip(source)


@dataclass(frozen=True, slots=True)
class _Extraction:
    """Extracts sources into one case, in one run."""

    case: OpenCase
    options: Options
    parsers: tuple[Parser, ...]
    report: Report
    ahead: ReadAhead

    def extract_or_skip(self, source: EvidenceSource) -> None:
        """Extract one source. If unreadable sources are skipped, a source that gave nothing becomes an issue."""
        case = self.case
        try:
            self._extract(source)
        except SourceError as error:
            if not self.options.skip_unreadable or any(item.location == source.path for item in case.evidence()):
                raise
            case.record(SKIPPED, {"source": str(source.path), "why": str(error)})
            add_skipped_source(case.store, str(source.path), str(error))
        else:
            forget_skipped_source(case.store, str(source.path))

    def _extract(self, source: EvidenceSource) -> None:
        case = self.case
        number, before = take_in(case, source, self.options, self.parsers, self.report, self.ahead)
        # Parsing uses the case's own copies: the next source is read meanwhile.
        self.ahead.go_on(source, {item.location for item in case.evidence()})
        item = next(item for item in case.evidence() if item.id == number)
        if item.state is EvidenceState.HASHED_AGAIN:
            return
        again: FirstRead | None = None
        with ExitStack() as begun:
            if item.state is EvidenceState.TAKEN_IN:
                if self.options.cross_check and isinstance(source.container, Disk):
                    read_again(case, item.id, item.name, source.container, self.report)
                # Parsing uses the case's own copies: the source is not read any more.
                if again := begin_hashing_again(item, self.options):
                    begun.enter_context(again)
                self._parse(item)
            after = hash_again(case, item, self.report, again)
        same = after.is_same(before)
        # Write the line first: if this run is killed here, the issue can be made again from it.
        case.record(HASHED_AGAIN, {"evidence": item.name, "unchanged": same, **after.as_json()})
        if not same:
            add_issue(case.store, item.id, "", changed_source(before.whole.sha256, after.whole.sha256))
        set_state(case.store, item.id, EvidenceState.HASHED_AGAIN)

    def _parse(self, item: EvidenceItem) -> None:
        """Parse the entries that were taken in."""
        case = self.case
        parser = EntryParser(case, item.id, self.parsers, self.options.worker_count)
        for count, path in enumerate(parser.parse_all(), 1):
            self.report(f"parsing {item.name}: {path}", count, 0)
        counts = counts_of_item(case.store, item.id)._asdict()
        case.record(READ, {"evidence": item.name, "contents": case.contents(item.id), **counts})
        set_state(case.store, item.id, EvidenceState.EXTRACTED)
