"""Searching rows for a text.

The rows alone define a match: a row matches if one of :data:`SEARCHED` contains the text, in any case.
If few rows can match, the search narrows them first: the full-text index finds the records with values that have every
run of three characters of the text, and the smaller tables find forms, files, kinds, joins and exhibits. If many rows
can match, or the text is shorter than three characters, the rows are read in order.
"""

from __future__ import annotations

import json
import re
from functools import cache
from itertools import count
from typing import TYPE_CHECKING, Any

from echoforensics.case.full_text.filling import is_filled
from echoforensics.case.record_forms.form_search import forms_with, records_of
from echoforensics.case.record_id import DIGITS, PREFIX
from echoforensics.case.text import storable
from echoforensics.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from echoforensics.case.store import Store

#: The searched columns; ``fields`` is the record's further fields, as JSON.
SEARCHED = (
    "message", "transcript", "fields", "utterance_id", "device_serial", "device_type", "account", "person", "path",
    "evidence", "sha256", "recording", "data_type", "exhibit", "recorded_time", "timestamp_desc", "clock", "parser",
)  # fmt: skip

#: Length in characters of the runs in the full-text index.
_INDEXED = 3
#: Maximum number of runs to query for a long text.
_RUNS = 24
#: If more records than this can match, the rows are read in order instead.
_FEW = 5000
_EXHIBIT = re.compile(r"(E?F?-)?(\d+)", re.ASCII | re.IGNORECASE)
#: Minimum number of digits of an exhibit number.
_PADDED = 7
_MOST_DIGITS = 18
_LIKE = re.compile(r"([\w.]+) LIKE \?1 ESCAPE '\\'")
#: Small tables, and the condition for the records of their matching rows.
_NAMED = (
    "SELECT p.record FROM entries e CROSS JOIN places p ON p.entry_id = e.id WHERE e.path LIKE ?1 ESCAPE '\\'"
    " OR e.sha256 LIKE ?1 ESCAPE '\\' OR e.remark LIKE ?1 ESCAPE '\\'"
    " OR e.evidence_id IN (SELECT id FROM evidence WHERE name LIKE ?1 ESCAPE '\\')",
    "SELECT p.record FROM joins j CROSS JOIN places p ON p.id = j.place_id WHERE j.value LIKE ?1 ESCAPE '\\'",
    "SELECT record FROM exhibits WHERE (added IS NOT NULL OR recorded_time IS NOT NULL)"
    " AND (added LIKE ?1 ESCAPE '\\' OR recorded_time LIKE ?1 ESCAPE '\\' OR device_serial LIKE ?1 ESCAPE '\\'"
    " OR device_type LIKE ?1 ESCAPE '\\')",
)
#: Columns of exhibits that refer to rows of a small table, and the condition for its matching rows.
_KINDS = {
    "kind": "SELECT id FROM kinds WHERE data_type LIKE ?1 ESCAPE '\\' OR parser LIKE ?1 ESCAPE '\\'",
    "time_kind": "SELECT id FROM time_kinds WHERE description LIKE ?1 ESCAPE '\\' OR clock LIKE ?1 ESCAPE '\\'",
}


def search_clause(store: Store, text: str) -> tuple[str, list[Any]]:
    """Return the SQL condition for rows that contain a text, with its values."""
    text = storable(text).replace("\0", "")  # SQLite ends a text at NUL
    values: list[Any] = []
    columns = (*SEARCHED, "record") if text[: len(PREFIX)].upper() == PREFIX else SEARCHED
    if text.isascii():
        clause = "(" + " OR ".join(f"{column} LIKE ? ESCAPE '\\'" for column in columns) + ")"
        values += [f"%{like(text)}%"] * len(columns)
    else:
        # LIKE ignores case for ASCII letters only.
        store.db.create_function("hold_text", -1, _hold, deterministic=True)
        clause = f"hold_text(?, {', '.join(columns)})"
        values.append(text.casefold())
    records = None if store.is_earlier or len(text) < _INDEXED else _records(store, text)
    if records is not None:
        clause = f"record_number IN (SELECT value FROM json_each(?)) AND {clause}"  # noqa: S608 (our own text)
        values.insert(0, json.dumps(sorted(records)))
    return clause, values


def regex_clause(store: Store, pattern: str) -> tuple[str, list[Any]]:
    """Return the SQL condition for rows that match a regular expression, with its values. Case is ignored.

    Raises:
        UsageError: the pattern is not a regular expression.
    """
    try:
        _compiled(pattern)
    except (re.error, RecursionError, OverflowError) as error:
        raise UsageError(f"--regex: {pattern!r} is not a regular expression: {error}") from error
    # A function cannot be registered again while a query uses it.
    if not store.db.execute("SELECT 1 FROM pragma_function_list WHERE name = 'match_regex'").fetchone():
        store.db.create_function("match_regex", -1, _match, deterministic=True)
    return f"match_regex(?, {', '.join(SEARCHED)})", [pattern]


def like(text: str) -> str:
    """Escape a text for a pattern of LIKE."""
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


@cache
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.IGNORECASE)


def _match(pattern: str, *columns: str | None) -> bool:
    search = _compiled(pattern).search
    return any(search(column) for column in columns if column)


def _hold(text: str, *columns: str | None) -> bool:
    return any(text in column.casefold() for column in columns if column)


def _records(store: Store, text: str) -> set[int] | None:
    """The numbers of records that can match; None if there are too many, or it cannot be determined."""
    # The index of a case that was interrupted may have been left to be made at its end.
    if not is_filled(store.db) or _runs_on(store, text):
        return None
    found: set[int] = set()
    for some in _asked(store, text):
        for number in some:
            found.add(number)
            if len(found) > _FEW:
                return None
    return found


def _asked(store: Store, text: str) -> Iterator[Iterator[int]]:
    db = store.db
    for column, question in _KINDS.items():
        # Exhibits are scanned only if a kind contains the text.
        if kinds := [*_held(store, question, text)]:
            asked = f"SELECT record FROM exhibits WHERE {column} IN (SELECT value FROM json_each(?))"  # noqa: S608 (our names)
            yield (number for (number,) in db.execute(asked, (json.dumps(kinds),)))
    for question in _NAMED:
        yield _held(store, question, text)
    last = db.execute("SELECT coalesce(max(number), 0) FROM exhibits").fetchone()[0]
    for first, end in _exhibits(text, last):
        yield (
            number for (number,) in db.execute("SELECT record FROM exhibits WHERE number BETWEEN ? AND ?", (first, end))
        )
    if text[: len(PREFIX)].upper() == PREFIX and (digits := _hexadecimal(text[len(PREFIX) :])) is not None:
        bounds = tuple(bytes.fromhex(digits.ljust(DIGITS, pad)) for pad in "0f")
        yield (number for (number,) in db.execute("SELECT number FROM records WHERE id BETWEEN ? AND ?", bounds))
    yield (number for (number,) in db.execute("SELECT rowid FROM search WHERE search MATCH ?", (_runs(text),)))
    for part, forms in forms_with(store, text).items():
        yield records_of(store, forms, _runs(part) if len(part) >= _INDEXED else None)


def _held(store: Store, question: str, text: str) -> Iterator[int]:
    """Yield the numbers that a query with LIKE conditions returns."""
    if text.isascii():
        return (number for (number,) in store.db.execute(question, (f"%{like(text)}%",)))
    question = _LIKE.sub(r"hold_text(?1, \1)", question)
    return (number for (number,) in store.db.execute(question, (text.casefold(),)))


def _runs(text: str) -> str:
    """The text's runs of three characters, as a query to the full-text index."""
    starts = list(range(len(text) - _INDEXED + 1))
    chosen = {*starts[:: max(1, len(starts) // _RUNS)], starts[-1]}
    runs = dict.fromkeys(text[start : start + _INDEXED] for start in sorted(chosen))
    return " AND ".join('"' + run.replace('"', '""') + '"' for run in runs)


def _runs_on(store: Store, text: str) -> bool:
    """Whether a text may begin in a record's own message, and end in a row's addition to it."""
    added = [remark for (remark,) in store.db.execute("SELECT DISTINCT remark FROM entries WHERE remark <> ''")]
    lower = text.lower()
    return any(
        remark.lower().startswith(lower[start:])
        for remark in (*added, " The same bytes lie at ", " It is tied to the utterance of ")
        for start in range(1, len(text))
    )


def _exhibits(text: str, last: int) -> Iterator[tuple[int, int]]:
    """Yield the ranges of exhibit numbers, up to the last, whose names contain a text."""
    match = _EXHIBIT.fullmatch(text)
    if match is None or len(match[2]) > _MOST_DIGITS:
        return
    digits, is_start = match[2], match[1] is not None
    for free in range(max(len(str(last)), _PADDED) - len(digits) + 1):
        # At most this many digits follow the text; other digits, or zeros, precede it.
        unit = 10**free
        for before in (0,) if is_start else count():
            first = (before * 10 ** len(digits) + int(digits)) * unit
            if first > last:
                break
            zeros = not before and digits.startswith("0")
            if is_start and len(digits) + free != max(_PADDED, len(str(first))):
                continue
            if zeros and len(digits) + free > _PADDED:
                continue
            yield first, first + unit - 1


def _hexadecimal(text: str) -> str | None:
    return text.lower() if re.fullmatch(f"[0-9a-fA-F]{{0,{DIGITS}}}", text, re.ASCII) else None
