"""A production of a Concordance load file, read with Python's csv by the delimiters of the format."""

from __future__ import annotations

import csv
import hashlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from echoforensics.case.case import Case
from echoforensics.case.exhibits.row import Query, Row
from echoforensics.errors import CaseError
from echoforensics.export.about import Written
from echoforensics.export.load_file import FIELDS
from echoforensics.export.output import Target, export

Export = Callable[..., Written]


def _documents(folder: Path) -> list[dict[str, str]]:
    content = (folder / "DATA" / "load.dat").read_bytes()
    assert content.startswith(b"\xef\xbb\xbf\xc3\xbeBEGBATES\xc3\xbe\x14\xc3\xbeENDBATES\xc3\xbe\x14")
    assert content.endswith(b"\xc3\xbe\r\n")
    with (folder / "DATA" / "load.dat").open(encoding="utf-8-sig", newline="") as stream:
        return list(csv.DictReader(stream, delimiter="\x14", quotechar="þ", doublequote=True, strict=True))


def _path(folder: Path, text: str) -> Path:
    return folder.joinpath(*text.split("\\"))


def test_every_row_is_a_document(write: Export, all_rows: list[Row], tmp_path: Path) -> None:
    assert write(tmp_path / "out", "dat", local="Asia/Seoul").rows == len(all_rows)
    documents = _documents(tmp_path / "out")
    assert tuple(documents[0]) == FIELDS
    assert len(documents) == len(all_rows)
    for document, row in zip(documents, all_rows, strict=True):
        assert document["BEGBATES"] == document["ENDBATES"] == row["exhibit"]
        shown = row["transcript"] or ""
        marked = shown.replace("®", "(R)").replace("\x14", " ").replace("\r\n", "\n").replace("\n", "®")
        assert document["TRANSCRIPT"] == marked
        assert (document["SHA256HASH"], document["AUTHOR"]) == (row["sha256"], "E. Xaminer & <Söhne>")
        text = _path(tmp_path / "out", document["TEXTPATH"]).read_bytes().decode("utf-8")
        assert f"exhibit: {row['exhibit']}\r\n" in text
        assert f"message: {row['message']}\r\n" in text
        assert not shown or f"transcript: {shown}\r\n" in text
        if row["datetime"]:
            assert document["TIMEZONE"] == "Asia/Seoul"
            assert document["DOCTIME"].endswith("+09:00")
        else:
            assert document["DOCDATE"] == document["TIMEZONE"] == ""
    stated = json.loads((tmp_path / "out/export.about.json").read_text("utf-8"))
    assert (stated["rows"], stated["timezone"]) == (len(all_rows), "Asia/Seoul")


def test_recordings_are_natives_and_lie_there_once(sealed: Any, tmp_path: Path) -> None:
    with Case.open(sealed.path) as case:
        export(case, Query(), Target("dat", tmp_path / "out"), None)
        expected = {recording.sha256 for recording in case.recordings()}
    documents = [document for document in _documents(tmp_path / "out") if document["NATIVEPATH"]]
    natives = {document["NATIVESHA256"]: document for document in documents}
    assert set(natives) == expected
    assert len(documents) > len(natives)
    for sha256, document in natives.items():
        content = _path(tmp_path / "out", document["NATIVEPATH"]).read_bytes()
        assert hashlib.sha256(content).hexdigest() == sha256
        assert hashlib.md5(content, usedforsecurity=False).hexdigest() == document["NATIVEMD5"]
    assert len([path for path in (tmp_path / "out/NATIVES").rglob("*") if path.is_file()]) == len(natives)
    assert {document["NATIVEPATH"] for document in documents} == {each["NATIVEPATH"] for each in natives.values()}


def test_a_changed_recording_leaves_no_production(copy_of_sealed: Path, tmp_path: Path) -> None:
    with Case.open(copy_of_sealed) as case:
        path = case.vault.path(case.recordings()[0].sha256)
        path.write_bytes(b"changed" + path.read_bytes())
        with pytest.raises(CaseError, match="has changed since it was extracted"):
            export(case, Query(), Target("dat", tmp_path / "out"), None)
    assert not (tmp_path / "out").exists()
    assert not [path for path in tmp_path.iterdir() if path.name.startswith(".echoforensics")]
