"""Files that name the service in a form that nothing reads: ids become records, the rest one issue."""

from __future__ import annotations

import io
from dataclasses import replace

import pytest

from parsers.alexa_api.api_json import ApiJson
from parsers.alexa_api.items.service_names import AROUND, names_in
from parsers.alexa_api.named_file import NamedFile
from parsers.locator import resolve
from parsers.parser import Source
from parsers.record import Issue, Record
from parsers.registry import claiming

ID = "A0SAMPLETYPE1:1.0/2024/01/01/09/DEVICE_UNSPECIFIED/23:51::TNIH_2V.0a1b2c3d-0000-4000-8000-0123456b8e54ZXV"
ADVICE = (
    "What it says of the service is not in the timeline. Look at it at that byte, or bring it in a form that is read (a"
    " HAR, the JSON of the answers, a capture)."
)


def _offered(content: bytes, path: str = "notes.bin") -> Source:
    return replace(Source.of(content, path), names=tuple(name.kind for name in names_in(content)))


def _read(content: bytes) -> list[Record | Issue]:
    (parser,) = claiming(_offered(content))
    # A text is searched for answers first.
    assert parser.name in ("named_file", "answers_in_text")
    found = list(parser.parse(_offered(content)))
    assert [item.parser for item in found] == [NamedFile.name if parser.name != NamedFile.name else ""] * len(found)
    for each in found:
        resolve(io.BytesIO(content), each.locator)
    return found


def test_what_it_names_is_one_issue() -> None:
    content = b"\x00\x01binary dopplerId .. dopplerId https://alexa.amazon.de/api/cards \xff"
    (issue,) = _read(content)
    at = content.index(b"https:")
    assert issue == Issue(
        "The file names the Alexa service (1 address of it, https://alexa.amazon.de/api/cards at byte"
        f" {at}, 2 keys of its answers, the first dopplerId at byte 9), in a form that is not read. {ADVICE}",
        f"bytes:{at}+33",
        b"https://alexa.amazon.de/api/cards",
        parser="named_file",
    )


def test_ids_of_utterances_become_records_with_their_places() -> None:
    content = b"\x00" * 5 + ID.encode() + b"\x00" + f"{ID}/1".encode() + b"\x00"
    first, second = _read(content)
    assert isinstance(first, Record)
    assert (first.data_type, first.utterance_id, first.locator) == ("echo:utterance_id:found", ID, f"bytes:5+{len(ID)}")
    assert isinstance(second, Record)
    assert second.message.endswith("What stands around it in the file was not read.")


def test_ids_in_large_files_are_found_once_wherever_pieces_meet() -> None:
    for lead in (0, 1024 * 1024 - 50, 1024 * 1024 - AROUND - 20, 2 * 1024 * 1024 - 7, 2 * 1024 * 1024):
        content = b"." * lead + b"\n" + ID.encode() + b"\n"
        assert [each.locator for each in _read(content)] == [f"bytes:{lead + 1}+{len(ID)}"]


@pytest.mark.parametrize(
    "content",
    [
        b'{"name": "tool", "homepage": "https://alexa.amazon.com/api/x"}',
        b'{"deep": [{"notificationIndex": 7}]}',
        b'["no", "records", "PUSH_VOLUME_CHANGE"]',
    ],
)
def test_json_that_names_the_service_and_holds_no_answer_is_an_issue(content: bytes) -> None:
    source = _offered(content, "package.json")
    assert [parser.name for parser in claiming(source)] == ["api_json"]
    (issue,) = ApiJson().parse(source)
    assert isinstance(issue, Issue)
    assert issue.what.startswith("The file names the Alexa service (1 ")


def test_a_file_that_names_nothing_is_left_alone() -> None:
    assert claiming(_offered(b"nothing of it", "x.txt")) == ()
    assert claiming(_offered(b'{"a": "b"}', "x.json")) == ()


def test_a_line_of_a_log_in_brackets_is_no_json() -> None:
    content = b"[2024-01-01 10:00:00] GET https://alexa.amazon.de/api/cards"
    assert not ApiJson().claims(_offered(content, "x.log"))


@pytest.mark.parametrize(
    ("text", "named"), [("asked alexa.amazon.de", False), ("customerHistoryRecords were many", True)]
)
def test_of_a_log_only_keys_of_answers_are_named(text: str, named: bool) -> None:
    source = _offered(f"<14>1 2025-04-18T16:13:20Z pi io 1 - - {text}\n".encode(), "pi.log")
    _, in_text = claiming(source)
    assert [item.parser for item in in_text.parse(source)] == ["named_file"] * named


@pytest.mark.parametrize(("value", "named"), [("A3S5BH2HU6VAYF", True), ("ANDROIDPHONE", False), ("A1", False)])
def test_a_type_of_a_device_names_the_service(value: str, named: bool) -> None:
    assert bool(names_in(f'{{"deviceType": "{value}"}}'.encode())) is named
