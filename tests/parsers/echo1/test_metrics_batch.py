from __future__ import annotations

import gzip
import io
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parsers.echo1.log_counter import LogCounter
from parsers.echo1.metrics_batch import MetricsBatch
from parsers.formats.protobuf.message import ProtobufError, fields
from parsers.locator import resolve
from parsers.parser import Source
from parsers.record import Clock, Issue, Record, Timestamp

EVIDENCE = Path(__file__).parents[4] / "shared/evidence/echo-1st-gen/var/local"
ID = "2b58f4a96a4392ab21771b71c4ffb796"


def _varint(number: int) -> bytes:
    made = b""
    while number > 0x7F:
        made += bytes([number & 0x7F | 0x80])
        number >>= 7
    return made + bytes([number])


def _bytes(number: int, value: str | bytes) -> bytes:
    content = value.encode() if isinstance(value, str) else value
    return _varint(number << 3 | 2) + _varint(len(content)) + content


def _number(number: int, value: int) -> bytes:
    return _varint(number << 3) + _varint(value)


def _pair(name: str, value: str) -> bytes:
    return _bytes(1, name) + _bytes(2, value) + _number(3, 1) + _number(4, 0)


HEAD = _bytes(1, ID) + _bytes(2, "AB72C64C86AW2") + _bytes(3, "DOPPLER")
HEAD += _bytes(4, _bytes(1, "SoftwareVersion") + _bytes(2, "635556820"))
ENTRY = _number(1, 1561058974000) + _bytes(2, "pryon") + _bytes(3, "PryonWakeword")
ENTRY += _bytes(4, _pair("ALEXA_Detection_Accept", "1")) + _bytes(4, _pair("keywordName", "ALEXA"))
WAKE_WORD = _bytes(5, ENTRY)
UPLOAD = _bytes(5, _number(1, 1561059154112) + _bytes(2, "dmld") + _bytes(3, "lipc") + _bytes(4, _pair("failed", "1")))
BATCH = HEAD + WAKE_WORD + UPLOAD


def _read(content: bytes, name: str = "metrics_batch_0_001561059155") -> list[Record | Issue]:
    source = Source.of(content, name)
    parser = MetricsBatch()
    assert parser.claims(source)
    found = list(parser.parse(source))
    for item in found:
        resolve(io.BytesIO(content), item.locator)
    return found


def test_whole_records() -> None:
    wake_word, upload = _read(BATCH)
    facts = {"device_id": ID, "device_type": "AB72C64C86AW2", "product": "DOPPLER", "SoftwareVersion": "635556820"}
    note = "The device's clock, epoch milliseconds (UTC), as the entry holds it."
    assert wake_word == Record(
        data_type="echo:metric:wake_word",
        message='The device counted for itself that its detector accepted the wake word "ALEXA".',
        locator=f"bytes:{len(HEAD)}+{len(WAKE_WORD)}",
        timestamps=(Timestamp("Recorded Time", "1561058974000", Clock.DEVICE, 1561058974000000, note),),
        device_type="AB72C64C86AW2",
        fields={
            **facts, "program": "pryon", "source": "PryonWakeword", "time_ms": 1561058974000,
            "measured": {"ALEXA_Detection_Accept": "1", "keywordName": "ALEXA"},
        },
        keys=(f"device-guid:{ID}",),
    )  # fmt: skip
    assert isinstance(upload, Record)
    assert (upload.data_type, upload.message) == (
        "echo:metric", "The device counted for itself, dmld of lipc: failed 1.",
    )  # fmt: skip


def test_a_rejected_wake_word_is_not_an_accepted_one() -> None:
    rejected = ENTRY.replace(_pair("ALEXA_Detection_Accept", "1"), _pair("ALEXA_Detection_Accept", "0"))
    (record,) = _read(HEAD + _bytes(5, rejected))
    assert isinstance(record, Record)
    assert record.data_type == "echo:metric"


@pytest.mark.parametrize(
    ("cut", "what"), [(1, "a field"), (10, "a field"), (len(UPLOAD) - 2, "a field"), (len(UPLOAD) - 1, "a number")]
)
def test_a_batch_cut_off_gives_what_came_before(cut: int, what: str) -> None:
    record, issue = _read(BATCH[:-cut])
    assert isinstance(record, Record)
    assert isinstance(issue, Issue)
    assert issue.what == f"The batch cannot be read further: {what} is cut off."


def test_an_entry_that_is_none_is_an_issue_beside_its_record() -> None:
    issue, record, last = _read(HEAD + _bytes(5, ENTRY + b"\x0f") + UPLOAD)
    assert isinstance(issue, Issue)
    assert issue.what.startswith("An entry cannot be read to its end")
    assert isinstance(record, Record)
    assert record.data_type == "echo:metric:wake_word"
    assert isinstance(last, Record)


@given(st.binary(max_size=300))
def test_any_bytes(tail: bytes) -> None:
    assert all(isinstance(item, (Record, Issue)) for item in MetricsBatch().parse(Source.of(HEAD + tail)))
    try:
        found = list(fields(tail))
    except ProtobufError:
        return
    assert sum(field.size for field in found) == len(tail)


@given(st.integers(0, len(BATCH) - 1), st.integers(0, 255))
def test_a_changed_byte(at: int, byte: int) -> None:
    content = BATCH[:at] + bytes([byte]) + BATCH[at + 1 :]
    for item in MetricsBatch().parse(Source.of(content)):
        resolve(io.BytesIO(content), item.locator)


def test_counters() -> None:
    source = Source.of(b"00003928", "var/local/log/messages_youngest")
    assert LogCounter().claims(source)
    (record,) = LogCounter().parse(source)
    assert record == Record(
        "echo:log:counter",
        "The youngest chunk of the log messages is number 3928, as the file was last written.",
        "bytes:0+8",
        fields={"log": "messages", "which": "youngest", "number": 3928},
    )
    (sent,) = LogCounter().parse(Source.of(b"00002144\n", "nexttosendfile"))
    assert isinstance(sent, Record)
    assert sent.message == "The next file to be sent is number 2144, as the file was last written."
    assert not LogCounter().claims(Source.of(b"0000392x", "messages_youngest"))
    assert not LogCounter().claims(Source.of(b"00003928", "messages"))


@pytest.mark.skipif(not EVIDENCE.exists(), reason="../shared/evidence is absent")
def test_the_batches_and_counters_of_a_real_echo() -> None:
    counts: Counter[str] = Counter()
    words = []
    for path in sorted(EVIDENCE.glob("metrics_outbox/*")):
        content = gzip.decompress(path.read_bytes())
        for item in _read(content, path.name):
            assert isinstance(item, Record)
            counts[item.data_type] += 1
            assert len(item.timestamps) == 1
            # A batch's name holds when it was closed: no entry is younger.
            assert (item.timestamps[0].timestamp or 0) <= (int(path.name.rpartition("_")[2]) + 1) * 1_000_000
            if item.data_type == "echo:metric:wake_word":
                words.append(content.count(b"_Detection_Accept"))
    assert counts == {"echo:metric": 102, "echo:metric:wake_word": 1}
    assert words == [1]
    counters = [path for path in EVIDENCE.glob("log/*") if not path.name.endswith(".gz")]
    assert len(counters) == 15
    for path in counters:
        assert LogCounter().claims(Source.of(path.read_bytes(), str(path)))
