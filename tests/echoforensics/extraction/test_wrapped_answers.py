"""Answers in many wrappers give the same rows in a folder, a zip, a tar and an image; what is not read is named."""

from __future__ import annotations

import base64
import csv
import gzip
import html
import io
import json
import shutil
import struct
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from echoforensics.case.case import Case
from echoforensics.extraction.options import Options
from echoforensics.extraction.run import extract

Row = dict[str, Any]
HOST, PATH = "www.amazon.de", "/alexa-privacy/apd/rvh/customer-history-records-v2"
ADDRESS = f"https://{HOST}{PATH}"
LOG = "2024-01-01 10:24:00.214  - debug: alexa2.0 (28967) Alexa-Remote: Response: "


def _page(number: int) -> dict[str, Any]:
    """A page with one record, which no other page has."""
    at = 1704101038009 + number * 60_000
    utterance = (
        f"A0SAMPLETYPE1:1.0/2024/01/01/09/DEVICE_UNSPECIFIED/23:51::TNIH_2V.0a1b2c3d-0000-4000-8000-{number:012d}ZXV"
    )
    key = f"A0SAMPLECUSTOMER#{at}#A0SAMPLETYPE1#G000SAMPLE000001"
    item = {"recordItemKey": key, "recordItemType": "CUSTOMER_TRANSCRIPT", "utteranceId": utterance, "timestamp": at}
    record = {
        "recordKey": key, "recordType": "VOICE_HISTORY", "timestamp": at, "customerId": "A0SAMPLECUSTOMER",
        "utteranceType": "GENERAL", "voiceHistoryRecordItems": [{**item, "transcriptText": f'öffne "{number}"'}],
    }  # fmt: skip
    return {"customerHistoryRecords": [record], "encodedRequestToken": None}


def _har(text: str, **more: str) -> str:
    content = {"mimeType": "application/json", "text": text, **more}
    entry = {
        "startedDateTime": "2024-01-02T08:00:00Z", "request": {"method": "POST", "url": ADDRESS},
        "response": {"status": 200, "content": content},
    }  # fmt: skip
    return json.dumps({"log": {"version": "1.2", "creator": {"name": "x"}, "entries": [entry]}})


def _charles(text: str) -> str:
    entry = {
        "method": "POST", "protocolVersion": "HTTP/2.0", "scheme": "https", "host": HOST, "actualPort": 443,
        "path": PATH, "tunnel": False, "keptAlive": False, "times": {"start": "2024-01-02T08:00:00Z"},
        "response": {"status": 200, "body": {"text": text}},
    }  # fmt: skip
    return json.dumps([entry])


def _table(text: str) -> str:
    out = io.StringIO()
    csv.writer(out).writerows([["url", "body"], [ADDRESS, text]])
    return out.getvalue()


def _base64(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


def _zipped(name: str, content: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, content)
    return out.getvalue()


#: File names with what makes them of a page's JSON.
WRAPPERS: dict[str, Callable[[str], str | bytes]] = {
    "page.json": str,
    "page.json.gz": lambda text: gzip.compress(text.encode(), mtime=0),
    "inner.zip": lambda text: _zipped("page.json", text.encode()),
    "mark.json": lambda text: text.encode("utf-8-sig"),
    "wide.json": lambda text: text.encode("utf-16"),
    "pretty.json": lambda text: json.dumps(json.loads(text), indent=2).replace("\n", "\r\n"),
    "guarded.json": lambda text: f")]}}'\n{text}",
    "pairs.json": lambda text: json.dumps([{"request": ADDRESS, "response": text}]),
    "lines.jsonl": lambda text: f'{{"n": 1}}\n{text}\n',
    "plain.har": _har,
    "coded.har": lambda text: _har(_base64(text), encoding="base64"),
    "session.chlsj": _charles,
    "curl.txt": lambda text: f"$ curl -i {ADDRESS}\nHTTP/2 200 \r\ncontent-type: application/json\r\n\r\n{text}\n",
    "iobroker.log": lambda text: f"{LOG}{text}\n",
    "python.log": lambda text: f"JSON data: |{json.loads(text)!r}|\n",
    "table.csv": _table,
    "page.b64": lambda text: base64.encodebytes(text.encode()),
    "packed.b64": lambda text: base64.encodebytes(gzip.compress(text.encode(), mtime=0)),
    "page.html": lambda text: f"<html><pre>{html.escape(text)}</pre></html>",
    "notes.txt": lambda text: f"the body was\n{_base64(text)}\nas it came\n",
}
NAMED: dict[str, bytes] = {
    "nobody.har": _har("").replace('"text": ""', '"size": 1334').encode(),
    "traffic.pcap": struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 65535, 1) + b"\x16\x03\x01 alexa.amazon.de",
    "unknown.bin": bytes(range(256)) + b"customerHistoryRecords",
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with a page in each wrapper."""
    path = tmp_path / "kept"
    path.mkdir()
    for number, (name, wrap) in enumerate(WRAPPERS.items()):
        made = wrap(json.dumps(_page(number), ensure_ascii=False))
        path.joinpath(name).write_bytes(made if isinstance(made, bytes) else made.encode())
    for name, content in NAMED.items():
        path.joinpath(name).write_bytes(content)
    return path


def _read(source: Path, case_path: Path) -> tuple[list[tuple[object, ...]], set[str]]:
    """What the rows of the history say and where they stand, and the files that issues name."""
    extract([source], case_path, None, Options(argv=("test",)), lambda *_: None)
    with Case.open(case_path) as case:
        found = [
            (row["path"], row["transcript"], row["timestamp"], row["timestamp_desc"], row["locator"], row["account"])
            for row in case.rows()
            if row["data_type"] == "alexa:cloud:history"
        ]
        named = {name for issue in case.issues() for name in NAMED if name in (issue.path or issue.what)}
        silent = [issue.what for issue in case.issues() if not any(name in issue.path + issue.what for name in NAMED)]
    assert silent == []
    return sorted(found, key=str), named


def test_the_rows_are_the_same_in_every_source(folder: Path, tmp_path: Path, make_image: Callable[..., Path]) -> None:
    expected, named = _read(folder, tmp_path / "case")
    assert {str(transcript) for _, transcript, *_ in expected} == {f'öffne "{at}"' for at in range(len(WRAPPERS))}
    assert len(expected) == 2 * len(WRAPPERS)
    assert named == set(NAMED)
    sources = [Path(shutil.make_archive(str(tmp_path / "packed"), form, folder)) for form in ("zip", "gztar")]
    for at, source in enumerate((*sources, make_image(folder, "ext4"))):
        assert _read(source, tmp_path / f"case-{at}") == (expected, named), source.name
