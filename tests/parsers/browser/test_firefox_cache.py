"""Entries in the cache of Firefox: body, headers and times of answers of the service; other entries give nothing."""

from __future__ import annotations

import gzip
import io
import json
import struct

import brotli
import pytest
from hypothesis import given
from hypothesis import strategies as st

from echoforensics.evidence.entry import Entry
from echoforensics.evidence.walk import archive_head
from parsers.alexa_api.api_json import ApiJson
from parsers.browser.firefox_cache import FirefoxCache, FirefoxEntry
from parsers.parser import Source
from parsers.record import Issue, Record

PATH = "profile/cache2/entries/0123456789ABCDEF0123456789ABCDEF01234567"
ADDRESS = "https://alexa.amazon.de/api/notifications/createReminder"
ALARM = {
    "alarmTime": 1704101038009, "createdDate": 1704101037009, "deviceSerialNumber": "G000SAMPLE000001",
    "deviceType": "A0SAMPLETYPE1", "id": "x", "notificationIndex": "x", "status": "ON", "type": "Alarm",
}  # fmt: skip
BODY = json.dumps(ALARM).encode()


def _entry(body: bytes, coding: str = "", address: str = ADDRESS, version: int = 3) -> bytes:
    head = (
        f"HTTP/2 200 OK\r\ncontent-type: application/json\r\n{f'content-encoding: {coding}' if coding else 'x: y'}\r\n"
    )
    key = f"O^partitionKey=%28https%2Camazon.de%29,:{address}".encode()
    behind = bytes(4 + 2 * (-(-len(body) // 262144)))
    behind += struct.pack(">7I", version, 1, 1704101040, 1704101041, 0, 1704201040, len(key))
    behind += (bytes(4) if version > 1 else b"") + key + b"\0"
    behind += b"request-method\0GET\0response-head\0" + head.encode() + b"\0"
    return body + behind + struct.pack(">I", len(body))


def _read(content: bytes, path: str = PATH) -> list[Record | Issue]:
    source = Source.of(content, path)
    assert FirefoxCache().claims(source)
    assert not ApiJson().claims(source)
    return list(FirefoxCache().parse(source))


@pytest.mark.parametrize(
    "content",
    [
        _entry(BODY), _entry(BODY, version=1), _entry(gzip.compress(BODY), "gzip"), _entry(brotli.compress(BODY), "br"),
    ],
)  # fmt: skip
def test_an_answer_is_read_with_its_address_and_the_times_of_the_entry(content: bytes) -> None:
    (alarm,) = _read(content)
    assert isinstance(alarm, Record)
    assert (alarm.data_type, alarm.device_serial) == ("alexa:cloud:notification", "G000SAMPLE000001")
    assert alarm.fields["request_url"] == ADDRESS
    assert alarm.fields["http_status"] == 200
    assert alarm.fields["cache_last_visited_time"] == "1704101040"
    assert alarm.fields["cache_content_modification_time"] == "1704101041"


def test_others_give_nothing_and_damage_is_an_issue() -> None:
    assert _read(_entry(BODY, address="https://example.org/x")) == []
    (issue,) = _read(_entry(BODY)[:-2])
    assert isinstance(issue, Issue)
    assert not FirefoxCache().claims(Source.of(_entry(b"x", address="https://example.org/x"), PATH))
    assert not FirefoxCache().claims(Source.of(_entry(BODY), "profile/other/0123456789ABCDEF0123456789ABCDEF01234567"))


def test_a_compressed_body_is_not_taken_for_a_compressed_file() -> None:
    content = _entry(gzip.compress(BODY), "gzip")
    for path, expected in ((PATH, b""), ("other/file", content)):
        assert (
            archive_head(Entry(path, "0", len(content), lambda: io.BytesIO(content), seekable=True), content)
            == expected
        )


@given(st.binary(max_size=300), st.integers(0, 300))
def test_any_bytes_behind_a_body_are_parsed_or_refused(content: bytes, size: int) -> None:
    found = FirefoxEntry.parse(content, size)
    assert found is None or found.size == size
