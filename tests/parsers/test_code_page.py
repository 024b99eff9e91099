"""Texts in code pages: each is told from UTF-8, from damaged UTF-8, and from the others."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parsers.alexa_api.api_json import ApiJson
from parsers.captures.answers_in_text import AnswersInText
from parsers.code_page import CODE_PAGES, code_page, read_as
from parsers.coding import decode
from parsers.parser import Source
from parsers.record import Issue, Record

#: A text of each, with signs between the words that other pages have letters for.
TEXTS = {
    "windows-1252": ("wie wird das Wetter in München – für 5 €, s’il vous plaît?", "öffne das Garagentor", "“Ärzte”"),
    "macintosh": ("wie wird das Wetter in München – für 5", "öffne die Küchentür", "“Ärzte”"),
    "windows-1251": ("какая завтра погода в Москве", "включи свет на кухне", "Ёлка"),
    "shift_jis": ("明日の天気はどうですか", "さくらをかけて", "アレクサ"),
}
CASES = [(name, text) for name, texts in TEXTS.items() for text in texts if (name, text) != ("macintosh", "“Ärzte”")]


@pytest.mark.parametrize(("name", "text"), CASES)
def test_a_code_page_is_told_by_its_letters(name: str, text: str) -> None:
    content = json.dumps({"transcriptText": text}, ensure_ascii=False).encode(CODE_PAGES[name])
    assert code_page(content) == name
    assert json.loads(decode(content, name, 1000))["transcriptText"] == text


@pytest.mark.parametrize(
    "content",
    [
        b"plain", "München – 明日 ✓".encode(), "München, Köln, Lübeck".encode() + b"\xfc", "明日".encode()[:-1],
        b"Caf\xff", "καλημέρα σας".encode("cp1253"), "привет мир".encode("koi8-r"), b"\x81 \x8d \xe9",
    ],
)  # fmt: skip
def test_utf8_and_what_is_not_known_has_none(content: bytes) -> None:
    assert code_page(content) == ""


@given(st.binary(max_size=200))
def test_any_bytes_have_a_page_that_reads_them_or_none(content: bytes) -> None:
    if name := code_page(content):
        decode(content, name, 10_000)


@pytest.mark.parametrize("before", ["", "2024-01-01 10:00:00 INFO für alle: "])
def test_answers_in_a_code_page_keep_their_letters(before: str) -> None:
    text = "öffne das Tor für “Jürgen”"
    key = "A0SAMPLECUSTOMER#1704101038009#A0SAMPLETYPE1#G000SAMPLE000001"
    item = {"recordItemKey": f"{key}#1", "recordItemType": "CUSTOMER_TRANSCRIPT", "transcriptText": text}
    page = {"customerHistoryRecords": [{"recordKey": key, "voiceHistoryRecordItems": [item]}]}
    source = Source.of((before + json.dumps(page, ensure_ascii=False)).encode("cp1252"), "kept.txt")
    found = list((AnswersInText() if before else ApiJson()).parse(source))
    assert next(each.transcript for each in found if isinstance(each, Record)) == text
    assert [each.what for each in found if isinstance(each, Issue)] == [read_as("windows-1252")]
