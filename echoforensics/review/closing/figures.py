"""The results of a review, as one record of the case: who decided how much, and how far two people agree."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from echoforensics.case.added_records.addition import Addition
from echoforensics.counting import counted
from echoforensics.review.closing.annotations import REVIEW, VERSION
from echoforensics.review.work.agreement import agreement_of, agreement_of_pairs
from echoforensics.review.work.second_opinion import heard_by_two

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from echoforensics.review.closing.annotations import DecidedItem
    from echoforensics.review.store.queue_table import Queue
    from echoforensics.review.work.codes import Code


def review_record(
    room: str,
    items: Sequence[DecidedItem],
    queues: Sequence[Queue],
    codes: Sequence[Code],
    names: Mapping[str, str],
    redacted: Collection[str],
) -> Addition | None:
    """Make the record of the whole review of a case; None if nothing of it is finished.

    Args:
        room: identity of the room.
        items: items of the case.
        queues: queues of the case.
        codes: codes of the room.
        names: names of people, by id.
        redacted: exhibits of recordings with a redacted part. The record is about another one if possible:
            records about these are withheld when the case is handed over.
    """
    done = [item for item in items if item.first.finished]
    if not done:
        return None
    heard = heard_by_two(turn for item in items for turn in (item.first, item.second))
    ids = [code.id for code in codes]
    pairs = [
        {"people": sorted(names.get(person, person) for person in pair), **one.as_json()}
        for pair, found in agreement_of_pairs(heard, ids).items()
        for one in found
    ]
    settled = [item.disagreement for item in items if item.disagreement is not None]
    fields: dict[str, Any] = {
        "items": len(items), "finished": len(done), "heard_by_two": len(heard), "authors": _authors(items, names),
        "disagreements": len(settled), "settled": sum(1 for one in settled if one.settled_at is not None),
        "labels": {code.id: code.label for code in codes},
        "agreement": [one.as_json() for one in agreement_of(heard, ids)], "pairs": pairs,
        "samples": [
            {"queue": one.name, "part": one.sample, "codes": list(one.second_codes), "seed": one.seed} for one in queues
        ],
        "room": room,
    }  # fmt: skip
    words = (
        f"Review: {len(done)} of {counted(len(items), 'item')} decided by {', '.join(fields['authors'])};"
        f" {len(heard)} heard by two people, who differ on {len(settled)}."
    )
    about = min((exhibit for item in done for exhibit in item.exhibits), key=lambda one: (one in redacted, one))
    return Addition(about, REVIEW, VERSION, words, json.dumps(fields, sort_keys=True), fields)


def _authors(items: Sequence[DecidedItem], names: Mapping[str, str]) -> list[str]:
    """Names of the people who finished anything, sorted."""
    turns = [turn for item in items for turn in (item.first, item.second) if turn.finished]
    return sorted({names.get(turn.finished_by or "", turn.finished_by or "") for turn in turns})
