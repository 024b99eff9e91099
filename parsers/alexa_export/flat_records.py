"""Tables whose rows are records of the service's history, flattened into columns by a converter of JSON.

References:
    pandas (``json_normalize`` and ``to_csv``); Miller (``flatten``); converters that write ``items[0].name`` or
    ``items/0/name``.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import lru_cache

from parsers.alexa_api.answers.fragment import MARKS
from parsers.alexa_api.items.body import Body, RowPlaces
from parsers.alexa_export.row import TableHeader
from parsers.formats.csv.rows import LocatedRow
from parsers.record import Issue, Record

#: What converters write for an empty list or object.
_EMPTY: dict[str, object] = {"[]": [], "{}": {}}


@lru_cache(maxsize=8)
def are_in(names: tuple[str, ...]) -> bool:
    """Whether the columns of a table are the members of such a record.

    Args:
        names: the names of the columns.
    """
    if not any(name in MARKS for name in names):
        return False
    from parsers.alexa_api.answers.plain_form import nested_record

    return nested_record(dict.fromkeys(names, "")) is not None


def read(path: str, header: TableHeader, rows: Iterable[LocatedRow]) -> Iterator[Record | Issue]:
    """Yield the records of each row.

    Args:
        path: the file's path.
        header: the names of its columns.
        rows: its rows.
    """
    from parsers.alexa_api.answers.plain_form import nested_record
    from parsers.alexa_api.answers.within import read_within

    for row in rows:
        if row.issue:
            yield Issue(f"A row of the table cannot be read: {row.issue}.", row.locator, row.excerpt)
        elif len(row.values) > len(header.names) and any(row.values[len(header.names) :]):
            what = f"it has {len(row.values)} values under {len(header.names)} names"
            yield Issue(f"A row of the table cannot be read: {what}.", row.locator, row.excerpt)
        elif nested := nested_record({name: _EMPTY.get(value, value) for name, value in header.given(row).items()}):
            yield from read_within(Body(nested, path, RowPlaces(row.locator)))
        elif any(row.values):
            yield Issue("A row of the table holds no record that is known.", row.locator, row.excerpt)
