"""What the tests of wrapped answers share: a page of history, and files read as an extraction reads them."""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import pytest
from hypothesis import strategies as st

from parsers.alexa_api.api_json import ApiJson
from parsers.alexa_api.items.service_names import names_in
from parsers.locator import resolve
from parsers.parser import HEAD_SIZE, Source
from parsers.record import Issue, Record
from parsers.registry import claiming

Files = Mapping[str, bytes]
#: What a record says, whatever carried it.
Saying = tuple[object, ...]

#: What is put in place of some bytes: a few of any kind, or what one of the forms gives a meaning to.
_PIECES = st.binary(max_size=8) | st.sampled_from([
    b'"', b"'", b"{", b"}", b"[", b"]", b",", b"\n", b"\r\n\r\n", b"\0", b"\\", b"\\x", b"\\u00", b"<", b"]]>", b"&#",
    b"&quot;", b"<![CDATA[", b"</body>", b"HTTP/2 200 \r\n", b"Content-Encoding: br\r\n", b"b'", b"0x", b"None",
])  # fmt: skip

CUSTOMER, TYPE, SERIAL = "A0SAMPLECUSTOMER", "A0SAMPLETYPE1", "G000SAMPLE000001"
SPOKEN = ('alexa, say "it\'s" öffne die Tür', "さくらをかけて 😀", "C:\\music\\on\tand off")


def _record(number: int, text: str) -> dict[str, Any]:
    at = 1704101038009 + number * 60_000
    stream = f"TNIH_2V.0a1b2c3d-0000-4000-8000-00000000000{number}ZXV"
    utterance = f"{TYPE}:1.0/2024/01/01/09/DEVICE_UNSPECIFIED/2{number}:51::{stream}/0"
    items: list[dict[str, Any]] = [
        {
            "recordItemKey": f"{at}#{TYPE}#{SERIAL}#{at + 2 * way}-{way}",
            "recordItemType": ("CUSTOMER_TRANSCRIPT", "ALEXA_RESPONSE")[way],
            "utteranceId": utterance, "timestamp": at + 2 * way, "transcriptText": (text, f"Okay, {number}!")[way],
            "agentVisualName": None, "personsInfo": [],
        }
        for way in (0, 1)
    ]  # fmt: skip
    return {
        "recordKey": f"{CUSTOMER}#{at}#{TYPE}#{SERIAL}", "recordType": "VOICE_HISTORY", "timestamp": at,
        "customerId": CUSTOMER, "device": {"deviceName": "Küche \"Echo\"", "deviceEntityId": None},
        "isBinaryFeedbackProvided": False, "utteranceType": "GENERAL", "domain": "", "intent": None,
        "voiceHistoryRecordItems": items, "personsInfo": [],
    }  # fmt: skip


@pytest.fixture(scope="session")
def page() -> dict[str, Any]:
    """One page of the history, with signs that each notation escapes in its own way."""
    records = [_record(number, text) for number, text in enumerate(SPOKEN)]
    return {"customerHistoryRecords": records, "encodedRequestToken": None, "noDataFoundWithinTimeLimit": False}


@dataclass(frozen=True)
class Reading:
    """What came of some files.

    Attributes:
        said: what the records of the history and of its answers say, in order.
        records: every record.
        issues: every issue.
        parsers: who claimed a file.
    """

    described: list[Saying]
    records: list[Record]
    issues: list[Issue]
    parsers: set[str]


def _source(files: Files, path: str) -> Source:
    content = files[path]
    return Source(
        path,
        len(content),
        content[:HEAD_SIZE],
        lambda: io.BytesIO(content),
        lambda at: _source(files, at) if at in files else None,
    )


def _read(files: Files, *, whole: bool = True) -> Reading:
    records, issues, parsers = list[Record](), list[Issue](), set[str]()
    for path, content in files.items():
        source = _source(files, path)
        claimed = claiming(source)
        if all(parser.reads_lines for parser in claimed):
            source = replace(source, names=tuple(name.kind for name in names_in(content)))
            claimed = claiming(source)
        for parser in claimed:
            parsers.add(parser.name)
            for item in parser.parse(source):
                found = resolve(io.BytesIO(content), item.locator).content
                if isinstance(item, Issue):
                    issues.append(item)
                    continue
                records.append(item)
                if whole and _is_of_history(item):
                    assert any(str(time.recorded).encode() in found for time in item.timestamps), item.locator
    return Reading([_saying(record) for record in records if _is_of_history(record)], records, issues, parsers)


def _is_of_history(record: Record) -> bool:
    return record.data_type in ("alexa:cloud:history", "alexa:cloud:answer")


def _saying(record: Record) -> Saying:
    times = tuple((time.description, time.recorded, time.timestamp) for time in record.timestamps)
    return (
        record.data_type, record.transcript, record.device_serial, record.account, record.utterance_id, times,
        record.fields.get("text"), record.parser,
    )  # fmt: skip


@pytest.fixture(scope="session")
def read_files() -> Callable[[Files], Reading]:
    """Reads files as an extraction does: claims by the heads, then by what the whole names; follows every locator."""
    return _read


@pytest.fixture(scope="session")
def bare(page: dict[str, Any]) -> list[Saying]:
    """What the records of the bare page say."""
    source = Source.of(json.dumps(page).encode(), "page.json")
    described = [_saying(item) for item in ApiJson().parse(source) if isinstance(item, Record) and _is_of_history(item)]
    assert len(described) == 2 * len(SPOKEN)
    return described


@pytest.fixture(scope="session")
def read_mutated() -> Callable[[Files, st.DataObject], Reading]:
    """Reads files in which some bytes were changed: every locator still leads into its file."""

    def read(files: Files, data: st.DataObject) -> Reading:
        changed = {path: bytearray(content) for path, content in files.items()}
        for _ in range(data.draw(st.integers(1, 4))):
            content = changed[data.draw(st.sampled_from(sorted(changed)))]
            at = data.draw(st.integers(0, len(content)))
            content[at : at + data.draw(st.integers(0, 30))] = data.draw(_PIECES)
        return _read({path: bytes(content) for path, content in changed.items()}, whole=False)

    return read
