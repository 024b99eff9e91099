"""Puts interactions among those that a case has: those after them are moved, and those before are not read."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

    from echoforensics.case.spoken.interaction_table import Remaking
    from echoforensics.case.store import Store


class _Segment(NamedTuple):
    """Consecutive interactions that keep their order, and by how much their numbers change."""

    first: int
    last: int
    shift: int


def touched_interactions(store: Store) -> list[int]:
    """The numbers of the interactions that have one of the touched records as a member, in order."""
    found = store.db.execute(
        "SELECT DISTINCT m.interaction FROM temp.touched t CROSS JOIN interaction_members m ON m.record = t.number"
        " ORDER BY 1"
    )
    return [number for (number,) in found]


def replace_interactions(store: Store, gone: list[int], remaking: Remaking) -> None:
    """Replace some interactions by the added ones, so that all are numbered by start, then by key, as if made anew.

    Args:
        store: the case's store.
        gone: numbers of those to be replaced, in order.
        remaking: called with names of tables before most of their rows are replaced.
    """
    db = store.db
    last = _asked(store, "SELECT coalesce(max(number), 0) FROM interactions") or 0
    new = db.execute(
        "SELECT interaction, start, key FROM temp.unnumbered ORDER BY start IS NULL, start, key"
    ).fetchall()
    places = [_place(store, start, key, last) for _, start, key in new]
    segments = list(_segments(places, gone, last))
    if 2 * sum(one.last - one.first + 1 for one in segments) > last:
        remaking(("interactions", "interaction_members"))
    db.executemany("DELETE FROM interaction_members WHERE interaction = ?", ((number,) for number in gone))
    _move(store, segments)
    db.execute("CREATE INDEX temp.unnumbered_by_interaction ON unnumbered (interaction)")
    db.execute("CREATE TEMP TABLE numbered (interaction INTEGER PRIMARY KEY, number INTEGER)")
    db.executemany(
        "INSERT INTO temp.numbered VALUES (?, ?)",
        (
            (interaction, place - bisect_left(gone, place) + rank)
            for rank, ((interaction, *_), place) in enumerate(zip(new, places, strict=True))
        ),
    )
    db.execute(
        "INSERT OR REPLACE INTO main.interactions (number, start, left_open) SELECT n.number, u.start, u.left_open"
        " FROM temp.numbered n CROSS JOIN temp.unnumbered u ON u.interaction = n.interaction ORDER BY 1"
    )
    db.execute("DELETE FROM interactions WHERE number > ?", (last - len(gone) + len(new),))
    db.execute(
        "INSERT INTO main.interaction_members (record, interaction, reason)"
        " SELECT -n.interaction, n.number, u.reason FROM temp.numbered n CROSS JOIN temp.unnumbered u"
        " ON u.interaction = n.interaction WHERE n.interaction < 0 UNION ALL SELECT m.record, n.number, m.reason"
        " FROM temp.unnumbered_members m CROSS JOIN temp.numbered n ON n.interaction = m.interaction ORDER BY 1"
    )


def _place(store: Store, start: int | None, key: bytes, last: int) -> int:
    """The number of the first interaction that follows this start and key; one after the last if none does."""
    end = last + 1
    without = _asked(store, "SELECT number FROM interactions WHERE start IS NULL ORDER BY number LIMIT 1") or end
    if start is None:
        low, high = without, end
    else:
        after = "SELECT number FROM interactions WHERE start > ? ORDER BY start, number LIMIT 1"
        of_start = "SELECT number FROM interactions WHERE start = ? ORDER BY number LIMIT 1"
        high = _asked(store, after, start) or without
        low = _asked(store, of_start, start) or high
    return bisect_right(range(low, high), key, key=lambda number: _key(store, number)) + low


def _key(store: Store, interaction: int) -> bytes:
    """The least id of the records of an interaction."""
    (found,) = store.db.execute(
        "SELECT min(r.id) FROM interaction_members m CROSS JOIN records r ON r.number = m.record"
        " WHERE m.interaction = ?",
        (interaction,),
    ).fetchone()
    return bytes(found or b"")


def _segments(places: list[int], gone: list[int], last: int) -> Iterator[_Segment]:
    """The interactions between those that go and come, where their numbers change."""
    bounds = sorted({*places, *gone, *(number + 1 for number in gone), last + 1})
    leaving = set(gone)
    for first, after in pairwise(bounds):
        shift = bisect_right(places, first) - bisect_left(gone, first)
        if shift and first not in leaving:
            yield _Segment(first, after - 1, shift)


def _move(store: Store, segments: list[_Segment]) -> None:
    """Change the numbers of interactions. None moves to where another one still is."""
    db = store.db
    db.execute("CREATE TEMP TABLE segments (first INTEGER PRIMARY KEY, last INTEGER, shift INTEGER)")
    db.executemany("INSERT INTO temp.segments VALUES (?, ?, ?)", segments)
    db.execute(
        "INSERT OR REPLACE INTO main.interactions (number, start, left_open)"
        " SELECT i.number + s.shift, i.start, i.left_open FROM temp.segments s CROSS JOIN main.interactions i"
        " ON i.number BETWEEN s.first AND s.last"
    )
    up = [one for one in reversed(segments) if one.shift > 0]
    for segment in (*up, *(one for one in segments if one.shift < 0)):
        db.execute(
            "UPDATE interaction_members SET interaction = interaction + ? WHERE interaction BETWEEN ? AND ?",
            (segment.shift, segment.first, segment.last),
        )
    db.execute("DROP TABLE temp.segments")


def _asked(store: Store, question: str, *values: int) -> int | None:
    found = store.db.execute(question, values).fetchone()
    return None if found is None else found[0]
