"""JSON that is longer than is read at once is read in pieces: every record, in memory that does not grow with it."""

from __future__ import annotations

import io
import json
import tracemalloc
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from parsers.alexa_api.answers.text_marks import text_marks
from parsers.alexa_api.api_json import ApiJson
from parsers.alexa_api.items import loaded_json, long_json, text_values
from parsers.formats.json import large_value
from parsers.formats.json.texts import TextSearch
from parsers.locator import resolve
from parsers.parser import HEAD_SIZE, Source
from parsers.record import Issue, Record

#: In place of 64, 16 and 8 MiB.
LIMIT, PIECE, VALUE = 256 * 1024, 64 * 1024, 32 * 1024


@pytest.fixture(autouse=True)
def _lower_limits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(loaded_json, "MAX_BYTES", LIMIT)
    monkeypatch.setattr(loaded_json, "WHOLE", LIMIT)
    monkeypatch.setattr(text_values, "WHOLE", LIMIT)
    monkeypatch.setattr(text_values, "PIECE", PIECE)
    monkeypatch.setattr(text_values, "MAX_VALUE", VALUE)
    monkeypatch.setattr(long_json, "MAX_VALUE", VALUE)
    monkeypatch.setattr(long_json, "PIECE", PIECE)
    monkeypatch.setattr(large_value, "WINDOW", PIECE // 4)
    monkeypatch.setattr(large_value, "BLOCK", PIECE // 8)


def _transcript(kind: str, number: int) -> str:
    return f"{kind} {number} ö"


def _record(number: int) -> dict[str, Any]:
    at = 1704101038009 + number * 60_000
    key = f"A0SAMPLECUSTOMER#{at}#A0SAMPLETYPE1#G000SAMPLE000001"
    items = [
        {
            "recordItemKey": f"{key}#{kind}",
            "recordItemType": kind,
            "timestamp": at,
            "transcriptText": f"{kind} {number} ö",
        }
        for kind in ("CUSTOMER_TRANSCRIPT", "ALEXA_RESPONSE")
    ]
    return {"recordKey": key, "recordType": "VOICE_HISTORY", "timestamp": at, "voiceHistoryRecordItems": items}


def _write(path: Path, count: int, *, indent: bool = False) -> Path:
    """One page with many records."""
    with path.open("w", encoding="utf-8") as out:
        out.write('{"customerHistoryRecords": [')
        for number in range(count):
            text = json.dumps(_record(number), ensure_ascii=False, indent=2 if indent else None)
            out.write((",\n" if number else "") + text)
        out.write('], "encodedRequestToken": null}')
    return path


def _source(path: Path) -> Source:
    with path.open("rb") as stream:
        head = stream.read(HEAD_SIZE)
    return Source(path.name, path.stat().st_size, head, lambda: path.open("rb"))


def _read(path: Path) -> Iterator[Record | Issue]:
    source = _source(path)
    assert source.size > LIMIT
    assert ApiJson().claims(source)
    return ApiJson().parse(source)


@pytest.mark.parametrize("indent", [False, True])
def test_every_record_is_read_with_its_place(indent: bool, tmp_path: Path) -> None:
    path = _write(tmp_path / "page.json", 800, indent=indent)
    found = list(_read(path))
    records = [item for item in found if isinstance(item, Record)]
    heard = [record.transcript for record in records if record.data_type == "alexa:cloud:history"]
    assert heard == [f"CUSTOMER_TRANSCRIPT {number} ö" for number in range(800)]
    assert len([record for record in records if record.data_type == "alexa:cloud:answer"]) == 800
    with path.open("rb") as stream:
        for record in (records[0], records[799], records[-1]):
            assert str(record.timestamps[0].recorded).encode() in resolve(stream, record.locator).content
    assert [item for item in found if isinstance(item, Issue)] == []


def test_what_stands_in_a_long_value_that_breaks_off_is_read_one_by_one(tmp_path: Path) -> None:
    path = _write(tmp_path / "page.json", 800)
    path.write_bytes(path.read_bytes()[:-3000])
    found = list(_read(path))
    heard = [item for item in found if isinstance(item, Record) and item.data_type == "alexa:cloud:history"]
    assert len(heard) > 790
    assert "What stands in them was read one by one" in " ".join(item.what for item in found if isinstance(item, Issue))


def test_memory_does_not_grow_with_the_file(tmp_path: Path) -> None:
    peaks = []
    for count in (500, 1100):
        path = _write(tmp_path / f"{count}.json", count)
        tracemalloc.start()
        read = sum(isinstance(item, Record) for item in _read(path))
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
        assert read == 2 * count
    # What is kept of a record is that it was read, and not the record.
    assert peaks[1] - peaks[0] < 400 * 1200
    assert peaks[1] < path.stat().st_size


def test_lines_of_json_are_read_in_pieces(tmp_path: Path) -> None:
    path = tmp_path / "lines.jsonl"
    lines = (json.dumps({"customerHistoryRecords": [_record(number)]}) for number in range(800))
    path.write_text("\n".join(lines))
    found = list(_read(path))
    assert [item for item in found if isinstance(item, Issue)] == []
    assert sum(item.data_type == "alexa:cloud:history" for item in found if isinstance(item, Record)) == 800


def test_a_piece_may_end_anywhere(monkeypatch: pytest.MonkeyPatch) -> None:
    content = "\n".join(json.dumps([_record(number)], ensure_ascii=False) for number in range(12)).encode()
    monkeypatch.setattr(loaded_json, "MAX_BYTES", 1000)
    for piece in (977, 1024, 1201):
        monkeypatch.setattr(text_values, "PIECE", piece)
        source = Source("x.json", len(content), content[:HEAD_SIZE], lambda: io.BytesIO(content))
        found = list(ApiJson().parse(source))
        assert [item for item in found if isinstance(item, Issue)] == []
        assert len(found) == 24


PRINTED: dict[str, Callable[[object], str]] = {
    "JSON": lambda value: json.dumps(value, ensure_ascii=False),
    "JSON, pretty-printed": lambda value: json.dumps(value, indent=2),
    "Python": repr,
    "backslashed": lambda value: json.dumps(json.dumps(value)),
}


@pytest.mark.parametrize("name", list(PRINTED))
def test_a_piece_may_end_at_any_sign_of_a_value(name: str) -> None:
    first, second = (PRINTED[name]([_record(number)]) for number in range(2))
    text = f"{first}\nbetween: {second}\n"
    (expected,) = TextSearch(f"{second}\n")
    for cut in range(len(first) + 1, len(text) - 1, 3):
        search = TextSearch(text[:cut], text_marks(), last=False)
        assert len(list(search)) == 1, cut
        rest = TextSearch(text[cut if search.open_at is None else search.open_at :], text_marks())
        assert [found.value for found in rest] == [expected.value], cut
