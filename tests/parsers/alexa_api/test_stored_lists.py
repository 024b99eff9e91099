"""A long JSON file, whose lists stay in the file, gives what the same text gives as a short one."""

from __future__ import annotations

import io
import json
import random
from typing import Any

import pytest

from parsers.alexa_api.api_json import ApiJson
from parsers.alexa_api.items import loaded_json, text_values
from parsers.captures.har import Har
from parsers.formats.json import large_list, large_value
from parsers.formats.json.large_list import LargeList, MemberBlocks, StoredText
from parsers.parser import HEAD_SIZE, Parser, Source
from parsers.record import Issue, Record

_WORDS = ("Zeitansage", "ö", "\U0001f600", 'a "quote"', "back\\slash", "line\nend", "\0", "[1,{", "")


def _source(content: bytes) -> Source:
    return Source("answers.json", len(content), content[:HEAD_SIZE], lambda: io.BytesIO(content))


def _long(monkeypatch: pytest.MonkeyPatch, parser: Parser, content: bytes, window: int = 700) -> list[Record | Issue]:
    """What a parser gives of a file for which this is long."""
    with monkeypatch.context() as patch:
        patch.setattr(loaded_json, "WHOLE", 0)
        patch.setattr(loaded_json, "MAX_BYTES", 0)
        patch.setattr(large_value, "WINDOW", window)
        patch.setattr(large_value, "BLOCK", window // 2)
        patch.setattr(text_values, "PIECE", 4 * window)
        return list(parser.parse(_source(content)))


def _text(make: random.Random) -> str:
    return " ".join(make.choice(_WORDS) for _ in range(make.randint(0, 6)))


def _record(make: random.Random, number: int) -> dict[str, Any]:
    at = 1704101038009 + number * 60_000
    key = f"A0SAMPLECUSTOMER#{at}#A0SAMPLETYPE1#G000SAMPLE000001"
    items = [
        {"recordItemKey": f"{key}#{kind}", "recordItemType": kind, "timestamp": at, "transcriptText": _text(make)}
        for kind in ("CUSTOMER_TRANSCRIPT", "ALEXA_RESPONSE")
    ]
    return {"recordKey": key, "timestamp": at, "voiceHistoryRecordItems": items, "utteranceType": "GENERAL"}


def _other(make: random.Random, depth: int = 0) -> object:
    """Any value: numbers that no program can read, lists in lists, times without a name."""
    kind = make.randint(0, 9)
    if depth < 4 and kind > 7:
        return [_other(make, depth + 1) for _ in range(make.randint(0, 9))]
    if depth < 4 and kind > 5:
        return {_text(make): _other(make, depth + 1) for _ in range(make.randint(0, 5))}
    return (make.randint(-9, 9), 10**30, 1e308 * 10, 1704101038009, _text(make), None, True, 1.5)[kind % 8]


def _page(make: random.Random) -> object:
    records: list[object] = [_record(make, number) for number in range(make.randint(1, 25))]
    if make.random() < 0.3:
        records.insert(make.randint(0, len(records)), _other(make))
    page = {"customerHistoryRecords": records, "encodedRequestToken": "more", "other": _other(make)}
    if make.random() < 0.3:
        activity = {"activityStatus": "SUCCESS", "creationTimestamp": 1704101038009, "description": json.dumps(page)}
        return {"activities": [activity] * make.randint(1, 9), "startDate": 1704101038009}
    return page


def _document(make: random.Random) -> object:
    """An answer, pages in a list, a wrapper, requests with their answers, or records by themselves."""
    pages = [_page(make) for _ in range(make.randint(1, 4))]
    url = "https://alexa.amazon.com/api/activities?startTime=&size=50"
    return make.choice(
        (
            pages[0],
            pages,
            {"saved_at": "2024-01-01T10:00:00Z", "data": {"pages": pages, "rest": _other(make)}},
            [{"request": url, "response": page} for page in pages],
            {"https://www.example.org/x": pages, url: pages[0]},
            [_record(make, number) for number in range(30)],
            [{"log": json.dumps(page)} for page in pages],
        )
    )


def _written(make: random.Random) -> bytes:
    indent = make.choice((None, None, 1, "\t"))
    text = json.dumps(_document(make), indent=indent, ensure_ascii=make.random() < 0.5)
    if make.random() < 0.2:
        text = text.replace('"timestamp"', '"timestamp": 5, "timestamp"')
    if make.random() < 0.3:
        text = make.choice(("\ufeff", ")]}'\n", "  \n", "abc")) + text
    if make.random() < 0.3:
        text += make.choice(("\0\0\n", "\n", "rest", ";"))
    if make.random() < 0.2:
        return text.encode(make.choice(("utf-16", "utf-16-le", "utf-16-be", "utf-32")), "surrogatepass")
    content = text.encode("utf-8", "surrogatepass")
    return content.replace("ö".encode(), b"\xf6") if make.random() < 0.1 else content


@pytest.mark.parametrize("seed", range(60))
def test_a_long_file_gives_what_a_short_one_gives(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    make = random.Random(seed)
    content = _written(make)
    short = list(ApiJson().parse(_source(content)))
    assert short
    for window in (64, 701, 20_000):
        assert _long(monkeypatch, ApiJson(), content, window) == short


@pytest.mark.parametrize("seed", range(12))
def test_a_long_archive_gives_what_a_short_one_gives(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    make = random.Random(seed)
    entries: list[object] = []
    for _ in range(make.randint(1, 12)):
        host = make.choice(("alexa.amazon.de", "www.example.org"))
        answer: dict[str, object] = {"text": json.dumps(_page(make)), "mimeType": "application/json", "size": 9}
        entries.append(
            {
                "startedDateTime": "2024-01-01T10:00:00Z",
                "request": {"method": "GET", "url": f"https://{host}/api/x?size={make.randint(1, 9)}"},
                "response": {"status": 200, "content": make.choice((answer, answer, {})), "headers": []},
            }
        )
    log = {"version": "1.2", "creator": {"name": "a browser"}, "pages": [_other(make)], "entries": entries}
    content = json.dumps({"log": log}, indent=make.choice((None, 2))).encode()
    short = list(Har().parse(_source(content)))
    assert any(isinstance(item, Record) for item in short)
    for window in (200, 5000):
        assert _long(monkeypatch, Har(), content, window) == short


def test_lines_of_a_long_file_give_what_those_of_a_short_one_give(monkeypatch: pytest.MonkeyPatch) -> None:
    make = random.Random(5)
    lines = [json.dumps(_page(make), ensure_ascii=False) for _ in range(20)]
    lines[7] = "no JSON here"
    for content in ("\n".join(lines).encode(), ("\ufeff" + "\n".join(lines)).encode("utf-16")):
        short = list(ApiJson().parse(_source(content)))
        assert any(isinstance(item, Issue) and "between the JSON" in item.what for item in short)
        assert _long(monkeypatch, ApiJson(), content, 5000) == short


def test_members_of_a_few_bytes_are_looked_through_together(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(large_value, "WINDOW", 4096)
    value = [[], {}, "a,]", 1, -2.5e3, None, [[1, 2], [3]], {"a": [1]}, 1704101038009] * 3000
    content = json.dumps(value).encode()
    found = large_value.large_value_at(StoredText(lambda: io.BytesIO(content), 0, len(content)), 0)
    assert isinstance(found.value, LargeList)
    assert list(found.value) == value
    assert found.value == value
    assert value[1:] != found.value
    assert (found.value[-1], found.value[5], found.value[26_999]) == (value[-1], None, value[-1])
    assert list(reversed(found.value)) == value[::-1]
    assert found.value[10:20] == value[10:20]
    assert found.end == len(content)


def test_a_text_that_is_too_long_is_an_issue_and_the_rest_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    make = random.Random(1)
    page = {"customerHistoryRecords": [_record(make, 0), {"x": "y" * 9000}, _record(make, 1)], "rest": '\\"' * 4000}
    content = json.dumps(page).encode()
    monkeypatch.setattr(large_value, "MAX_TEXT", 8000)
    found = _long(monkeypatch, ApiJson(), content)
    assert sum(isinstance(item, Record) and item.data_type == "alexa:cloud:history" for item in found) == 2
    given = [(item.what, item.locator) for item in found if isinstance(item, Issue)]
    assert (
        "A text of 9002 bytes is longer than 8000 bytes; it was not read.",
        "json:/customerHistoryRecords/1/x",
    ) in given
    assert ("A text of 16002 bytes is longer than 8000 bytes; it was not read.", "json:/rest") in given


def test_what_stands_between_long_lists_has_a_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    make = random.Random(1)
    monkeypatch.setattr(large_value, "MAX_HELD", 20_000)
    content = json.dumps({f"page {number}": _page(make) for number in range(40)}).encode()
    found = _long(monkeypatch, ApiJson(), content)
    assert any(isinstance(item, Record) and item.data_type == "alexa:cloud:history" for item in found)


def test_a_list_that_stays_in_its_file_is_not_changed() -> None:
    content = json.dumps(["x" * 150] * 20_000).encode()
    found = large_value.large_value_at(StoredText(lambda: io.BytesIO(content), 0, len(content)), 0)
    assert isinstance(found.value, LargeList)
    with pytest.raises(TypeError, match="stays in its file"):
        found.value.append("more")
    with pytest.raises(IndexError):
        found.value[20_000]


@pytest.mark.parametrize(
    ("member", "may"),
    [
        ('{"contents": 1}', True),
        ('{"conten\\u0074s": 1}', True),
        ('{"note": "contents", "contents_of": "f\\u00fcr \\u0022"}', True),
        ('{"content": 1, "of": "contents?", "for": "f\\u00fcr \\u0022"}', False),
    ],
)
def test_a_name_in_a_list_is_sought_in_its_text(monkeypatch: pytest.MonkeyPatch, member: str, may: bool) -> None:
    monkeypatch.setattr(large_list, "_PIECE", 40)
    content = f"[{', '.join([*['{}'] * 30, member, *['7'] * 30])}]".encode()
    blocks = MemberBlocks()
    blocks.add(1, len(content) - 1, len(content), 61)
    found = LargeList(StoredText(lambda: io.BytesIO(content), 0, len(content)), blocks)
    assert [found.may_name("contents"), found.may_name("contents")] == [may, may]
    assert len(list(found)) == 61
    assert not LargeList(StoredText(lambda: io.BytesIO(b"[]"), 0, 2), MemberBlocks()).may_name("contents")
