"""To which interaction an added record belongs: that of the record which it is about."""

from __future__ import annotations

from typing import TYPE_CHECKING

from echoforensics.case.added_records.addition_table import KINDS, has_additions, subjects
from echoforensics.case.record_id import stored_id

if TYPE_CHECKING:
    from echoforensics.case.store import Store

#: In the place of a strength: it is not evidence, so nothing ties it to the interaction but what it is about.
ADDED = "added"
_REASON = "It was added to the case, and is about another member."


def join_additions(store: Store) -> None:
    """Make added records members of the interactions of the records that they are about, in a transaction.

    Interactions are numbered again when evidence is added, so this follows whenever they are made.
    """
    db = store.db
    if not has_additions(db):
        return
    db.execute(
        "DELETE FROM interaction_members WHERE record IN"  # noqa: S608 (our names)
        f" (SELECT number FROM records WHERE kind IN ({KINDS.format(db='')}))"
    )
    reason = _reason(store)
    db.executemany(
        "INSERT INTO interaction_members (record, interaction, reason) SELECT ?, m.interaction, ? FROM records r"
        " JOIN interaction_members m ON m.record = r.number WHERE r.id = ?",
        [(subject.number, reason, stored_id(subject.about)) for subject in subjects(store)],
    )


def _reason(store: Store) -> int:
    found = store.db.execute(
        "SELECT id FROM join_reasons WHERE strength = ? AND reason = ?", (ADDED, _REASON)
    ).fetchone()
    if found:
        return int(found[0])
    return int(
        store.db.execute("INSERT INTO join_reasons (strength, reason) VALUES (?, ?)", (ADDED, _REASON)).lastrowid or 0
    )
