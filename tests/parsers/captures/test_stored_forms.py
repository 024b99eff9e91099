"""One page of history as databases, converters and word processors keep it."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from parsers.alexa_api.answers.plain_form import nested_record

Page = dict[str, Any]
Wrap = Callable[[Page], bytes]


def _json(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False).encode()


def _dynamo(value: object) -> object:
    if value is None:
        return {"NULL": True}
    if isinstance(value, bool):
        return {"BOOL": value}
    if isinstance(value, (int, str)):
        return {"N": str(value)} if isinstance(value, int) else {"S": value}
    if isinstance(value, list):
        return {"L": [_dynamo(one) for one in value]}
    assert isinstance(value, dict)
    return {"M": _members(value, _dynamo)}


def _firestore(value: object) -> object:
    if value is None:
        return {"nullValue": None}
    if isinstance(value, bool):
        return {"booleanValue": value}
    if isinstance(value, (int, str)):
        return {"integerValue": str(value)} if isinstance(value, int) else {"stringValue": value}
    if isinstance(value, list):
        return {"arrayValue": {"values": [_firestore(one) for one in value]} if value else {}}
    assert isinstance(value, dict)
    return {"mapValue": {"fields": _members(value, _firestore)}}


def _members(value: Mapping[str, object], typed: Callable[[object], object]) -> dict[str, object]:
    return {name: typed(one) for name, one in value.items()}


def _flat(value: object, index: str = ".{}", name: str = "") -> dict[str, object]:
    pairs = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    found: dict[str, object] = {}
    for key, one in pairs:
        inner = (index.format(key) if isinstance(key, int) else f".{key}") if name else str(key)
        found.update(_flat(one, index, name + inner) if isinstance(one, (dict, list)) and one else {name + inner: one})
    return found


def _in_characters(text: str) -> str:
    signs = (text.encode("utf-16-le")[at : at + 2] for at in range(0, len(text.encode("utf-16-le")), 2))
    numbers = [int.from_bytes(sign, "little", signed=True) for sign in signs]
    return "".join(f"\\u{number}?" if number > 126 or number < 32 else chr(number) for number in numbers)


def _rtf(page: Page) -> bytes:
    lines = json.dumps(page, ensure_ascii=False, indent=1).split("\n")
    escaped = (line.replace("\\", "\\\\").replace("{", "\\{").replace("}", "\\}") for line in lines)
    text = "\\par\r\n".join(
        "".join(_in_characters(sign) if ord(sign) > 126 else sign for sign in line) for line in escaped
    )
    return (r"{\rtf1\ansi{\fonttbl{\f0 Calibri;}}\uc1\f0 Note:\par " + text + "}").encode()


def _word(page: Page) -> bytes:
    text = json.dumps(page, ensure_ascii=False, indent=1).replace("&", "&amp;").replace("<", "&lt;")
    lines = "".join(
        f"<w:p><w:r><w:t>{line[:9]}</w:t></w:r><w:r><w:t>{line[9:]}</w:t></w:r></w:p>" for line in text.split("\n")
    )
    return f'<?xml version="1.0"?><w:document xmlns:w="w"><w:body>{lines}</w:body></w:document>'.encode()


def _traced(page: Page) -> bytes:
    content, lines = _json(page), ["== Info: Connected", "=> Send header, 42 bytes (0x2a)"]
    asked = b"GET /api HTTP/1.1\r\nHost: alexa.amazon.de\r\n\r\n"
    answered = b"HTTP/1.1 200 OK\r\n\r\n"
    for title, piece in (
        ("=> Send header", asked),
        ("<= Recv SSL data", b"\x17"),
        ("<= Recv header", answered),
        ("<= Recv data", content),
    ):
        lines.append(f"{title}, {len(piece)} bytes (0x{len(piece):x})")
        lines += [
            f"{at:04x}: {piece[at : at + 16].hex(' ')} {'.' * len(piece[at : at + 16])}"
            for at in range(0, len(piece), 16)
        ]
    del lines[1]
    return "\n".join(lines).encode()


def _records(page: Page) -> list[dict[str, Any]]:
    records: list[dict[str, Any]] = page["customerHistoryRecords"]
    return records


#: What is read in full, without an issue.
READ: dict[str, Wrap] = {
    "DynamoDB, items": lambda page: _json({"Items": [_members(one, _dynamo) for one in _records(page)], "Count": 3}),
    "DynamoDB, an export (JSON Lines)": lambda page: b"\n".join(
        _json({"Item": _members(one, _dynamo)}) for one in _records(page)
    ),
    "DynamoDB, a page as a map": lambda page: _json({"Item": {"id": {"S": "x"}, "answer": _dynamo(page)}}),
    "DynamoDB, a page as a text": lambda page: _json({"Items": [{"body": {"S": _json(page).decode()}}]}),
    "Firestore, documents": lambda page: _json(
        {"documents": [{"name": "x", "fields": _members(one, _firestore)} for one in _records(page)]}
    ),
    "flattened, indexes after dots": lambda page: _json([_flat(one) for one in _records(page)]),
    "flattened, indexes in brackets": lambda page: _json([_flat(one, "[{}]") for one in _records(page)]),
    "flattened, JSON Lines": lambda page: b"\n".join(_json(_flat(one)) for one in _records(page)),
    "flattened, the page": lambda page: _json(_flat(page)),
    "RTF": _rtf,
    "Word's text": _word,
    "curl --trace": _traced,
    "SQL, bytes in hexadecimal (MySQL)": lambda page: (
        f"INSERT INTO a VALUES (1,0x{_json(page).hex().upper()});\n".encode()
    ),
    "SQL, bytes in hexadecimal (PostgreSQL)": lambda page: f"1\t\\\\x{_json(page).hex()}\tx\n".encode(),
}  # fmt: skip


@pytest.mark.parametrize("name", list(READ))
def test_a_form_gives_the_records_of_the_page(name: str, page: Page, bare: list[Any], read_files: Any) -> None:
    found = read_files({"kept.txt": READ[name](page)})
    assert found.described == bare
    assert [issue.what for issue in found.issues] == []


def test_the_page_of_captures_lists_each(doc_table: Callable[[str, str], dict[str, tuple[str, ...]]]) -> None:
    assert doc_table("captures.md", "Databases, tables and documents") == dict.fromkeys(READ, ("read",))


def test_a_place_in_a_typed_object_leads_to_the_object_itself(page: Page, read_files: Any) -> None:
    found = read_files({"kept.txt": READ["DynamoDB, items"](page)})
    answer = next(record for record in found.records if record.data_type == "alexa:cloud:answer")
    assert answer.locator == "json:/Items/0/voiceHistoryRecordItems/L/1/M"


def test_what_groovy_prints_is_read(read_files: Any) -> None:
    device = "deviceSerialNumber:G000SAMPLE000001"
    line = f"2:11:04 PM: trace getDoNotDisturb: [enabled:true, deviceType:A3S5BH2HU6VAYF, {device}]"
    push = f"[command:PUSH_VOLUME_CHANGE, payload:[destinationUserId:A3SAMPLE, dopplerId:[{device}],"
    found = read_files({"log.txt": f"{line}\n{push} volumeSetting:42, note:a few words]]\n".encode()})
    status, message = found.records
    assert (status.data_type, status.device_serial) == ("alexa:cloud:do_not_disturb", "G000SAMPLE000001")
    assert (message.data_type, message.device_serial) == ("alexa:cloud:push_message", "G000SAMPLE000001")
    assert (message.fields["volumeSetting"], message.fields["note"]) == (42, "a few words")


@pytest.mark.parametrize(
    "flat",
    [
        {"a.b": 1, "a": 2}, {"a": 2, "a.b": 1}, {"recordKey": "x", "a.b.c": 1},
        {"recordKey.0": "k", "recordKey": "k"}, {"/".join("x" * 30): 1}, {".": 1},
    ],
)  # fmt: skip
def test_names_that_hold_no_record_are_left_as_they_are(flat: dict[str, object]) -> None:
    assert nested_record(flat) is None


@pytest.mark.parametrize("name", list(READ))
@settings(deadline=None, max_examples=10, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data())
def test_damaged_forms_raise_nothing(name: str, page: Page, read_mutated: Any, data: st.DataObject) -> None:
    found = read_mutated({"kept.txt": READ[name](page)}, data)
    assert all(len(issue.excerpt) <= 64 for issue in found.issues)
