"""Explains why a query has no result: it names something that is not in the case, or no row meets all conditions."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from difflib import get_close_matches
from typing import TYPE_CHECKING

from echoforensics.case.exhibits.device_filter import device_names
from echoforensics.case.exhibits.row import Query
from echoforensics.case.row_query import count
from echoforensics.counting import counted
from echoforensics.errors import UsageError

if TYPE_CHECKING:
    from echoforensics.case.store import Store

#: Maximum number of names to list.
_MOST = 12
#: Maximum number of similar names to suggest.
_NEAR = 3
#: Minimum similarity, as difflib measures it.
_ALIKE = 0.75
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def refuse_unknown(store: Store, query: Query) -> None:
    """Refuse a query that no row can match.

    Raises:
        UsageError: its period ends before it begins, or it names a data type, device or evidence item that is not in
            the case; the message lists those of the case.
    """
    if query.start is not None and query.end is not None and query.start >= query.end:
        between = f"from {_iso(query.start)} on, and before {_iso(query.end)}"
        raise UsageError(f"--from must be before --to: {between}")
    types = _values(store, "SELECT DISTINCT data_type FROM kinds WHERE id IN (SELECT kind FROM exhibits) ORDER BY 1")
    if query.gaps:
        types += _values(store, "SELECT DISTINCT data_type FROM gaps ORDER BY 1")
    for name in query.types:
        if not any(_is_of(found, name) for found in types):
            raise UsageError(_unknown("data type or family", name, types))
    if query.devices:
        _refuse_unknown_device(store, query)
    if query.persons:
        persons = _values(store, "SELECT DISTINCT person FROM rows WHERE person IS NOT NULL ORDER BY 1")
        _refuse_others("person", query.persons, persons)
    if query.accounts:
        accounts = _values(store, "SELECT DISTINCT account FROM rows WHERE account IS NOT NULL ORDER BY 1")
        _refuse_others("account", query.accounts, accounts)
    _refuse_others("evidence item", query.evidence, _values(store, "SELECT name FROM evidence ORDER BY id"))


def _is_of(data_type: str, name: str) -> bool:
    if name.endswith("*") and not name.endswith(":*"):
        return data_type.startswith(name.rstrip("*"))
    return f"{data_type}:".startswith(f"{name.rstrip(':*')}:")


def _refuse_unknown_device(store: Store, query: Query) -> None:
    known = _values(
        store,
        "SELECT device_serial FROM rows WHERE device_serial IS NOT NULL"
        " UNION SELECT device_type FROM rows WHERE device_type IS NOT NULL ORDER BY 1",
    )
    names = [name for named in device_names(store).values() for name in named]
    folded = {name.casefold() for name in names}
    for name in query.devices:
        if name not in known and name.casefold() not in folded:
            raise UsageError(_unknown("device serial, type or name", name, [*known, *dict.fromkeys(names)]))


def _refuse_others(what: str, wanted: tuple[str, ...], known: list[str]) -> None:
    for name in wanted:
        if name not in known:
            raise UsageError(_unknown(what, name, known))


def why_none(store: Store, query: Query) -> str:
    """Return why a query with known names finds no row: one sentence."""
    if not count(store):
        (records,) = store.db.execute("SELECT count(*) FROM records").fetchone()
        yet = f" yet: it has {counted(records, 'record')}, and rows are made when an extraction ends" if records else ""
        return f"the case has no rows{yet}"
    alone = {
        "--from and --to": Query(start=query.start, end=query.end),
        "--search": Query(search=query.search),
        "--regex": Query(regex=query.regex),
        "--type": Query(types=query.types),
        "--device": Query(devices=query.devices),
        "--person": Query(persons=query.persons),
        "--account": Query(accounts=query.accounts),
        "--evidence": Query(evidence=query.evidence),
        "--state": Query(states=query.states),
        "--recordings-only": Query(recordings_only=query.recordings_only),
        "--interaction": Query(interaction=query.interaction),
    }
    asked = {option: part for option, part in alone.items() if part != Query()}
    none = [option for option, part in asked.items() if not count(store, part)]
    if not none:
        alone_they_do = f"rows match each of {', '.join(asked)} alone, but no row matches all of them"
        return f"{alone_they_do}{_outside(store, query)}" if "--from and --to" in asked else alone_they_do
    reasons = {
        "--search": f"no row has the text {query.search!r}",
        "--regex": f"{query.regex!r} matches in no row",
        "--from and --to": _period(store, query),
    }
    return "; ".join(reasons.get(option, f"no row matches {option}") for option in none)


def _outside(store: Store, query: Query) -> str:
    """Say how many rows match all else but lie outside the bounds or have no time; empty if there are none."""
    rest = replace(query, start=None, end=None)
    whole = count(store, rest)
    if not whole:
        return ""
    before = count(store, replace(rest, end=query.start)) if query.start is not None else 0
    after = count(store, replace(rest, start=query.end)) if query.end is not None else 0
    return (
        f"; of {whole} that match all else, {before} before --from, {after} after --to, and"
        f" {whole - before - after} without a time that is known in UTC"
    )


def _period(store: Store, query: Query) -> str:
    first, last = store.db.execute("SELECT min(datetime), max(datetime) FROM rows").fetchone()
    if first is None:
        return "no row has a time that is known in UTC, and such rows are left out with --from and --to"
    return f"no row lies between --from and --to; the rows' times go from {first} to {last}{_outside(store, query)}"


def _unknown(what: str, name: str, known: list[str]) -> str:
    if not known:
        return f"no row has the {what} {name!r}; the case names none"
    wanted = name.casefold()
    alike = [found for found in known if wanted and wanted in found.casefold()]
    near = {found.casefold(): found for found in known}
    alike = alike or [near[found] for found in get_close_matches(wanted, near, _NEAR, _ALIKE)]
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
