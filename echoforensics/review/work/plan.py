"""The plan of work: each person's load and speed, and the distribution of distressing items."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Any

from echoforensics.review.store.decision_table import distressing_opened, finished_times
from echoforensics.review.store.queue_listing import counted, distressing_of, loads, open_items
from echoforensics.review.store.queue_table import people_of, queues
from echoforensics.review.work.sharing import share_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from echoforensics.report.words.language import Language
    from echoforensics.review.people.person import RoomMember
    from echoforensics.review.store.room_database import Connection

#: Longer pauses do not count as work: milliseconds.
_LONGEST_PAUSE = 10 * 60 * 1000
_HOUR = 3_600_000
#: Seconds for a clip where a thousand are to be heard in a shift of eight hours.
TARGET_SECONDS = 28.8


def rate_of(times: Sequence[int]) -> float | None:
    """Clips per hour, from the times they were finished; pauses of more than ten minutes are left out.

    Args:
        times: milliseconds since 1970 UTC, in order.

    Returns:
        None if fewer than two were finished without such a pause between them.
    """
    steps = [after - before for before, after in pairwise(times)]
    worked = [step for step in steps if step <= _LONGEST_PAUSE]
    whole = sum(worked)
    return round(len(worked) * _HOUR / whole, 1) if whole else None


def plan_of(
    db: Connection, people: Iterable[RoomMember], distressing: frozenset[str], words: Language
) -> dict[str, Any]:
    """The plan for the page.

    Args:
        db: the room's database.
        people: the people who work.
        distressing: ids of codes for distressing items.
        words: the language of the page.
    """
    listed = list(people)
    known = {person.id for person in listed}
    open_of = dict.fromkeys(known, 0)
    shown = []
    # An item in two queues, and a sound in two cases, is one clip.
    counted_for: set[tuple[str, str]] = set()
    for queue in queues(db):
        workers = [person for person in people_of(db, queue.id) if person in known]
        for candidate in open_items(db, queue.id):
            whose = share_of(candidate.sound, workers)
            if whose is not None and (candidate.decided_as, whose) not in counted_for:
                counted_for.add((candidate.decided_as, whose))
                open_of[whose] += 1
        shown.append({"id": queue.id, "name": queue.name, **counted(db, queue.id)})
    times, load = finished_times(db), loads(db)
    had, opened = distressing_of(db, distressing), distressing_opened(db)
    rows = [
        {
            "id": person.id, "name": person.name, "display": person.display, "open": open_of[person.id],
            "taken": load[person.id].taken if person.id in load else 0,
            "done": load[person.id].done if person.id in load else 0,
            "distress": had.get(person.id, 0), "distress_opened": opened.get(person.id, 0),
            "hour": rate_of(times.get(person.id, ())),
        }
        for person in listed
    ]  # fmt: skip
    return {"people": rows, "queues": shown, "spread": _spread(rows, words), "target_seconds": TARGET_SECONDS}


def _spread(rows: Sequence[dict[str, Any]], words: Language) -> str:
    counts = [row["distress"] for row in rows]
    if not sum(counts):
        return words.text("No clip was coded as distressing.")
    return words.text(
        "Hearings of distressing clips: {count}, spread over {some} of {all} people, between {least} and {most} each. A"
        " second hearing goes to whoever had the fewest.",
        count=sum(counts), some=sum(1 for count in counts if count), all=len(rows), least=min(counts),
        most=max(counts),
    )  # fmt: skip
