"""A database is read with the log beside it, whatever holds the two and in whatever order they come."""

from __future__ import annotations

import io
import tarfile
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from echoforensics.case.case import Case
from echoforensics.case.exhibits.row import Query
from echoforensics.case.row_query import rows
from echoforensics.extraction.options import Options
from echoforensics.extraction.run import extract

Row = dict[str, Any]
DB = "data/data/com.amazon.dee.app/app_webview/Cookies"
WEBKIT = 13144745559000000


@pytest.fixture
def files(make_database: Callable[..., dict[str, bytes]]) -> dict[str, bytes]:
    made = make_database(
        "PRAGMA journal_mode = WAL", "PRAGMA wal_autocheckpoint = 0",
        "CREATE TABLE cookies (creation_utc INTEGER NOT NULL, host_key TEXT NOT NULL, name TEXT NOT NULL, value TEXT,"
        " expires_utc INTEGER, last_access_utc INTEGER)",
        f"INSERT INTO cookies VALUES ({WEBKIT}, '.amazon.com', 'first', 'x', 0, 0)",
        "PRAGMA wal_checkpoint(TRUNCATE)",
        f"INSERT INTO cookies VALUES ({WEBKIT + 1}, '.amazon.com', 'second', 'x', 0, 0)",
        name=DB,
    )  # fmt: skip
    assert set(made) == {DB, f"{DB}-wal"}
    return made


def _summary(rows: list[Row]) -> list[tuple[str, str, str]]:
    return sorted((row["message"], row["path"].rpartition("!/")[2], row["locator"].partition(":")[0]) for row in rows)


def _expected() -> list[tuple[str, str, str]]:
    # The page in the log holds both rows; the first also stands, unchanged, in the database's own copy of that page.
    return [
        (f"The browser keeps the cookie {name} of .amazon.com.", f"{DB}-wal", "bytes") for name in ("first", "second")
    ]


def test_in_a_folder(files: dict[str, bytes], tmp_path: Path, extract_rows: Callable[..., list[Row]]) -> None:
    for name, content in files.items():
        path = tmp_path / "phone" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    assert _summary(extract_rows(tmp_path / "phone")) == _expected()


@pytest.mark.parametrize("backwards", [False, True])
def test_in_a_zip(
    files: dict[str, bytes], tmp_path: Path, extract_rows: Callable[..., list[Row]], backwards: bool
) -> None:
    with zipfile.ZipFile(tmp_path / "phone.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        for name in sorted(files, reverse=backwards):
            archive.writestr(name, files[name])
    assert _summary(extract_rows(tmp_path / "phone.zip")) == _expected()


@pytest.mark.parametrize("backwards", [False, True])
def test_in_a_tar(
    files: dict[str, bytes], tmp_path: Path, extract_rows: Callable[..., list[Row]], backwards: bool
) -> None:
    with tarfile.open(tmp_path / "phone.tgz", "w:gz") as archive:
        for name in sorted(files, reverse=backwards):
            member = tarfile.TarInfo(name)
            member.size = len(files[name])
            archive.addfile(member, io.BytesIO(files[name]))
    assert _summary(extract_rows(tmp_path / "phone.tgz")) == _expected()


def test_a_row_of_the_log_is_traced_into_the_log(files: dict[str, bytes], tmp_path: Path) -> None:
    for name, content in files.items():
        path = tmp_path / "phone" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    extract([tmp_path / "phone"], tmp_path / "case", None, Options(argv=("test",)), lambda *_: None)
    with Case.open(tmp_path / "case") as case:
        found = [case.trace(row["exhibit"]) for row in rows(case.store, Query())]
    assert len(found) == 2
    assert all(trace.unchanged and trace.found for trace in found)
    held = sorted(trace.found.content for trace in found if trace.found)
    assert [b"first" in held[0], b"second" in held[1]] == [True, True]


def test_a_log_without_its_database_is_an_issue_and_is_read(files: dict[str, bytes], tmp_path: Path) -> None:
    folder = tmp_path / "phone" / "com.amazon.dee.app"
    folder.mkdir(parents=True)
    (folder / "Cookies-wal").write_bytes(files[f"{DB}-wal"])
    extract([folder.parent], tmp_path / "case", None, Options(argv=("test",)), lambda *_: None)
    with Case.open(tmp_path / "case") as case:
        issues = case.store.db.execute("SELECT path, parser, what FROM issues").fetchall()
        records = case.store.db.execute("SELECT k.data_type FROM records r JOIN kinds k ON k.id = r.kind").fetchall()
    assert issues[0] == (
        "com.amazon.dee.app/Cookies-wal",
        "sqlite_companions",
        "Its database is not beside it, or no parser took that; the log was read by itself.",
    )
    assert records
