"""Parquet, read by DuckDB and pyarrow."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.dataset as ds
import pyarrow.parquet as pq

from echoforensics.case.exhibits.row import Query, Row
from echoforensics.case.schema import ROW_COLUMNS
from echoforensics.export import parquet
from echoforensics.export.about import Written

Export = Callable[..., Written]


def test_duckdb_reads_every_value(write: Export, all_rows: list[Row], tmp_path: Path) -> None:
    assert write(tmp_path / "x.parquet").rows == len(all_rows)
    db = duckdb.connect()
    columns = db.execute(f"DESCRIBE SELECT * FROM '{tmp_path / 'x.parquet'}'").fetchall()
    assert [name for name, *_ in columns] == list(ROW_COLUMNS)
    assert {name: kind for name, kind, *_ in columns}["datetime"] == "TIMESTAMP WITH TIME ZONE"
    found = db.execute(f"SELECT * REPLACE (epoch_us(datetime) AS datetime) FROM '{tmp_path / 'x.parquet'}'").fetchall()
    for values, row in zip(found, all_rows, strict=True):
        read = dict(zip(ROW_COLUMNS, values, strict=True))
        assert read == {**row, "datetime": row["timestamp"]}


def test_pyarrow_reads_what_the_file_says_of_itself(write: Export, tmp_path: Path) -> None:
    write(tmp_path / "x.parquet", query=Query(types=("alexa:cloud",)), local="Asia/Seoul")
    table = pq.read_table(tmp_path / "x.parquet")
    stated = json.loads(table.schema.metadata[b"echoforensics"])
    assert (stated["examiner"], stated["reference"], stated["timezone"]) == (
        "E. Xaminer & <Söhne>",
        "T-1",
        "Asia/Seoul",
    )
    assert stated["filters"] == {"types": ["alexa:cloud"]}
    assert table.schema.field("datetime").type == pa.timestamp("us", tz="UTC")
    assert set(table["timezone"].to_pylist()) == {"Asia/Seoul"}
    assert all((time or "+09:00").endswith("+09:00") for time in table["local_time"].to_pylist())


def test_each_day_has_a_folder(write: Export, all_rows: list[Row], tmp_path: Path) -> None:
    assert write(tmp_path / "days", by_day=True).rows == len(all_rows)
    days = Counter(row["datetime"][:10] if row["datetime"] else None for row in all_rows)
    assert len(days) > 10
    assert sorted(path.name for path in (tmp_path / "days").iterdir() if path.is_dir()) == sorted(
        f"day={day or '__HIVE_DEFAULT_PARTITION__'}" for day in days
    )
    found = duckdb.execute(
        f"SELECT day, exhibit FROM read_parquet('{tmp_path / 'days'}/*/*.parquet', hive_partitioning = true)"
    ).fetchall()
    assert Counter(str(day) if day else None for day, _ in found) == days
    assert {exhibit for _, exhibit in found} == {row["exhibit"] for row in all_rows}
    read = ds.dataset(tmp_path / "days", format="parquet", partitioning="hive", exclude_invalid_files=True).to_table()
    assert read.num_rows == len(all_rows)
    assert json.loads((tmp_path / "days/export.about.json").read_text("utf-8"))["rows"] == len(all_rows)


def test_rows_are_written_in_batches(write: Export, tmp_path: Path, monkeypatch: object, all_rows: list[Row]) -> None:
    monkeypatch.setattr(parquet, "_BATCH", 7)  # type: ignore[attr-defined]
    write(tmp_path / "x.parquet")
    read = pq.ParquetFile(tmp_path / "x.parquet")
    assert read.num_row_groups == -(-len(all_rows) // 7)
    assert read.read()["exhibit"].to_pylist() == [row["exhibit"] for row in all_rows]
