"""An extraction, from the sources named on the command line to a sealed case."""

from __future__ import annotations

import json
import platform
import socket
import sys
from collections.abc import Callable
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyewf
import pytsk3

import echoforensics
from echoforensics.case.case import BEGINNINGS, SEALED, OpenCase
from echoforensics.case.seal import table_digests
from echoforensics.errors import CaseError, SourceError, UsageError
from echoforensics.evidence.source import EvidenceSource, open_source
from echoforensics.evidence.volumes.disk import Disk
from echoforensics.extraction.intake import hash_again, take_in
from echoforensics.extraction.parsing import EntryParser
from echoforensics.extraction.second_reading import read_again
from echoforensics.timeline.correlation import correlate
from echoforensics.timeline.numbering import number_rows
from parsers.definition.definition import DefinitionError
from parsers.definition.export import parse_map, use_maps
from parsers.record import Issue
from parsers.registry import load

if TYPE_CHECKING:
    from chain_of_custody.keys import SigningKey
    from echoforensics.extraction.options import Options

#: Called with what is being done, how far it is, and of how much (0: unknown).
Report = Callable[[str, int, int], None]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What an extraction came to. The counts are of the whole case, not of this run alone."""

    evidence: int
    entries: int
    carved: int
    artefacts: int
    records: int
    rows: int
    recordings: int
    issues: int


def extract(paths: list[Path], case_path: Path, key: SigningKey | None, options: Options, report: Report) -> Outcome:
    """Take sources in, extract, parse, join, number, hash again and seal.

    Repeated after a run that was killed, it goes on where that run ended.

    Raises:
        SourceError: a source does not exist or cannot be opened. Nothing is written.
        CaseError: the case cannot be written, lies inside a source, or a source has changed.
        UsageError: a map is not one.
    """
    _refuse_overlap(paths, case_path)
    try:
        use_maps(tuple(parse_map(text, name) for name, text in options.maps))
    except DefinitionError as error:
        raise UsageError(str(error)) from error
    sources = [open_source(path, options.offsets) for path in paths]
    try:
        case = OpenCase.begin(case_path, key, options.actor)
        try:
            _open_in_ledger(case, options)
            for source in sources:
                _extract_one(case, source, options, report)
            _seal(case, report)
            return _outcome(case)
        finally:
            case.close()
    finally:
        for source in sources:
            source.close()


def _refuse_overlap(paths: list[Path], case_path: Path) -> None:
    case = case_path.resolve()
    for path in paths:
        source = path.resolve()
        if source.is_dir() and (case == source or source in case.parents):
            raise CaseError(f"{case_path}: lies inside the source {path}; nothing is ever written into a source")
        if case in source.parents:
            raise SourceError(f"{path}: lies inside the case folder {case_path}")


def _open_in_ledger(case: OpenCase, options: Options) -> None:
    begun, gone_on = BEGINNINGS
    action = gone_on if any(entry.action in BEGINNINGS for entry in case.actions()) else begun
    with case.store.transaction():
        for name in ("examiner", "agency", "reference", "timezone"):
            if value := getattr(options, name):
                case.store.set_info(name, value)
        case.store.set_info("tool", f"echoforensics {echoforensics.__version__}")
        case.store.set_info("parsers", json.dumps({parser.name: parser.version for parser in load()}))
    case.record(action, _circumstances(options))


def _circumstances(options: Options) -> dict[str, Any]:
    return {
        "tool": f"echoforensics {echoforensics.__version__}",
        "libraries": {"pytsk3": pytsk3.get_version(), "libewf": pyewf.get_version(), "hyperscan": version("hyperscan")},
        "python": platform.python_version(),
        "system": f"{platform.system()} {platform.release()} {platform.machine()}",
        "host": socket.gethostname(),
        "arguments": list(options.argv or sys.argv),
        "examiner": options.examiner,
        "agency": options.agency,
        "reference": options.reference,
        "parsers": {parser.name: parser.version for parser in load()},
        # A map decides what rows say, so it is kept whole.
        "maps": [{"file": name, "content": text} for name, text in options.maps],
    }


def _extract_one(case: OpenCase, source: EvidenceSource, options: Options, report: Report) -> None:
    number, before = take_in(case, source, options, report)
    name, state, sha256 = next(
        (item["name"], item["state"], item["sha256"]) for item in case.store.evidence() if item["id"] == number
    )
    if state == "hashed again":
        return
    if state == "taken in":
        for count, path in enumerate(EntryParser(case, number, sha256).parse_all(), 1):
            report(f"parsing {name}: {path}", count, 0)
        if options.cross_check and isinstance(source.container, Disk):
            read_again(case, number, name, source.container, report)
        case.record("source read", {"evidence": name, **_counts(case, number)})
        case.store.set_evidence_state(number, "extracted")
    after = hash_again(source, options, name, report)
    same = after.whole == before.whole and after.media == before.media
    if not same:
        what = f"the source changed while it was read: SHA-256 was {before.whole.sha256}, is {after.whole.sha256}"
        case.store.add_issue(number, "", Issue(what, parser="evidence"))
    case.record("source hashed again", {"evidence": name, "unchanged": same, **after.as_json()})
    case.store.set_evidence_state(number, "hashed again")


def _seal(case: OpenCase, report: Report) -> None:
    """Join, number, and put the digests of the tables into the ledger."""
    report("joining records", 0, 0)
    with case.store.transaction():
        correlate(case.store)
        number_rows(case.store)
    report("sealing", 0, 0)
    case.record(SEALED, {"tables": table_digests(case.store), **_counts(case)})


def _counts(case: OpenCase, evidence: int | None = None) -> dict[str, int]:
    where = "" if evidence is None else f" WHERE evidence_id = {evidence:d}"
    entries, artefacts = case.store.db.execute(
        f"SELECT count(*), count(DISTINCT CASE WHEN artefact THEN sha256 END) FROM entries{where}"  # noqa: S608
    ).fetchone()
    issues = case.store.db.execute(f"SELECT count(*) FROM issues{where}").fetchone()[0]  # noqa: S608
    counts = {"entries": entries, "artefacts": artefacts, "issues": issues}
    if evidence is None:
        counts |= {"records": case.store.count("records"), "rows": case.store.count("rows")}
    return counts


def _outcome(case: OpenCase) -> Outcome:
    counts = _counts(case)
    carved = case.store.db.execute("SELECT count(*) FROM entries WHERE state = 'carved'").fetchone()[0]
    recordings = case.store.db.execute(
        "SELECT count(DISTINCT sha256) FROM rows WHERE data_type LIKE 'recording:%'"
    ).fetchone()[0]
    return Outcome(
        evidence=case.store.count("evidence"),
        entries=counts["entries"],
        carved=carved,
        artefacts=counts["artefacts"],
        records=counts["records"],
        rows=counts["rows"],
        recordings=recordings,
        issues=counts["issues"],
    )
