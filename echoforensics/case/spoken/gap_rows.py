"""Gaps as rows of a timeline, on request. They appear among the rows but are never counted as records."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from echoforensics.case.spoken.case_gap import MAKER, MAKER_VERSION, CaseGap
from echoforensics.case.spoken.gap_query import gaps

if TYPE_CHECKING:
    from echoforensics.case.exhibits.row import Query, Row
    from echoforensics.case.store import Store

#: plaso's description for a record without a time.
_NO_TIME = "Not a time"


def gap_rows(store: Store, query: Query) -> list[Row]:
    """Return the gaps that a query includes, as rows, by time, those without one last; none if it excludes gaps.

    A gap has no device, person, account, state, recording or interaction: a query for one of these has no gaps.
    """
    of_others = query.devices or query.persons or query.accounts or query.states
    if not query.gaps or of_others or query.recordings_only or query.interaction is not None:
        return []
    return [_row(gap) for gap in gaps(store) if _fits(gap, query)]


def _fits(gap: CaseGap, query: Query) -> bool:
    if query.start is not None and (gap.start is None or gap.start < query.start):
        return False
    if query.end is not None and (gap.start is None or gap.start >= query.end):
        return False
    families = [name.rstrip(":*") for name in query.types]
    if families and not any(f"{gap.data_type}:".startswith(f"{name}:") for name in families):
        return False
    if query.evidence and not any(at.evidence in query.evidence for at in gap.derived_from):
        return False
    text = f"{gap.number} {_message(gap)} {gap.data_type}"
    if query.regex and not re.search(query.regex, text, re.IGNORECASE):
        return False
    return query.search.casefold() in text.casefold()


def _message(gap: CaseGap) -> str:
    return f"{gap.message} Explanations, none preferred: {' '.join(gap.explanations)}"


def _row(gap: CaseGap) -> Row:
    first = gap.derived_from[0]
    return {
        "exhibit": gap.number, "record": gap.number, "datetime": gap.datetime, "timestamp": gap.start,
        "timestamp_desc": "Start Time" if gap.start is not None else _NO_TIME, "message": _message(gap),
        "data_type": gap.data_type, "recorded_time": None, "clock": "unknown", "device_serial": None,
        "device_type": None, "account": None, "person": None, "utterance_id": None, "transcript": None,
        "recording": None, "evidence": first.evidence, "path": first.path, "locator": first.locator, "sha256": "",
        "parser": MAKER, "parser_version": MAKER_VERSION, "state": "", "interaction": None,
        "places": 0, "corroborated_by": [],
    }  # fmt: skip
