from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.echoforensics.cli.conftest import Run
from tests.echoforensics.conftest import Sealed

pytest.importorskip("duckdb")


def test_query_writes_a_table_csv_or_json_lines(run: Run, sealed: Sealed, tmp_path: Path) -> None:
    sql = "SELECT data_type, count(*) AS n FROM rows WHERE data_type = 'recording:audio' GROUP BY 1"

    done = run("query", sealed.path, sql)
    assert (done.returncode, done.stdout) == (0, "data_type,n\nrecording:audio,6\n")
    assert done.stderr == "1 row\n"
    assert run("query", sealed.path, sql, "-f", "table").stdout.split() == ["data_type", "n", "recording:audio", "6"]

    done = run("query", sealed.path, sql, "-o", "out.jsonl")
    assert done.returncode == 0, done.stderr
    assert json.loads((tmp_path / "out.jsonl").read_text()) == {"data_type": "recording:audio", "n": 6}
    assert "sha256sum -c out.jsonl.sha256" in done.stderr
    assert run("verify", "out.jsonl").returncode == 0
    assert "already exists" in run("query", sealed.path, sql, "-o", "out.jsonl").stderr


def test_query_refuses_in_one_line(run: Run, sealed: Sealed, copy_of_sealed: Path) -> None:
    done = run("query", sealed.path, "DROP TABLE rows")
    assert done.returncode == 2
    assert done.stderr == "echoforensics: give one query that only reads: SELECT, WITH, FROM, DESCRIBE or SUMMARIZE\n"

    with (copy_of_sealed / "case.db").open("ab") as stream:
        stream.write(b"x")
    assert run("query", copy_of_sealed, "FROM rows").returncode == 1
    done = run("query", copy_of_sealed, "SELECT 1 AS a", "--unverified")
    assert done.returncode == 0
    assert done.stdout.startswith("a,unverified\n1,")
    assert done.stderr.startswith("UNVERIFIED: ")
