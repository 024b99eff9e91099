"""Makes added records members of interactions: each joins the interaction of the record it is about."""

from __future__ import annotations

from typing import TYPE_CHECKING

from echoforensics.case.added_records.addition_table import KINDS, has_additions, subjects
from echoforensics.case.record_id import stored_id

if TYPE_CHECKING:
    from echoforensics.case.store import Store

#: Used in place of a strength: an added record is not evidence, and only what it is about ties it to an interaction.
ADDED = "added"
_REASON = "It was added to the case, and is about another member."


def join_additions(store: Store) -> None:
    """Make each added record a member of the interaction of the record it is about, within a transaction.

    Interactions are renumbered when evidence is added, so call this each time they are made.
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
