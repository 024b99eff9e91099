"""SQL over cases and timelines in Parquet: what is answered, what is refused, and that a query reaches nothing else."""

from __future__ import annotations

import csv
import json
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from io import StringIO
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from echoforensics.case.case import Case
from echoforensics.case.exhibits.row import Query
from echoforensics.case.sql_query.case_tables import TABLES, table_schema
from echoforensics.case.sql_query.query_database import QueryDatabase
from echoforensics.errors import UnverifiedCaseError, UsageError
from echoforensics.export.digests import record_export
from echoforensics.export.output import Target, export
from echoforensics.library import open_case
from echoforensics.querying.answers import QueryAnswer
from echoforensics.querying.inputs import open_inputs
from tests.echoforensics.conftest import Sealed

pytest.importorskip("duckdb")


def ask(sql: str, *paths: Path, unverified: bool = False) -> list[dict[str, Any]]:
    with ExitStack() as opened:
        database = opened.enter_context(QueryDatabase())
        inputs = open_inputs(paths, opened, unverified=unverified)
        names = inputs.names()
        database.fill(
            [(names[path], case) for path, case in inputs.cases],
            [(names[one.path], one.files) for one in inputs.timelines],
            sql,
        )
        stream = StringIO()
        QueryAnswer(database, sql, inputs.unverified).write_jsonl(stream)
        return [json.loads(line) for line in stream.getvalue().splitlines()]


def write_parquet(case_path: Path, path: Path, *, by_day: bool, digests: bool = True) -> Path:
    with open_case(case_path) as case:
        export(case, Query(), Target("parquet", path, by_day=by_day), None)
        if digests:
            record_export(case, [path], None, {})
    return path


@pytest.fixture(scope="module")
def by_day(sealed: Sealed, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_parquet(sealed.path, tmp_path_factory.mktemp("parquet") / "days", by_day=True)


@pytest.fixture
def asked(sealed: Sealed, by_day: Path) -> Iterator[Callable[[str], list[list[Any]]]]:
    with ExitStack() as opened:
        database = opened.enter_context(QueryDatabase())
        case = opened.enter_context(Case.open(sealed.path))
        database.fill([("case", case)], [("days", sorted(by_day.rglob("*.parquet")))], " ".join(TABLES))
        yield lambda sql: list(QueryAnswer(database, sql, "").rows())


def test_rows_are_those_of_the_timeline(sealed: Sealed) -> None:
    found = ask("SELECT * FROM rows ORDER BY exhibit", sealed.path)
    expected = sorted(sealed.rows(), key=lambda row: row["exhibit"])

    assert [{name: value for name, value in row.items() if name != "case"} for row in found] == expected
    assert {row["case"] for row in found} == {"case"}


def test_every_table_has_its_columns_and_what_the_case_holds(sealed: Sealed) -> None:
    for name in TABLES:
        columns = [row["column_name"] for row in ask(f"DESCRIBE {name}", sealed.path)]
        assert columns == ["case", *table_schema(name).names]
    assert {row["name"] for row in ask("SHOW TABLES", sealed.path)} == set(TABLES)
    with Case.open(sealed.path) as case:
        expected = {
            "rows": case.counts().rows, "interactions": len(case.interactions()),
            "members": sum(len(one.members) for one in case.interactions()), "recordings": len(case.recordings()),
            "devices": len(case.devices()), "accounts": len(case.accounts()), "persons": len(case.persons()),
            "evidence": len(case.evidence()), "issues": len(case.issues()), "gaps": len(case.gaps()),
        }  # fmt: skip
    counts = ", ".join(f"(SELECT count(*) FROM {name}) AS {name}" for name in TABLES)
    assert ask(f"SELECT {counts}", sealed.path) == [expected]
    assert min(expected.values()) > 0


def test_tables_are_joined(sealed: Sealed) -> None:
    found = ask(
        "SELECT DISTINCT i.number, r.interaction FROM interactions i JOIN members m ON m.interaction = i.number"
        " JOIN rows r ON r.exhibit = m.exhibit",
        sealed.path,
    )
    assert found
    assert all(row["number"] == row["interaction"] for row in found)


def test_cases_and_parquet_are_asked_together(sealed: Sealed, copy_of_sealed: Path, by_day: Path) -> None:
    count = len(sealed.rows())
    found = ask('SELECT "case", count(*) AS n FROM rows GROUP BY 1 ORDER BY 1', sealed.path, copy_of_sealed, by_day)

    # Both the case and the Parquet out of it are called by one name, so they go by their paths.
    assert found == [{"case": name, "n": count} for name in sorted(["copy", str(sealed.path), str(by_day)])]


def test_rows_of_parquet_are_those_of_the_case(sealed: Sealed, by_day: Path) -> None:
    sql = "SELECT * FROM rows ORDER BY exhibit"
    assert [{**row, "case": "x"} for row in ask(sql, by_day)] == [{**row, "case": "x"} for row in ask(sql, sealed.path)]
    assert any("__HIVE_DEFAULT_PARTITION__" in str(path) for path in by_day.rglob("*.parquet"))


def test_parquet_that_the_ledger_names_is_read_with_its_case(
    copy_of_sealed: Path, sealed: Sealed, tmp_path: Path
) -> None:
    # Where names are looked for, this is a pattern, which fits another file.
    path = tmp_path / "rows[1].parquet"
    (tmp_path / "rows1.parquet").write_bytes(b"")
    with open_case(copy_of_sealed) as case:
        export(case, Query(), Target("parquet", path), None)
        record_export(case, [path], sealed.key, {})
    assert not path.with_name(f"{path.name}.sha256").exists()
    sql = 'SELECT count(DISTINCT "case") AS cases FROM rows'

    assert ask(sql, copy_of_sealed, path) == [{"cases": 2}]
    with pytest.raises(UnverifiedCaseError, match=r"no rows\[1\]\.parquet\.sha256"):
        ask(sql, path)


def test_what_does_not_verify_is_refused(copy_of_sealed: Path, sealed: Sealed, tmp_path: Path) -> None:
    days = write_parquet(sealed.path, tmp_path / "days", by_day=True)
    first = min(days.rglob("*.parquet"))
    shutil.copyfile(max(days.rglob("*.parquet")), first)
    with (copy_of_sealed / "case.db").open("ab") as stream:
        stream.write(b"x")
    sql = "SELECT count(*) AS n FROM rows"
    for path, why in ((days, "SHA-256 was"), (copy_of_sealed, "not the file that was sealed")):
        with pytest.raises(UnverifiedCaseError, match=why):
            ask(sql, path)
        (row,) = ask(sql, path, unverified=True)
        assert why in row["unverified"]


def test_parquet_that_is_no_timeline_is_refused(tmp_path: Path) -> None:
    pq.write_table(pa.table({"a": [1]}), tmp_path / "a.parquet")
    for path in (tmp_path / "a.parquet", tmp_path / "none", Path("/etc")):
        with pytest.raises(UsageError, match="timeline"):
            ask("SELECT 1", path)


def test_a_case_given_twice_is_refused(sealed: Sealed) -> None:
    with pytest.raises(UsageError, match="given twice"):
        ask("SELECT 1", sealed.path, sealed.path / ".." / sealed.path.name)


@pytest.mark.parametrize(
    "sql",
    [
        "COPY rows TO '{0}/out.csv'", "COPY (SELECT 1) TO '{0}/out.csv'", "EXPORT DATABASE '{0}/out'",
        "ATTACH '{0}/out.db'", "ATTACH '{0}/secret.db' (TYPE sqlite)", "INSTALL httpfs", "LOAD httpfs",
        "PRAGMA database_list", "PRAGMA enable_external_access=true", "SET enable_external_access = true",
        "RESET enable_external_access", "SET lock_configuration = false", "CREATE TABLE t AS SELECT 1",
        "CREATE TEMP TABLE t AS SELECT 1", "INSERT INTO held.rows SELECT * FROM held.rows", "DROP VIEW rows",
        "UPDATE held.rows SET message = ''", "SELECT 1; DROP VIEW rows", "CALL pragma_version()", "CHECKPOINT", "",
        "WITH x AS (INSERT INTO held.accounts SELECT * FROM held.accounts RETURNING *) SELECT * FROM x",
        "EXPLAIN ANALYZE INSERT INTO held.rows SELECT * FROM held.rows", "PREPARE x AS SELECT 1", "SELECT $1",
        "SELECT * FROM read_csv('{0}/secret')", "SELECT * FROM read_text('{0}/secret')", "FROM '{0}/secret'",
        "SELECT * FROM read_blob('{0}/secret')", "SELECT * FROM read_json_auto('{0}/secret')", "FROM glob('{0}/*')",
        "SELECT * FROM read_parquet('{0}/secret')", "SELECT * FROM parquet_metadata('{0}/secret')",
        "SELECT * FROM sniff_csv('{0}/secret')", "SELECT * FROM query('COPY rows TO ''{0}/out.csv''')",
        "SELECT * FROM read_parquet('https://localhost:1/x.parquet')", "SELECT * FROM read_csv('s3://x/y.csv')",
        "SELECT * FROM sqlite_scan('{0}/secret.db', 't')", "SELECT getenv('HOME')", "SELECT * FROM duckdb_secrets()",
        "SELECT * FROM enable_logging('QueryLog', storage = 'file', storage_path = '{0}/out')",
        "SELECT * FROM read_csv('/etc/passwd')", "SELECT * FROM read_text('/proc/self/environ')",
    ],
)  # fmt: skip
def test_a_query_reaches_no_file_no_network_and_changes_nothing(
    asked: Callable[[str], list[list[Any]]], tmp_path: Path, sql: str
) -> None:
    (tmp_path / "secret").write_text("a,b\n1,2\n")
    count = asked("SELECT count(*) FROM rows")

    with pytest.raises(UsageError):
        asked(sql.format(tmp_path))

    assert [path.name for path in tmp_path.iterdir()] == ["secret"]
    assert asked("SELECT count(*) FROM rows") == count


def test_variables_of_this_process_are_not_looked_for(asked: Callable[[str], list[list[Any]]]) -> None:
    leaked = pa.table({"a": [1]})
    assert leaked.num_rows == 1
    with pytest.raises(UsageError, match="The tables are rows, interactions"):
        asked("SELECT * FROM leaked")


def test_values_of_every_kind_are_written(asked: Callable[[str], list[list[Any]]]) -> None:
    (found,) = asked(
        "SELECT 1::HUGEINT, 1.25::DECIMAL(5, 2), 'nan'::DOUBLE, DATE '2024-03-09', '\\x00A'::BLOB, [1, NULL],"
        " {'a': 'b'},"
        " TIMESTAMP '2024-03-09 01:02:03', TIMESTAMPTZ '2024-03-09 01:02:03+00', NULL, INTERVAL 3 DAY"
    )
    assert found[:-1] == [
        1, 1.25, "nan", "2024-03-09", "0041", [1, None], {"a": "b"}, "2024-03-09T01:02:03.000000",
        "2024-03-09T01:02:03.000000+00:00", None,
    ]  # fmt: skip


def test_a_time_beyond_those_of_python_is_shown_as_nothing(asked: Callable[[str], list[list[Any]]]) -> None:
    assert asked("SELECT make_timestamp(400000000000000000)") == [[None]]


def test_no_cell_is_run_as_a_formula(sealed: Sealed) -> None:
    with ExitStack() as opened:
        database = opened.enter_context(QueryDatabase())
        inputs = open_inputs([sealed.path], opened)
        database.fill([("case", case) for _, case in inputs.cases], [], "")
        stream = StringIO()
        assert QueryAnswer(database, "SELECT '=1+1' AS \"=2+2\", ['@a', 'b'] AS l", "").write_csv(stream) == 1
    assert list(csv.reader(StringIO(stream.getvalue()))) == [["'=2+2", "l"], ["'=1+1", "'@a b"]]


def test_an_answer_of_any_length_takes_bounded_memory() -> None:
    program = (
        "import resource\n"
        "from echoforensics.case.sql_query.query_database import QueryDatabase\n"
        "from echoforensics.querying.answers import QueryAnswer\n"
        "with QueryDatabase() as database:\n"
        "    database.fill([], [], '')\n"
        "    rows = QueryAnswer(database, \"SELECT repeat('x', 2000) || i FROM range(300000) t(i)\", '').rows()\n"
        "    next(rows)\n"
        "    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss\n"
        "    assert sum(1 for _ in rows) == 299999\n"
        "    print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    # The whole answer has 600 MB.
    assert int(done.stdout) < 200 * 1024 * (1 if sys.platform == "linux" else 1024)


def test_without_the_extra_it_is_said_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "duckdb", None)
    with pytest.raises(
        UsageError, match=r"query needs .* not installed \(duckdb\): pip install 'echoforensics\[scale\]'"
    ):
        QueryDatabase()
