"""Finds the same interaction in several cases: by a shared record, utterance or recording.

The comparison uses an unnamed database, which SQLite keeps in memory and, as it grows, in a temporary file that
disappears with it.
"""

from __future__ import annotations

import sqlite3
from typing import TYPE_CHECKING, NamedTuple, Self

from echoforensics.case.spoken.gap_query import refuse_earlier
from echoforensics.case.spoken.interaction import PREFIX

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from types import TracebackType

    from echoforensics.case.case import Case
    from echoforensics.case.store import Store

#: What can make interactions of two cases the same; the first that holds is named.
RECORD, UTTERANCE, RECORDING = "the same record", "the same utterance id", "the same recording"
_ASKED = (
    (RECORD, "SELECT lower(hex(r.id)), m.interaction FROM interaction_members m JOIN records r ON r.number = m.record"),
    (
        UTTERANCE,
        "SELECT DISTINCT coalesce(r.utterance_id, w.utterance_id), m.interaction FROM interaction_members m"
        " JOIN records r ON r.number = m.record LEFT JOIN exhibits w ON w.record = m.record"
        " WHERE coalesce(r.utterance_id, w.utterance_id) <> ''",
    ),
    (
        RECORDING,
        "SELECT DISTINCT e.sha256, m.interaction FROM interaction_members m JOIN records r ON r.number = m.record"
        " JOIN kinds k ON k.id = r.kind JOIN places p ON p.record = r.number JOIN entries e ON e.id = p.entry_id"
        " WHERE k.data_type LIKE 'recording:%'",
    ),
)
_MADE = """
CREATE TABLE has (
    way INTEGER, value TEXT, place INTEGER, interaction INTEGER, PRIMARY KEY (way, value, place, interaction)
) WITHOUT ROWID;
CREATE INDEX has_of ON has (place, interaction);
"""
_OTHERS = """
SELECT b.place, b.interaction, min(b.way) FROM has a JOIN has b ON b.way = a.way AND b.value = a.value
WHERE a.place = ? AND a.interaction = ? AND b.place <> a.place GROUP BY 1, 2 ORDER BY 1, 2
"""


class SameInteraction(NamedTuple):
    """A matching interaction of another case.

    Attributes:
        case: name of the other case.
        number: number of the interaction there.
        by: what they have in common.
    """

    case: str
    number: str
    by: str


class SameInteractions:
    """Matches between the interactions of several cases.

    Raises:
        CaseError: a case's version has no interactions.
    """

    def __init__(self, cases: Sequence[tuple[str, Case]]) -> None:
        """Read the cases, each given with its name."""
        for _, case in cases:
            refuse_earlier(case.store)
        self._names = [name for name, _ in cases]
        self._db = sqlite3.connect("", isolation_level=None)
        self._db.executescript(_MADE)
        self._db.execute("BEGIN")
        for place, (_, case) in enumerate(cases):
            for way, (_, sql) in enumerate(_ASKED):
                found = ((way, value, place, number) for value, number in _asked(case.store, sql))
                self._db.executemany("INSERT OR IGNORE INTO has VALUES (?, ?, ?, ?)", found)
        self._db.execute("COMMIT")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._db.close()

    def of(self, case: int, number: str) -> tuple[SameInteraction, ...]:
        """Return interactions of the other cases that match a given one.

        Args:
            case: index of the case, from 0.
            number: number of the interaction.
        """
        found = self._db.execute(_OTHERS, (case, int(number.removeprefix(PREFIX))))
        return tuple(
            SameInteraction(self._names[place], f"{PREFIX}{other:07}", _ASKED[way][0]) for place, other, way in found
        )


def _asked(store: Store, sql: str) -> Iterator[tuple[str, int]]:
    return store.db.execute(sql)
