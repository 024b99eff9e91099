"""Saying why a query finds nothing: it names what is not in the case, or no row is all of it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from echoforensics.case.row_query import Query, count
from echoforensics.errors import UsageError

if TYPE_CHECKING:
    from echoforensics.case.store import Store

#: So many names are listed.
_MOST = 12
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def refuse_unknown(store: Store, query: Query) -> None:
    """Refuse a query that no row can answer.

    Raises:
        UsageError: it ends before it begins, or names a data type, device or evidence item that is not in the case;
            the message says which there are.
    """
    if query.start is not None and query.end is not None and query.start >= query.end:
        between = f"from {_iso(query.start)} on, and before {_iso(query.end)}"
        raise UsageError(f"--from and --to leave no time between them: {between}")
    types = _values(store, "SELECT DISTINCT data_type FROM kinds WHERE id IN (SELECT kind FROM exhibits) ORDER BY 1")
    for name in query.types:
        if not any(f"{found}:".startswith(f"{name.rstrip(':*')}:") for found in types):
            raise UsageError(_unknown("data type or family", name, types))
    devices = _values(
        store,
        "SELECT device_serial FROM rows WHERE device_serial IS NOT NULL"
        " UNION SELECT device_type FROM rows WHERE device_type IS NOT NULL ORDER BY 1",
    )
    for name in query.devices:
        if name not in devices:
            raise UsageError(_unknown("device serial or type", name, devices))
    items = _values(store, "SELECT name FROM evidence ORDER BY id")
    for name in query.evidence:
        if name not in items:
            raise UsageError(_unknown("evidence item", name, items))


def why_none(store: Store, query: Query) -> str:
    """Why a query that names only what there is finds no row: one sentence."""
    if not count(store):
        return "the case has no rows"
    alone = {
        "--from and --to": Query(start=query.start, end=query.end),
        "--search": Query(search=query.search),
        "--type": Query(types=query.types),
        "--device": Query(devices=query.devices),
        "--evidence": Query(evidence=query.evidence),
        "--state": Query(states=query.states),
        "--recordings-only": Query(recordings_only=query.recordings_only),
        "--interaction": Query(interaction=query.interaction),
    }
    asked = {option: part for option, part in alone.items() if part != Query()}
    none = [option for option, part in asked.items() if not count(store, part)]
    if not none:
        return f"rows match each of {', '.join(asked)} alone, but no row matches all of them"
    reasons = {"--search": f"no row has the text {query.search!r}", "--from and --to": _period(store)}
    return "; ".join(reasons.get(option, f"no row matches {option}") for option in none)


def _period(store: Store) -> str:
    first, last = store.db.execute("SELECT min(datetime), max(datetime) FROM rows").fetchone()
    if first is None:
        return "no row has a time that is known in UTC, and such rows are left out with --from and --to"
    return f"no row lies between --from and --to; the rows' times go from {first} to {last}"


def _unknown(what: str, name: str, known: list[str]) -> str:
    if not known:
        return f"no row has the {what} {name!r}; the case names none"
    wanted = name.casefold()
    alike = [found for found in known if wanted and wanted in found.casefold()]
    if alike:
        return f"there is no {what} {name!r} in this case; alike are: {_listed(alike)}"
    return f"there is no {what} {name!r} in this case; there are: {_listed(known)}"


def _listed(names: list[str]) -> str:
    more = f" and {len(names) - _MOST} more" if len(names) > _MOST else ""
    return ", ".join(names[:_MOST]) + more


def _values(store: Store, question: str) -> list[str]:
    return [value for (value,) in store.db.execute(question)]


def _iso(timestamp: int) -> str:
    return (_EPOCH + timedelta(microseconds=timestamp)).isoformat()
