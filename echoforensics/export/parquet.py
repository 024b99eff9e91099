"""Parquet: the columns of a row with their types, in one file or in a folder for each day.

``datetime`` is a timestamp in UTC with microseconds. What the export says about itself is in each file's own metadata,
under the key ``echoforensics``, as JSON. The folders of days are named as Hive names them (``day=2024-03-09``), which
DuckDB, pyarrow and Spark take for a column; a day is one in UTC.

References:
    https://parquet.apache.org/docs/file-format/
"""

from __future__ import annotations

from itertools import groupby, islice
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.parquet as pq

from echoforensics.case.results import arrow_batch, arrow_schema
from echoforensics.case.row_query import rows as rows_of
from echoforensics.export.about import AboutExport, Written

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from echoforensics.case.case import Case
    from echoforensics.case.row_query import Query, Row

#: Rows that are held and written at once.
_BATCH = 20_000
#: How Hive names the part whose rows have no value in the column by which it is parted.
_NO_DAY = "__HIVE_DEFAULT_PARTITION__"


def export(case: Case, query: Query, path: Path, about: AboutExport) -> Written:
    """Write the rows asked for.

    Args:
        case: the case.
        query: which rows.
        path: a file that does not exist yet; or an empty folder, in which each day gets a folder of its own.
        about: what the metadata say, and the columns that are added.
    """
    found = rows_of(case.store, query)
    if not path.is_dir():
        return Written(_write(found, path, about))
    return Written(write_by_day(found, path, about))


def write_by_day(rows: Iterable[Row], path: Path, about: AboutExport) -> int:
    """Write rows, a folder for each day; returns how many.

    Args:
        rows: the rows, by time, so that those of a day come together.
        path: an empty folder.
        about: what the metadata say, and the columns that are added.
    """
    count = 0
    for day, of_day in groupby(rows, key=_day):
        folder = path / f"day={day}"
        folder.mkdir(exist_ok=True)
        count += _write(of_day, folder / f"part-{len(list(folder.iterdir()))}.parquet", about)
    return count


def _day(row: Row) -> str:
    return row["datetime"][:10] if row["datetime"] is not None else _NO_DAY


def _write(rows: Iterable[Row], path: Path, about: AboutExport) -> int:
    schema = arrow_schema()
    for name in about.added.names:
        schema = schema.append(pa.field(name, pa.string()))
    schema = schema.with_metadata({"echoforensics": about.as_json()})
    count = 0
    with pq.ParquetWriter(path, schema, compression="zstd") as writer:
        for some in _in_batches(rows):
            writer.write_batch(arrow_batch(some, schema, _more(some, about)))
            count += len(some)
    return count


def _more(rows: list[Row], about: AboutExport) -> dict[str, list[str | None]]:
    found = [about.added.values(row) for row in rows]
    return {name: [values[name] for values in found] for name in about.added.names}


def _in_batches(rows: Iterable[Row]) -> Iterator[list[Row]]:
    found = iter(rows)
    while some := list(islice(found, _BATCH)):
        yield some
