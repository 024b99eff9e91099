"""Opens the ledger for a run, and seals the case at its end."""

from __future__ import annotations

import json
import platform
import socket
import sys
from dataclasses import replace
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

import pyewf
import pytsk3

from echoforensics.case.counts import CaseCounts, counts_of_case
from echoforensics.case.custody.names import BEGINNINGS, BEGUN, HEAD, LEDGER, RESUMED
from echoforensics.examiner_clock import clock_state
from echoforensics.examiner_key import ExaminerKey, key_detail
from echoforensics.extraction.trust import joined_matter
from echoforensics.timeline.added_interactions import update_interactions
from echoforensics.timeline.interaction_building import are_interactions_up_to_date
from echoforensics.timeline.numbering import number_rows
from echoforensics.version import __version__
from parsers.registry import load

if TYPE_CHECKING:
    from pathlib import Path

    from chain_of_custody.signer import Signer
    from echoforensics.case.custody.open_case import OpenCase
    from echoforensics.extraction.options import Options, Report
    from echoforensics.extraction.sources import SkippedSource


def named_by_key(options: Options, key: Signer | None, case: Path) -> Options:
    """Return options in which a new case has the examiner that its key names, unless another is given.

    The name is added to the arguments as if it had been typed, so that the case can be made again without the key.

    Args:
        options: the investigator's options.
        key: the key that signs the case. Nobody has named a provisional one.
        case: the case folder; an existing case keeps its examiner.
    """
    if options.examiner.strip() or not isinstance(key, ExaminerKey) or (case / LEDGER).exists():
        return options
    if key.record.provisional or not key.record.name:
        return options
    typed = (*(options.argv or sys.argv), "--examiner", key.record.name)
    return replace(options, examiner=key.record.name, argv=typed)


def open_in_ledger(case: OpenCase, options: Options, skipped: tuple[SkippedSource, ...] = ()) -> None:
    """Record the circumstances of this run in the ledger and in the case's information.

    Args:
        case: the case.
        options: the investigator's options.
        skipped: sources that could not be opened.
    """
    action = RESUMED if any(entry.action in BEGINNINGS for entry in case.actions()) else BEGUN
    with case.store.transaction():
        for name, value in {**joined_matter(case, options), "timezone": options.timezone}.items():
            if value:
                case.store.set_info(name, value)
        case.store.set_info("tool", f"echoforensics {__version__}")
        case.store.set_info("parsers", json.dumps({parser.name: parser.version for parser in load()}))
    left_out = [{"source": str(source.path), "why": source.why} for source in skipped]
    detail = {**_circumstances(options), "clock": clock_state(), "key": key_detail(case.key)}
    case.record(action, {**detail, "skipped": left_out} if left_out else detail)


def _circumstances(options: Options) -> dict[str, Any]:
    return {
        "tool": f"echoforensics {__version__}",
        "libraries": {"pytsk3": pytsk3.get_version(), "libewf": pyewf.get_version(), "hyperscan": version("hyperscan")},
        "python": platform.python_version(),
        "system": f"{platform.system()} {platform.release()} {platform.machine()}",
        "host": socket.gethostname(),
        "arguments": list(options.argv or sys.argv),
        "examiner": options.examiner,
        "agency": options.agency,
        "reference": options.reference,
        "timezone": options.timezone,
        "head_file": HEAD,
        "parsers": {parser.name: parser.version for parser in load()},
        # A map determines the content of rows, so it is stored whole.
        "maps": [{"file": name, "content": text} for name, text in options.maps],
    }


def seal_case(case: OpenCase, report: Report) -> CaseCounts:
    """Join, number, and record the digests of the tables and of their closed file in the ledger."""
    report("joining records", 0, 0)
    number_rows(case.store)
    if not are_interactions_up_to_date(case.store, case.sealed_extent):
        update_interactions(case.store, case.sealed_extent, case.remaking, case.nodes)
    return seal_part(case, report)


def seal_part(case: OpenCase, report: Report) -> CaseCounts:
    """Seal a part of a case, which another one joins and numbers with the others."""
    report("sealing", 0, 0)
    counts = counts_of_case(case.store)
    case.seal({name: getattr(counts, name) for name in ("entries", "artefacts", "issues", "records", "rows")})
    return counts
