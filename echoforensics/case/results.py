"""Query results of a case, with a notebook table and conversion to Arrow and pandas."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import asdict, is_dataclass
from html import escape
from itertools import islice
from typing import TYPE_CHECKING, Any, Generic, TypeVar, cast

from echoforensics.case.schema import ROW_COLUMNS

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

    from echoforensics.case.exhibits.row import Row

T = TypeVar("T")

#: Maximum number of results in a notebook's table; the others are counted.
SHOWN = 10
#: Maximum length of a cell of a notebook's table in characters.
_CELL = 120
#: Number of rows converted to Arrow at once.
_BATCH = 10_000
#: The columns of a row that a notebook shows.
_ROW_CELLS = ("exhibit", "datetime", "data_type", "message", "transcript", "evidence", "path", "locator")


class Results(Generic[T]):
    """Results of one query. They can be iterated repeatedly; each iteration queries the case again.

    Args:
        name: their noun, in the plural.
        ask: returns the results as a stream.
        count: returns their number; without it they are counted one by one.
        cells: the attributes that a notebook shows; all of them if none is named.

    Example:
        >>> devices = case.devices()
        >>> len(devices)
        1
        >>> devices[0].serial
        'B0DEM0000000EF01'
        >>> devices
        <1 device>
    """

    def __init__(
        self,
        name: str,
        ask: Callable[[], Iterable[T]],
        count: Callable[[], int] | None = None,
        cells: tuple[str, ...] = (),
    ) -> None:
        self._name = name
        self._ask = ask
        self._count = count
        self._cells = cells

    def __iter__(self) -> Iterator[T]:
        return iter(self._ask())

    def __getitem__(self, number: int) -> T:
        """Return one result by its index, from 0. Raises IndexError if there is none."""
        for result in islice(self, number, None):
            return result
        raise IndexError(f"there are fewer than {number + 1} {self._name}")

    def __len__(self) -> int:
        return self._count() if self._count else sum(1 for _ in self)

    def __repr__(self) -> str:
        count = len(self)
        return f"<{count} {self._name[:-1] if count == 1 and self._name.endswith('s') else self._name}>"

    def _repr_html_(self) -> str:
        shown = [_fields(result) for result in islice(self, SHOWN)]
        count = len(self)
        if not shown:
            return f"<p>No {escape(self._name)}.</p>"
        names = self._cells or tuple(shown[0])
        head = "".join(f"<th>{escape(name)}</th>" for name in names)
        body = "".join(f"<tr>{''.join(f'<td>{_cell(found.get(name))}</td>' for name in names)}</tr>" for found in shown)
        more = f"<p>{count - len(shown)} more {escape(self._name)}.</p>" if count > len(shown) else ""
        return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>{more}"


class Rows(Results["Row"]):
    """Rows of the timeline, each a dictionary with the keys of ``Row``.

    Example:
        >>> words = case.rows(types=["echo:log:wake_word"])
        >>> words
        <5 rows>
        >>> next(iter(words))["recorded_time"]
        '1709929909094'
    """

    def __init__(self, ask: Callable[[], Iterable[Row]], count: Callable[[], int]) -> None:
        super().__init__("rows", ask, count, _ROW_CELLS)

    def to_arrow(self) -> pa.Table:
        """The rows as an Arrow table. ``datetime`` is a timestamp in UTC (microseconds); all else is as in a row.

        Example:
            >>> table = case.rows(search="lights").to_arrow()
            >>> table.num_rows, str(table.schema.field("datetime").type)
            (5, 'timestamp[us, tz=UTC]')
        """
        import pyarrow as pa

        schema = arrow_schema()
        batches = []
        rows = iter(self)
        while some := list(islice(rows, _BATCH)):
            batches.append(arrow_batch(some, schema))
        return pa.Table.from_batches(batches, schema=schema)

    def to_pandas(self) -> pd.DataFrame:
        """The rows as a data frame, with times in UTC; rows without a known time in UTC have ``NaT``.

        Raises:
            ImportError: pandas is not installed.

        Example:
            >>> frame = case.rows(types=["echo:log:wake_word"]).to_pandas()
            >>> frame["datetime"].dt.date.value_counts().to_dict()
            {datetime.date(2024, 3, 9): 4, datetime.date(2024, 3, 8): 1}
        """
        return self.to_arrow().to_pandas()


def arrow_schema() -> pa.Schema:
    """The columns of a row with their types in Arrow. ``datetime`` is a timestamp in UTC, in microseconds."""
    import pyarrow as pa

    types = {
        "datetime": pa.timestamp("us", tz="UTC"),
        "timestamp": pa.int64(),
        "places": pa.int64(),
        "corroborated_by": pa.list_(pa.string()),
    }
    return pa.schema([(name, types.get(name, pa.string())) for name in ROW_COLUMNS])


def arrow_batch(
    rows: list[Row], schema: pa.Schema, more: Mapping[str, list[str | None]] | None = None
) -> pa.RecordBatch:
    """Convert rows to an Arrow batch.

    Args:
        rows: the rows.
        schema: the columns; see :func:`arrow_schema`.
        more: values of additional columns, by name.
    """
    import pyarrow as pa

    found = more or {}
    columns = [
        pa.array(found[field.name], type=field.type) if field.name in found else _column(field, rows)
        for field in schema
    ]
    return pa.record_batch(columns, schema=schema)


def _column(field: pa.Field, rows: list[Row]) -> pa.Array:
    import pyarrow as pa

    # A row's time as text is made from its microseconds, which is all that Arrow stores.
    name = "timestamp" if field.name == "datetime" else field.name
    return pa.array([cast("Mapping[str, Any]", row)[name] for row in rows], type=field.type)


def _fields(result: object) -> Mapping[str, Any]:
    if isinstance(result, Mapping):
        return result
    if is_dataclass(result) and not isinstance(result, type):
        return asdict(result)
    return cast("Mapping[str, Any]", result._asdict())  # type: ignore[attr-defined]


def _cell(value: object) -> str:
    if value is None or value == []:
        return ""
    text = ", ".join(map(str, value)) if isinstance(value, (list, tuple)) else str(value)
    return escape(text if len(text) <= _CELL else text[: _CELL - 1] + "…")
