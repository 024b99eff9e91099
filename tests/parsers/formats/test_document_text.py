"""The text of RTF documents of several programs, and of documents with tags."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parsers.captures.answers_in_text import AnswersInText
from parsers.formats.document_text import is_rtf, rtf_text, tagless
from parsers.parser import Source
from parsers.record import Issue, Record

ANSWER = {
    "activities": [
        {"activityStatus": "SUCCESS", "creationTimestamp": 1714557601777, "registeredCustomerId": "A3SAMPLE",
         "description": json.dumps({"summary": "öffne die Tür für Łukasz 🙂"}, ensure_ascii=False)},
    ]
}  # fmt: skip
TEXT = json.dumps(ANSWER, ensure_ascii=False, indent=1)
WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"


def _rtf(text: str) -> bytes:
    """A text as WordPad writes it."""
    shown = "".join("\\" + sign if sign in "{}\\" else "\\par\r\n" if sign == "\n" else _coded(sign) for sign in text)
    head = r"{\rtf1\ansi\ansicpg1252\deff0{\fonttbl{\f0\fnil\fcharset0 Calibri;}{\f1\fnil\fcharset204 Calibri;}}"
    return (head + r"{\*\generator Riched20 10.0}\viewkind4\uc1 \pard\f0\fs22 " + shown + "\\par\r\n}\r\n\0").encode()


def _coded(sign: str) -> str:
    if ord(sign) < 128:
        return sign
    if ord(sign) < 256:
        return f"\\'{ord(sign):02x}"
    numbers = sign.encode("utf-16-le")
    pairs = [int.from_bytes(numbers[at : at + 2], "little", signed=True) for at in range(0, len(numbers), 2)]
    return "".join(f"\\u{number}?" for number in pairs)


def _word(text: str) -> bytes:
    """A text as Word keeps it: a paragraph for each line, in two runs."""
    runs = (
        (line[: len(line) // 2], line[len(line) // 2 :])
        for line in text.replace("&", "&amp;").replace("<", "&lt;").split("\n")
    )
    lines = "".join(
        '<w:p w:rsidR="00A1">' + "".join(f'<w:r><w:t xml:space="preserve">{run}</w:t></w:r>' for run in pair) + "</w:p>"
        for pair in runs
    )
    return f'<?xml version="1.0"?>\r\n<w:document xmlns:w="{WORD}"><w:body>{lines}</w:body></w:document>'.encode()


def _open_document(text: str) -> bytes:
    lines = "".join(f"<text:p>{line.replace(' ', '<text:s/>', 1)}</text:p>" for line in text.split("\n"))
    text = f"<office:text>{lines}</office:text>"
    return f"<?xml version='1.0'?><office:document-content>{text}</office:document-content>".encode()


@pytest.mark.parametrize(
    ("make", "path", "steps"),
    [
        (_rtf, "note.rtf", "coding:rtf"), (_word, "word/document.xml", "coding:tagless"),
        (_open_document, "content.xml", "coding:tagless"),
    ],
)  # fmt: skip
def test_an_answer_that_was_pasted_into_a_document_is_read(make: object, path: str, steps: str) -> None:
    assert callable(make)
    content: bytes = make("Examiner's note {1}:\n" + TEXT)
    found = list(AnswersInText().parse(Source.of(content, path)))
    (activity,) = (item for item in found if isinstance(item, Record) and item.data_type == "alexa:cloud:activity")
    assert [item for item in found if isinstance(item, Issue)] == []
    assert activity.transcript == "öffne die Tür für Łukasz 🙂"
    assert [time.timestamp for time in activity.timestamps] == [1714557601777000]
    assert activity.locator.startswith(f"{steps};bytes:")
    assert activity.locator.endswith(";json:/activities/0")


def test_an_answer_with_colours_in_tags_is_read() -> None:
    page = "<html><head><style>a{}</style></head><body><pre>" + TEXT.replace('"', '<span class="s">"</span>') + "</pre>"
    found = list(AnswersInText().parse(Source.of(page.encode(), "page.html")))
    assert [item.data_type for item in found if isinstance(item, Record)] == ["alexa:cloud:activity"]


@pytest.mark.parametrize(
    ("rtf", "text"),
    [
        (rb"{\rtf1\ansi a\par b\line c\tab d}", "a\nb\nc\td"),
        (rb"{\rtf1\ansi\ansicpg1251 \'e2\'ea\'eb}", "вкл"),
        (rb"{\rtf1\ansi{\fonttbl{\f0\fcharset0 A;}{\f7\fcharset128 B;}}x\f7\'93\'64\'8b\'43\f0 y}", "x電気y"),
        (rb"{\rtf1\uc2 \u252\'81\'fcx{\uc0 \u228}z}", "üxäz"),
        (b"{\\rtf1 one\r\n two\\\nthree \\{\\}\\\\}", "one two\nthree {}\\"),
        (rb"{\rtf1{\*\fldinst HYPERLINK x}{\fldrslt seen}{\info{\title no}}\bin3 }{}.}", "seen."),
        (rb"{\rtf1 \ldblquote a\rdblquote\~b\-c\_d}", "\u201ca\u201d\u00a0bc-d"),
        (rb"{\rtf1 open", "open"),
        (rb"{\rtf1}}}}after", "after"),
    ],
)
def test_words_and_signs_of_rtf(rtf: bytes, text: str) -> None:
    assert is_rtf(rtf)
    assert rtf_text(rtf).decode() == text


@pytest.mark.parametrize(
    ("page", "text"),
    [
        (b"<p>a<br/>b</p><p>c&amp;&#228;&quot;</p>", 'a\nb\nc&ä"\n'),
        (b"<script>no</script>x<!-- no -->y<style a='1'>no</style>z<script>open", "xyzopen"),
        (b'<text:p>a<text:s text:c="3"/>b<text:tab/>c</text:p>', "a   b\tc\n"),
        (b"1 < 2 > 0", "1 < 2 > 0"),
    ],
)
def test_what_stands_between_tags(page: bytes, text: str) -> None:
    assert tagless(page).decode() == text


@given(st.binary(max_size=400))
def test_no_bytes_end_with_an_error(noise: bytes) -> None:
    rtf_text(b"{\\rtf1" + noise)
    tagless(b"<a>" + noise)


@given(st.integers(0, 2000), st.binary(min_size=1, max_size=3))
def test_a_damaged_document_ends_without_an_error(at: int, noise: bytes) -> None:
    for content in (_rtf(TEXT), _word(TEXT)):
        damaged = content[: at % len(content)] + noise + content[at % len(content) + 1 :]
        list(AnswersInText().parse(Source.of(damaged, "note.rtf")))
