"""The tables ``interactions``, ``interaction_members`` and ``gaps``, being filled."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, NamedTuple

from echoforensics.case.text import storable

if TYPE_CHECKING:
    from collections.abc import Iterable

    from echoforensics.case.spoken.case_gap import CaseGap
    from echoforensics.case.spoken.interaction import CaseInteraction
    from echoforensics.case.store import Store

#: So many exhibits at most attest one record.
_MOST_ATTESTING = 100


class NewMember(NamedTuple):
    """A member that is to be added: the record's number, the interaction's for now, the strength and the reason."""

    record: int
    interaction: int
    strength: str
    reason: str


class NewInteraction(NamedTuple):
    """An interaction that is to be added: its number for now, what it is sorted by, and what it says."""

    interaction: int
    key: str
    content: CaseInteraction


class Attested(NamedTuple):
    """A member by its record's number, and exhibits of other witnesses that attest the same."""

    record: int
    exhibits: list[str]


def clear_interactions(store: Store) -> None:
    """Forget interactions, what they attest, and gaps."""
    db = store.db
    for table in ("interaction_members", "interactions", "gaps"):
        db.execute(f"DELETE FROM {table}")  # noqa: S608 (our names)
    db.execute("UPDATE exhibits SET corroborated_by = NULL WHERE corroborated_by IS NOT NULL")


def add_members(store: Store, members: Iterable[NewMember]) -> None:
    """Add members of interactions that are yet to be numbered."""
    store.db.executemany(
        "INSERT INTO interaction_members (record, interaction, strength, reason) VALUES (?, ?, ?, ?)", members
    )


def add_interactions(store: Store, found: Iterable[NewInteraction]) -> None:
    """Add interactions, numbered by their start, those without one last; then by their keys. Their members follow."""
    db = store.db
    db.execute("DROP TABLE IF EXISTS temp.unnumbered")
    db.execute(
        "CREATE TEMP TABLE unnumbered (interaction INTEGER PRIMARY KEY, key TEXT, start INTEGER, unintended INTEGER,"
        " content TEXT, number INTEGER)"
    )
    db.executemany(
        "INSERT INTO unnumbered VALUES (?, ?, ?, ?, ?, NULL)",
        (
            (
                one.interaction,
                one.key,
                one.content.start,
                one.content.unintended is not None,
                storable(one.content.stored()),
            )
            for one in found
        ),
    )
    db.execute(
        "UPDATE unnumbered SET number = n.number FROM (SELECT interaction,"
        " row_number() OVER (ORDER BY start IS NULL, start, key) AS number FROM unnumbered) n"
        " WHERE n.interaction = unnumbered.interaction"
    )
    db.execute(
        "INSERT INTO interactions (number, start, unintended, content)"
        " SELECT number, start, unintended, content FROM unnumbered ORDER BY number"
    )
    db.execute(
        "UPDATE interaction_members SET interaction ="
        " (SELECT u.number FROM unnumbered u WHERE u.interaction = interaction_members.interaction)"
    )
    db.execute("DROP TABLE temp.unnumbered")


def set_attested(store: Store, attested: Iterable[Attested]) -> None:
    """Note in the exhibits of records which others attest the same."""
    store.db.executemany(
        "UPDATE exhibits SET corroborated_by = ? WHERE record = ?",
        ((json.dumps(one.exhibits[:_MOST_ATTESTING]), one.record) for one in attested),
    )


def add_gaps(store: Store, gaps: Iterable[CaseGap]) -> None:
    """Add gaps, which are numbered."""
    store.db.executemany(
        "INSERT INTO gaps (number, data_type, start, content) VALUES (?, ?, ?, ?)",
        ((int(gap.number.rpartition("-")[2]), gap.data_type, gap.start, storable(gap.stored())) for gap in gaps),
    )
