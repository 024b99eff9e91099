"""Queries for gaps."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING

from echoforensics.case.spoken.case_gap import CaseGap
from echoforensics.errors import CaseError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from echoforensics.case.store import Store


def gaps(store: Store) -> Iterator[CaseGap]:
    """Yield the gaps of a case, by number.

    Raises:
        CaseError: the case's version has no gaps.
    """
    refuse_earlier(store)
    for gap in stored_gaps(store):
        yield replace(gap, message=store.row_mark + gap.message)


def stored_gaps(store: Store) -> Iterator[CaseGap]:
    """Yield the gaps as the case holds them, by number."""
    for (content,) in store.db.execute("SELECT content FROM gaps ORDER BY number"):
        yield CaseGap.from_json(json.loads(content))


def refuse_earlier(store: Store) -> None:
    """Refuse a case without interactions and gaps. Raises CaseError if its version has none."""
    if store.lacks_interactions:
        raise CaseError("the case is of a version that had no interactions; extract the evidence again")
