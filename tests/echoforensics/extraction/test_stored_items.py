"""What pages stored in a WebView is read with the files beside it, whatever holds them and in whatever order."""

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
Level = Any

APP = "data/data/com.amazon.dee.app/"
STORE = f"{APP}app_webview/Default/Local Storage/leveldb/"


def key(name: str) -> bytes:
    return b"_https://alexa.amazon.com\0\x01" + name.encode()


@pytest.fixture
def files(leveldb: Level) -> dict[str, bytes]:
    return {
        f"{STORE}CURRENT": b"MANIFEST-000001\n",
        f"{STORE}MANIFEST-000001": leveldb.manifest(4, (5,)),
        f"{STORE}000005.ldb": leveldb.table([(key("changed"), 1, b"\x01first"), (key("gone"), 2, b"\x01here")]),
        f"{STORE}000004.log": leveldb.log(leveldb.batch(3, (key("changed"), b"\x01second"), (key("gone"), None))),
        f"{APP}files/default.realm": bytes(16) + b"T-DB" + bytes(4),
        f"{APP}files/datastore/settings.preferences_pb": b"\x0a\x0a\x0a\x01a\x12\x05\x2a\x03yes",
        "data/data/org.example/app_webview/Default/IndexedDB/https_example.org_0.indexeddb.leveldb/000003.log": (
            leveldb.log(leveldb.batch(1, (b"a", b"b")))
        ),
    }


def _summary(found: list[Row]) -> list[tuple[str, str, str]]:
    return sorted(
        (row["path"].rpartition("/")[2], row["data_type"], str(row["message"].partition("item ")[2])) for row in found
    )


EXPECTED = [
    ("000004.log", "alexa:web:local_storage", '"changed", "second".'),
    (
        "000005.ldb",
        "alexa:web:local_storage",
        '"changed", "first". The store no longer shows this entry (earlier version): a later value, with the sequence'
        " number 3, follows this one's 1.",
    ),
    (
        "000005.ldb",
        "alexa:web:local_storage",
        '"gone", "here". The store no longer shows this entry (deleted, and still in the file): a deletion, with the'
        " sequence number 4, follows this one's 2.",
    ),
    ("MANIFEST-000001", "alexa:web:storage_file", ""),
    ("settings.preferences_pb", "alexa:app:preferences", ""),
]


def _folder(files: dict[str, bytes], top: Path) -> Path:
    for name, content in files.items():
        path = top / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    return top


def test_in_a_folder(files: dict[str, bytes], tmp_path: Path, extract_rows: Callable[..., list[Row]]) -> None:
    assert _summary(extract_rows(_folder(files, tmp_path / "phone"))) == EXPECTED


@pytest.mark.parametrize("backwards", [False, True])
def test_in_a_zip_and_a_tar(
    files: dict[str, bytes], tmp_path: Path, extract_rows: Callable[..., list[Row]], backwards: bool
) -> None:
    with (
        zipfile.ZipFile(tmp_path / "phone.zip", "w", zipfile.ZIP_DEFLATED) as zipped,
        tarfile.open(tmp_path / "phone.tgz", "w:gz") as tarred,
    ):
        for name in sorted(files, reverse=backwards):
            zipped.writestr(name, files[name])
            member = tarfile.TarInfo(name)
            member.size = len(files[name])
            tarred.addfile(member, io.BytesIO(files[name]))
    assert _summary(extract_rows(tmp_path / "phone.zip")) == EXPECTED
    assert _summary(extract_rows(tmp_path / "phone.tgz")) == EXPECTED


def test_in_an_image(
    files: dict[str, bytes], tmp_path: Path, run_program: Callable[..., str], extract_rows: Callable[..., list[Row]]
) -> None:
    folder = _folder(files, tmp_path / "phone")
    run_program("mkfs.ext4", "-q", "-d", folder, tmp_path / "phone.img", "4M")
    assert _summary(extract_rows(tmp_path / "phone.img")) == EXPECTED


def test_deleted_items_have_that_state_and_can_be_traced(files: dict[str, bytes], tmp_path: Path) -> None:
    extract([_folder(files, tmp_path / "phone")], tmp_path / "case", None, Options(argv=("test",)), lambda *_: None)
    with Case.open(tmp_path / "case") as case:
        deleted = list(rows(case.store, Query(states=("deleted",))))
        issues = [issue.what for issue in case.issues()]
        traced = [case.trace(row["exhibit"]).found for row in deleted]
    assert sorted(found.content[-5:] for found in traced if found) == [b"\x01here", b"first"]
    assert [what.partition(";")[0] for what in issues] == ["The file is a database of Realm (file format 0)"]
