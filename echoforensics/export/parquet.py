"""Writes Parquet: typed columns, in one file or in a folder per day.

``datetime`` is a timestamp in UTC with microseconds. Each file's metadata holds the description of the export as JSON,
under the key ``echoforensics``. The day folders have Hive names (``day=2024-03-09``), which DuckDB, pyarrow and Spark
read as a column; days are in UTC.

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
    from echoforensics.case.exhibits.row import Query, Row

#: How many rows to hold and write at once.
_BATCH = 20_000
#: Hive's name for the partition of rows without a value.
_NO_DAY = "__HIVE_DEFAULT_PARTITION__"


def export(case: Case, query: Query, path: Path, about: AboutExport) -> Written:
    """Write the requested rows.

    Args:
        case: the case.
        query: selects the rows.
        path: a file that does not exist yet; or an empty folder, in which each day gets its own folder.
        about: the metadata, and the additional columns.
    """
    found = rows_of(case.store, query)
    if not path.is_dir():
        return Written(_write(found, path, about))
    return Written(write_by_day(found, path, about))


def write_by_day(rows: Iterable[Row], path: Path, about: AboutExport) -> int:
    """Write rows, one folder per day. Returns their number.

    Args:
        rows: the rows by time, so that those of a day are consecutive.
        path: an empty folder.
        about: the metadata, and the additional columns.
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
