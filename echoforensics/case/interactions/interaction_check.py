"""Explains why a query for interactions has no result."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from echoforensics.case.exhibits.row import Query
from echoforensics.case.interactions.interaction_query import InteractionQuery, interactions
from echoforensics.case.query_check import refuse_unknown

if TYPE_CHECKING:
    from echoforensics.case.store import Store


def refuse_unknown_names(store: Store, query: InteractionQuery) -> None:
    """Refuse a query that no interaction can match.

    Raises:
        UsageError: its period ends before it begins, or it names an unknown device; the message lists the devices
            of the case.
    """
    refuse_unknown(store, Query(start=query.start, end=query.end, devices=query.devices))


def why_no_interaction(store: Store, query: InteractionQuery) -> str:
    """Return why a query with known names finds no interaction: one sentence, without its full stop."""
    found = list(interactions(store))
    if not found:
        return "no record of the case is about anything spoken to a device"
    reasons = {
        f"none has the text {query.search!r}": InteractionQuery(search=query.search),
        "none is of the device that was named": InteractionQuery(devices=query.devices),
        "none has signs that it was not intended": InteractionQuery(unintended=query.unintended),
        "none began between --from and --to": InteractionQuery(start=query.start, end=query.end),
    }
    asked = {why: part for why, part in reasons.items() if part != InteractionQuery()}
    none = [why for why, part in asked.items() if not _any(store, part)]
    reason = "; ".join(none) or "each of the options alone matches some, but none matches all of them"
    if query.start is None and query.end is None:
        return reason
    starts = sorted(one.datetime for one in found if one.datetime)
    if not starts:
        return f"{reason}; no record tells when any of them began"
    rest = list(interactions(store, replace(query, start=None, end=None)))
    before = sum(one.start is not None and query.start is not None and one.start < query.start for one in rest)
    unknown = sum(one.start is None for one in rest)
    return (
        f"{reason}; those of the case began from {starts[0]} to {starts[-1]}; of {len(rest)} that match all else,"
        f" {before} before --from, {len(rest) - before - unknown} after --to, and {unknown} at a time that no record"
        " holds"
    )


def _any(store: Store, query: InteractionQuery) -> bool:
    return next(interactions(store, query), None) is not None
