"""Logs of Android that are no text."""

from __future__ import annotations

import io
import json
import struct
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parsers.fireos.log_entries import LogcatBinary, StudioExport
from parsers.formats.logs import logger_entries
from parsers.locator import resolve
from parsers.parser import Source
from parsers.record import Clock, Issue, Record, Timestamp
from parsers.registry import claiming

DOCS = Path(__file__).parents[3] / "docs" / "logs.md"
SECONDS, NANOSECONDS = 1710018864, 169123456
TAG, EVENT = b"ECS_EventService", b"Received event: WAKE_WORD"
NOTE = "The device's clock, counted from 1970 in UTC, as the log writes it."
STAMP = Timestamp("Recorded Time", "1710018864.169123456", Clock.DEVICE, 1710018864169123, NOTE)
NAME = "pmsg-ramoops-0"
HEADERS = {
    "logcat -B, first version": ("<HHiiII", 0, ()),
    "logcat -B, second version": ("<HHiiIII", 24, (1000,)),
    "logcat -B, third version": ("<HHiiIII", 24, (0,)),
    "logcat -B, fourth version": ("<HHiiIIII", 28, (0, 1000)),
}


def _text(tag: bytes = TAG, message: bytes = EVENT, end: bytes = b"\0") -> bytes:
    return b"\x04" + tag + b"\0" + message + end


def _entry(payload: bytes, version: str = "logcat -B, fourth version", log: int | None = None) -> bytes:
    form, header, more = HEADERS[version]
    more = more if log is None else (log, 1000)
    return struct.pack(form, len(payload), header, 1234, 1299, SECONDS, NANOSECONDS, *more) + payload


def _pmsg(payload: bytes, log: int = 0) -> bytes:
    header = struct.pack("<cHHHBHII", b"l", 18 + len(payload), 1000, 1234, log, 1299, SECONDS, NANOSECONDS)
    return header + payload


def _read(content: bytes, path: str = "case/log.bin", parser: str = "logcat_binary") -> list[Record | Issue]:
    source = Source.of(content, path)
    (claimed,) = claiming(source)
    assert claimed.name == parser
    found = list(claimed.parse(source))
    for item in found:
        resolve(io.BytesIO(content), item.locator)
    return found


SHAPES = {name: (lambda text, name=name: _entry(text, name)) for name in HEADERS} | {"pmsg-ramoops": _pmsg}


@pytest.mark.parametrize("shape", SHAPES)
def test_entries_of_each_form_are_read(shape: str) -> None:
    first, event = SHAPES[shape](_text(b"other", b"one\ntwo")), SHAPES[shape](_text())
    record, summary = _read(first * 2 + event, NAME if shape == "pmsg-ramoops" else "case/log.bin")
    assert record == Record(
        "echo:event:wake_word",
        "The log records that the device's event service received WAKE_WORD.",
        f"bytes:{2 * len(first)}+{len(event)}",
        (STAMP,),
        fields={"tag": TAG.decode(), "event": "WAKE_WORD"},
    )
    assert isinstance(summary, Record)
    assert summary.fields["lines_by_program"] == {"other": 4, TAG.decode(): 1}
    assert f"| {shape} | read |" in DOCS.read_text()


def test_a_message_without_a_zero_byte_at_its_end_and_a_single_entry_are_read() -> None:
    assert [item.locator for item in _read(_entry(_text(end=b"")))] == ["bytes:0+71", ""]


def test_entries_of_events_are_counted() -> None:
    event = _entry(struct.pack("<iBi", 2722, 0, 5), log=2)
    *_, issue = _read(event + _entry(_text()) + event)
    assert issue == Issue(
        "2 entries hold values and no text, as logs of events do; not read: bytes 0+37, 109+37.", "bytes:0+37"
    )


def test_what_lies_between_entries_is_an_issue_and_the_next_entry_is_read() -> None:
    entry = _entry(_text())
    *records, summary, issue = _read(entry * 3 + b"damage" * 3000 + entry * 2)
    assert [record.locator for record in records] == [
        "bytes:0+72", "bytes:72+72", "bytes:144+72", "bytes:18216+72", "bytes:18288+72",
    ]  # fmt: skip
    assert isinstance(summary, Record)
    assert isinstance(issue, Issue)
    assert issue.what == "What is there is no entry of the log; it was not read: bytes 216+18000."


def test_the_kernel_s_store_may_begin_within_an_entry_and_end_in_zero_bytes() -> None:
    entry = _pmsg(_text())
    record, _, _, issue = _read(b"e of a text\0" + entry * 2 + bytes(5000), NAME)
    assert record.locator == "bytes:12+62"
    assert issue.locator == "bytes:0+12"


@pytest.mark.parametrize("content", [bytes(5000), b"l" * 5000, b"\x1c\0" * 3000, b"log\n" * 900, b""])
def test_other_bytes_are_not_claimed(content: bytes) -> None:
    assert not LogcatBinary().claims(Source.of(content, "case/x.bin"))
    assert not LogcatBinary().claims(Source.of(content, NAME))


@given(st.binary(max_size=300), st.integers(0, 200))
def test_any_bytes(content: bytes, at: int) -> None:
    entries = _entry(_text()) * 2 + _pmsg(_text())
    for item in LogcatBinary().parse(Source.of(entries[:at] + content + entries[at:], NAME)):
        assert isinstance(item, Record | Issue)
    assert logger_entries.begins(content) in {True, False}


def _export(*messages: object) -> str:
    metadata = {"device": {"physicalDevice": {"serialNumber": "G0EXAMPLE"}}, "filter": "", "projectApplicationIds": []}
    return json.dumps({"metadata": metadata, "logcatMessages": list(messages)}, indent=2)


def _message(tag: str = TAG.decode(), message: str = EVENT.decode(), **more: object) -> dict[str, object]:
    header = {
        "logLevel": "INFO", "pid": 1234, "tid": 1299, "applicationId": "com.amazon.ecs", "processName": "x", "tag": tag,
        "timestamp": {"seconds": SECONDS, "nanos": NANOSECONDS},
    }  # fmt: skip
    return {"header": header | more, "message": message}


def test_an_export_of_android_studio_is_read() -> None:
    record, summary = _read(
        _export(_message("other", "one\ntwo"), _message()).encode(), "case/pixel.logcat", "logcat_studio"
    )
    assert isinstance(record, Record)
    assert (record.data_type, record.locator, record.timestamps) == (
        "echo:event:wake_word", "json:/logcatMessages/1", (STAMP,),
    )  # fmt: skip
    assert isinstance(summary, Record)
    assert summary.fields["lines"] == 3
    assert "| Android Studio's export (.logcat) | read |" in DOCS.read_text()


def test_an_export_that_breaks_off_is_read_up_to_there() -> None:
    text = _export(_message(), _message())
    source = Source.of(text[:-60].encode(), "a.logcat")
    record, _, issue = StudioExport().parse(source)
    assert isinstance(record, Record)
    assert issue == Issue(
        "The export breaks off or is damaged behind 1 message: Expecting ',' delimiter.",
        "",
        text[text.index("}", text.index("WAKE_WORD")) + 7 :][:64].encode(),
    )


def test_a_message_without_a_time_is_read_and_an_issue_says_so() -> None:
    record, _, issue = StudioExport().parse(Source.of(_export(_message(timestamp="12:00"), 5).encode(), "a.logcat"))
    assert isinstance(record, Record)
    assert record.timestamps == ()
    assert issue == Issue("One line of the export has no time in seconds since 1970.", "json:/logcatMessages/0")


@given(st.text(max_size=80), st.integers(0, 200))
def test_any_text_in_an_export(text: str, at: int) -> None:
    whole = _export(_message())
    for item in StudioExport().parse(Source.of((whole[:at] + text + whole[at:]).encode(), "a.logcat")):
        assert isinstance(item, Record | Issue)
