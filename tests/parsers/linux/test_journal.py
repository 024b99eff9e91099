from __future__ import annotations

import io
import json
import struct
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parsers.formats.logs.journal import MAX_FIELDS, LogJournalError, header_of
from parsers.linux.journal import JournalExport, SystemdJournal
from parsers.locator import resolve
from parsers.parser import Source
from parsers.record import Issue, Record
from parsers.registry import claiming
from parsers.times import iso

Make = Callable[..., bytes]
AVS = "2024-03-14 09:26:53.563 [ 11] 0 AudioInputProcessor:setState:from=IDLE,to=RECOGNIZING"
WIFI = "wlan0: CTRL-EVENT-CONNECTED - Connection to aa:bb:cc:dd:ee:ff completed"
ENTRIES = [
    (1710408413563000, {"_HOSTNAME": "bar", "SYSLOG_IDENTIFIER": "avs", "_PID": "77", "MESSAGE": AVS}),
    (1710408414563000, {"_HOSTNAME": "bar", "SYSLOG_IDENTIFIER": "wpa_supplicant", "MESSAGE": WIFI}),
]


def _read(content: bytes) -> list[Record | Issue]:
    source = Source.of(content, "var/log/journal/0/system.journal")
    (parser,) = claiming(source)
    assert parser.name == SystemdJournal.name
    found = list(parser.parse(source))
    for item in found:
        resolve(io.BytesIO(content), item.locator)
    return found


@pytest.mark.parametrize("compact", [False, True])
@pytest.mark.parametrize("compression", ["", "xz", "lz4", "zstd"])
def test_a_journal_is_read_whatever_its_form(journal: Make, compression: str, compact: bool) -> None:
    content = journal(ENTRIES, compact=compact, compression=compression)
    capture, wifi, summary = _read(content)
    assert isinstance(capture, Record)
    assert (capture.data_type, iso(capture.timestamps[0].timestamp)) == (
        "echo:avs:capture", "2024-03-14T09:26:53.563000+00:00",
    )  # fmt: skip
    assert isinstance(wifi, Record)
    assert (wifi.data_type, iso(wifi.timestamps[0].timestamp)) == (
        "echo:log:network",
        "2024-03-14T09:26:54.563000+00:00",
    )
    assert wifi.fields["host"] == "bar"
    if not compression:
        assert resolve(io.BytesIO(content), wifi.locator).content.endswith(f"MESSAGE={WIFI}".encode())
    entry = resolve(io.BytesIO(content), wifi.timestamps[0].locator).content
    assert struct.unpack_from("<2Q", entry, 16) == (2, 1710408414563000)
    assert isinstance(summary, Record)
    assert summary.message == "The log holds 2 lines, of 2 programs."


def test_a_journal_that_says_nothing_of_the_service_gives_nothing(journal: Make) -> None:
    assert _read(journal([(1710408413563000, {"SYSLOG_IDENTIFIER": "cron", "MESSAGE": "x"})])) == []


def test_damage_is_an_issue_and_what_comes_before_it_is_read(journal: Make) -> None:
    content = bytearray(journal(ENTRIES))
    last = struct.unpack_from("<Q", content, 136)[0]
    content[last : last + 16] = b"\xff" * 16
    capture, _, issue = _read(bytes(content))
    assert isinstance(capture, Record)
    assert isinstance(issue, Issue)
    assert issue.what == "The journal is damaged: no object stands here; nothing behind it was read."
    content[last : last + 16] = b"\0" * 16
    (*_, issue) = _read(bytes(content))
    assert isinstance(issue, Issue)
    assert issue.what == "The journal is damaged: objects are missing from here on."


def test_fields_beyond_the_bound_of_an_entry_are_an_issue(journal: Make) -> None:
    many = {f"FIELD_{number}": "x" for number in range(MAX_FIELDS)}
    time, fields = ENTRIES[0]
    capture, _, issue = _read(journal([(time, {**fields, **many})]))
    assert isinstance(capture, Record)
    assert capture.data_type == "echo:avs:capture"
    assert isinstance(issue, Issue)
    assert issue.what == f"{len(fields)} fields of entries of the journal could not be read."


@pytest.mark.parametrize(("at", "value"), [(12, 0x100), (88, 7), (88, 1 << 40)])
def test_a_header_that_is_not_known_is_an_issue(journal: Make, at: int, value: int) -> None:
    content = bytearray(journal(ENTRIES))
    struct.pack_into("<Q" if at == 88 else "<I", content, at, value)
    (issue,) = _read(bytes(content))
    assert isinstance(issue, Issue)
    assert issue.what.startswith("The journal cannot be read: ")
    with pytest.raises(LogJournalError):
        header_of(b"LPKSHHRH", 8)


def test_an_export_with_a_binary_value() -> None:
    value = AVS.encode()
    content = (
        b"__CURSOR=a\n__REALTIME_TIMESTAMP=1710408413563000\nMESSAGE\n"
        + struct.pack("<Q", len(value))
        + value
        + b"\n\n"
    )
    source = Source.of(content, "a.export")
    record, _ = JournalExport().parse(source)
    assert isinstance(record, Record)
    assert record.data_type == "echo:avs:capture"
    broken = Source.of(content[:-30], "a.export")
    assert any(isinstance(item, Issue) for item in JournalExport().parse(broken)) or not list(
        JournalExport().parse(broken)
    )


def test_json_with_bytes_and_lines_that_are_none() -> None:
    entry = {"__REALTIME_TIMESTAMP": "1710408413563000", "SYSLOG_IDENTIFIER": "avs", "MESSAGE": list(AVS.encode())}
    content = json.dumps(entry) + "\nnot json\n" + json.dumps({**entry, "MESSAGE": [AVS, "second"]}) + "\n"
    first, second, issue, _ = JournalExport().parse(Source.of(content.encode(), "a.json"))
    assert isinstance(first, Record)
    assert isinstance(second, Record)
    assert first.data_type == second.data_type == "echo:avs:capture"
    assert isinstance(issue, Issue)
    assert issue.what == "The line is not of the form of this log; it was not read."


@given(st.binary(max_size=64), st.integers(0, 1200), st.booleans())
def test_any_bytes_within_a_journal(journal: Make, patch: bytes, at: int, compact: bool) -> None:
    content = bytearray(journal(ENTRIES, compact=compact, compression="zstd"))
    content[at : at + len(patch)] = patch
    source = Source.of(bytes(content), "system.journal")
    if SystemdJournal().claims(source):
        for item in SystemdJournal().parse(source):
            assert isinstance(item, (Record, Issue))


@given(
    st.binary(max_size=200), st.sampled_from([b"__CURSOR=a\n", b'{"__REALTIME_TIMESTAMP":"1"}\n', b"MESSAGE\n\xff\xff"])
)
def test_any_export(content: bytes, start: bytes) -> None:
    for item in JournalExport().parse(Source.of(start + content)):
        assert isinstance(item, (Record, Issue))
