"""The interactions and gaps of a case, asked for."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from echoforensics.case.spoken.case_gap import CaseGap
from echoforensics.case.spoken.interaction import PREFIX, CaseInteraction, Member
from echoforensics.case.spoken.spoken_record import source_of
from echoforensics.errors import CaseError, UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from echoforensics.case.store import Store

_MOST_DIGITS = 18


@dataclass(frozen=True, slots=True)
class InteractionQuery:
    """What is asked for; all that is given must hold.

    Attributes:
        start, end: microseconds since 1970 UTC: from then on, and before then. What has no time is then left out.
        search: text in what the interaction or a record of it says, in any case.
        devices: serial numbers, types, or names.
        unintended: only those with signs that they were not intended.
    """

    start: int | None = None
    end: int | None = None
    search: str = ""
    devices: tuple[str, ...] = ()
    unintended: bool = False


def interactions(store: Store, query: InteractionQuery | None = None) -> Iterator[CaseInteraction]:
    """The interactions asked for, by number; streamed, not held.

    Raises:
        CaseError: the case is of a version that had no interactions.
    """
    _refuse_earlier(store)
    query = query or InteractionQuery()
    clauses, values = ["1"], list[Any]()
    for given, clause in ((query.start, "start >= ?"), (query.end, "start < ?")):
        if given is not None:
            clauses.append(clause)
            values.append(given)
    if query.unintended:
        clauses.append("unintended")
    found = store.db.execute(
        f"SELECT number, content FROM interactions WHERE {' AND '.join(clauses)} ORDER BY number",  # noqa: S608 (ours)
        values,
    )
    for number, content in found:
        one = _interaction(store, number, content)
        if _fits(one, query):
            yield one


def interaction(store: Store, number: str) -> CaseInteraction:
    """One interaction by its number; ``IN-0000012``, ``in-12`` and ``12`` are the same.

    Raises:
        UsageError: there is no such interaction.
        CaseError: the case is of a version that had no interactions.
    """
    _refuse_earlier(store)
    digits = number.strip().upper().removeprefix(PREFIX)
    known = digits.isdecimal() and digits.isascii() and len(digits) <= _MOST_DIGITS
    found = store.db.execute(
        "SELECT number, content FROM interactions WHERE number = ?", (int(digits) if known else None,)
    ).fetchone()
    if found is None:
        raise UsageError(f"there is no interaction {number} in this case")
    return _interaction(store, *found)


def gaps(store: Store) -> Iterator[CaseGap]:
    """The gaps of a case, by number.

    Raises:
        CaseError: the case is of a version that had none.
    """
    _refuse_earlier(store)
    for (content,) in store.db.execute("SELECT content FROM gaps ORDER BY number"):
        gap = CaseGap.from_json(json.loads(content))
        yield replace(gap, message=store.row_mark + gap.message)


def _interaction(store: Store, number: int, content: str) -> CaseInteraction:
    whole = json.loads(content)
    order = {record: place for place, record in enumerate(whole.pop("order"))}
    members = sorted(_members(store, number), key=lambda member: order.get(member.record, len(order)))
    whole["sentence"] = store.row_mark + whole["sentence"]
    return CaseInteraction.from_json({**whole, "number": f"{PREFIX}{number:07}", "members": members})


def _members(store: Store, number: int) -> Iterator[Member]:
    found = store.db.execute(
        """
        SELECT (SELECT min(x.number) FROM exhibits x WHERE x.record = r.number), 'REC-' || lower(hex(r.id)),
            k.data_type, r.message, m.reason, m.strength,
            (SELECT json_group_array(v.name) FROM (SELECT DISTINCT v.name AS name FROM places p
                JOIN entries e ON e.id = p.entry_id JOIN evidence v ON v.id = e.evidence_id
                WHERE p.record = r.number ORDER BY v.name) v),
            (SELECT count(*) FROM places p WHERE p.record = r.number)
        FROM interaction_members m CROSS JOIN records r ON r.number = m.record CROSS JOIN kinds k ON k.id = r.kind
        WHERE m.interaction = ? ORDER BY r.id
        """,
        (number,),
    )
    for exhibit, record, data_type, message, reason, strength, evidence, places in found:
        yield Member(
            exhibit=f"EF-{exhibit:07}" if exhibit is not None else "",
            record=record,
            data_type=data_type,
            source=str(source_of(data_type)),
            says=store.row_mark + message,
            reason=reason,
            strength=strength,
            evidence=tuple(json.loads(evidence)),
            places=places,
        )


def _fits(one: CaseInteraction, query: InteractionQuery) -> bool:
    if query.devices:
        named = {name for device in one.devices for name in (device.serial, device.type, device.name) if name}
        if named.isdisjoint(query.devices):
            return False
    if query.search:
        return query.search.casefold() in json.dumps(one.as_json(), ensure_ascii=False).casefold()
    return True


def _refuse_earlier(store: Store) -> None:
    if store.is_earlier:
        raise CaseError("the case is of a version that had no interactions; extract the evidence again")
