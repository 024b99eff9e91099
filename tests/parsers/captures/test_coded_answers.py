"""One page of history coded within other text: each form gives the records of the bare page, or is named."""

from __future__ import annotations

import base64
import codecs
import csv
import gzip
import html
import io
import json
import pickle
import plistlib
import quopri
import re
import zlib
from collections.abc import Callable
from typing import Any
from urllib.parse import quote, quote_plus, urlsplit

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from parsers.alexa_api.items.coded_texts import (
    MAX_PLAIN,
    PlainText,
    coded_head,
    coded_texts,
    decoded_first,
    json_in_base64,
)
from parsers.alexa_api.items.written_bytes import bytes_in_hex, bytes_in_numbers
from parsers.captures.base64_file import Base64File
from parsers.coding import CodingError, decode
from parsers.notations import NOTATIONS
from parsers.parser import Source
from parsers.record import Issue

Page = dict[str, Any]
Wrap = Callable[[Page], bytes]
ADDRESS = "https://www.amazon.de/alexa-privacy/apd/rvh/customer-history-records-v2?startTime=1704000000000"


def _gzip(content: bytes) -> bytes:
    return gzip.compress(content, mtime=0)


def _text(page: object) -> str:
    return json.dumps(page, ensure_ascii=False)


def _base64(content: bytes, line: int = 0) -> str:
    coded = base64.b64encode(content).decode()
    return "\n".join(coded[at : at + line] for at in range(0, len(coded), line)) if line else coded


def _buffer(content: bytes) -> dict[str, Any]:
    """Bytes as JSON of Node.js has them."""
    return {"type": "Buffer", "data": list(content)}


def _newman(content: bytes) -> dict[str, Any]:
    """A report of Newman's JSON reporter, in which no address is a text."""
    url = {"protocol": "https", "host": ["www", "amazon", "de"], "path": urlsplit(ADDRESS).path.split("/")[1:]}
    asked = {"url": {**url, "query": [{"key": "startTime", "value": "1704000000000"}]}, "method": "POST", "header": []}
    answer = {"status": "OK", "code": 200, "header": [], "stream": _buffer(content), "responseSize": len(content)}
    return {"run": {"executions": [{"item": {"name": "x"}, "request": asked, "response": answer}], "failures": []}}


def _table(page: Page, between: str = ",", quoting: Any = csv.QUOTE_MINIMAL) -> str:
    out = io.StringIO()
    writer = csv.writer(out, delimiter=between, quoting=quoting)
    writer.writerows([["id", "url", "response"], ["1", ADDRESS, _text(page)], ["2", "", "none"]])
    return out.getvalue()


def _escaped(text: str) -> str:
    return html.escape(text)


def _sql(text: str) -> str:
    return text.replace("'", "''")


def _escaped_in_sql(text: str) -> str:
    return re.sub(r"([\\'\"])", r"\\\1", text)


def _folded(text: str) -> str:
    """A text as YAML writes it between apostrophes, its lines folded at blanks."""
    words = _sql(text).split(" ")
    lines = [" ".join(words[at : at + 6]) for at in range(0, len(words), 6)]
    return "'" + "\n    ".join(lines) + "'"


def _block(before: str, page: Page) -> str:
    """The page, pretty-printed, with something before each line."""
    return "".join(f"{before}{line}\n" for line in json.dumps(page, indent=2).splitlines())


def _mail(page: Page, coding: str, body: bytes) -> bytes:
    head = "From: a@example.org\nSubject: history\nContent-Type: application/json\n"
    return f"{head}Content-Transfer-Encoding: {coding}\n\n".encode() + body


def _saved_page(page: Page) -> bytes:
    """What a browser saves as one file."""
    head = "MIME-Version: 1.0\r\nContent-Type: multipart/related; boundary=B\r\n\r\n--B\r\n"
    body = quopri.encodestring(_text(page).encode()).replace(b"\n", b"\r\n")
    return head.encode() + b"Content-Transfer-Encoding: quoted-printable\r\n\r\n" + body + b"\r\n--B--\r\n"


#: What is read in full, without an issue.
READ: dict[str, Wrap] = {
    "base64": lambda page: _base64(_text(page).encode()).encode(),
    "base64 in UTF-16": lambda page: _base64(_text(page).encode(), 76).encode("utf-16"),
    "base64 among words in UTF-16": lambda page: f"it was {_base64(_text(page).encode())} so\n".encode("utf-16"),
    "base64 in lines": lambda page: _base64(_text(page).encode(), 76).encode() + b"\n",
    "base64 of addresses, without padding": lambda page: base64.urlsafe_b64encode(_text(page).encode()).rstrip(b"="),
    "base64 of gzip": lambda page: _base64(_gzip(_text(page).encode()), 76).encode(),
    "base64 of zlib": lambda page: _base64(zlib.compress(_text(page).encode())).encode(),
    "base64 of JSON Lines": lambda page: _base64((_text({"n": 1}) + "\n" + _text(page)).encode()).encode(),
    "a data: address": lambda page: f"data:application/json;base64,{_base64(_text(page).encode())}".encode(),
    "base64 among words": lambda page: f"the body was {_base64(_text(page).encode())} as it came\n".encode(),
    "base64 of gzip beside an address": lambda page: (
        f"GET {ADDRESS} {_base64(_gzip(_text(page).encode()))}\n".encode()
    ),
    "base64 in mail": lambda page: _mail(page, "base64", base64.encodebytes(_text(page).encode())),
    "base64 in an XML list": lambda page: plistlib.dumps({"url": ADDRESS, "body": _text(page).encode()}),
    "base64 in JSON, unlabelled": lambda page: _text({"url": ADDRESS, "body": _base64(_text(page).encode())}).encode(),
    "base64 in JSON, with a flag": lambda page: _text(
        {"url": ADDRESS, "base64Encoded": True, "body": _base64(_text(page).encode())}
    ).encode(),
    "base64 in JSON, of gzip": lambda page: _text(
        [{"request": ADDRESS, "response": _base64(_gzip(_text(page).encode()))}]
    ).encode(),
    "base64 in JSON, without an address": lambda page: _text({"data": _base64(_text(page).encode())}).encode(),
    "base64 in JSON, of gzip, labelled": lambda page: _text(
        {"url": ADDRESS, "response": {"content": {"encoding": "base64", "text": _base64(_gzip(_text(page).encode()))}}}
    ).encode(),
    "WireMock's base64Body": lambda page: _text(
        {"request": {"absoluteUrl": ADDRESS, "url": "/x"}, "response": {"base64Body": _base64(_text(page).encode())}}
    ).encode(),
    "CSV": lambda page: _table(page).encode(),
    "CSV with a byte order mark": lambda page: _table(page).encode("utf-8-sig"),
    "CSV in UTF-16": lambda page: _table(page).encode("utf-16"),
    "CSV, semicolons, all in quotes": lambda page: _table(page, ";", csv.QUOTE_ALL).encode(),
    "tabs between": lambda page: _table(page, "\t").encode(),
    "HTML, escaped": lambda page: f"<html><pre>{_escaped(json.dumps(page, indent=2))}</pre></html>".encode(),
    "HTML, numeric references": lambda page: (
        "<pre>" + json.dumps(page).replace("&", "&amp;").replace('"', "&#34;").replace("'", "&#x27;") + "</pre>"
    ).encode(),
    "HTML, an attribute": lambda page: f'<div data-page="{_escaped(_text(page))}"></div>'.encode(),
    "XML, escaped": lambda page: f'<?xml version="1.0"?><m url="{ADDRESS}">{_escaped(_text(page))}</m>'.encode(),
    "XML, a CDATA section": lambda page: f'<?xml version="1.0"?><m><![CDATA[{_text(page)}]]></m>'.encode(),
    "XML, Android's preferences": lambda page: (
        f"<?xml version='1.0'?>\n<map>\n  <string name=\"history\">{_escaped(_text(page))}</string>\n</map>\n"
    ).encode(),
    "percent-encoded": lambda page: f"https://example.org/#{quote(_text(page))}\n".encode(),
    "a form": lambda page: f"id=1&payload={quote_plus(_text(page))}&x=2".encode(),
    "SQL": lambda page: f"INSERT INTO `answers` VALUES (1,'{ADDRESS}','{_sql(_text(page))}');\n".encode(),
    "SQL, MySQL's backslashes": lambda page: f"INSERT INTO `a` VALUES (1,'{_escaped_in_sql(_text(page))}');\n".encode(),
    "SQL, escaped as a whole by MySQL": lambda page: f"INTO `a` ('{_escaped_in_sql(json.dumps(page))}',9);\n".encode(),
    "rows copied by PostgreSQL": lambda page: (
        "COPY public.answers (id, body) FROM stdin;\n1\t" + json.dumps(page).replace("\\", "\\\\") + "\n\\.\n\n"
    ).encode(),
    "uuencode": lambda page: b"Hello\n\n" + codecs.encode(_text(page).encode(), "uu"),
    "YAML, between apostrophes": lambda page: f"- body: '{_sql(_text(page))}'\n".encode(),
    "YAML, folded": lambda page: f"response:\n  body: {_folded(_text(page))}\n".encode(),
    "YAML of its own": lambda page: yaml.safe_dump(page, allow_unicode=True).encode(),
    "YAML, several documents": lambda page: yaml.safe_dump_all(page["customerHistoryRecords"]).encode(),
    "YAML, a cassette": lambda page: yaml.safe_dump(
        {"interactions": [{"request": {"uri": ADDRESS}, "response": {"body": {"string": _text(page)}}}]}
    ).encode(),
    "YAML, a block": lambda page: f"body: |\n{_block('    ', page)}".encode(),
    "quoted-printable mail": lambda page: _mail(page, "quoted-printable", quopri.encodestring(_text(page).encode())),
    "MHTML": _saved_page,
    "hexadecimal": lambda page: f"{ADDRESS}\t{_text(page).encode().hex()}\n".encode(),
    "hexadecimal in JSON (tshark -T json)": lambda page: _text(
        [{"_source": {"layers": {"http": {"http.file_data": _text(page).encode().hex(":")}}}}]
    ).encode(),
    "hexadecimal in JSON Lines (tshark -T ek)": lambda page: (
        '{"index":{}}\n' + _text({"layers": {"http_file_data": _text(page).encode().hex(":")}}) + "\n"
    ).encode(),
    "hexadecimal in XML (tshark -T pdml)": lambda page: (
        f'<field name="http.file_data" show="{_text(page).encode().hex(":")}" value="{_text(page).encode().hex()}"/>'
    ).encode(),
    "numbers": lambda page: f"INFO got {list(_text(page).encode())} in 3 ms\n".encode(),
    "numbers in JSON": lambda page: _text({"url": ADDRESS, "body": list(_text(page).encode())}).encode(),
    "a Buffer of Node.js": lambda page: _text(_buffer(_text(page).encode())).encode(),
    "a Buffer of Node.js, beside an address": lambda page: _text(
        [{"request": {"url": ADDRESS}, "response": {"statusCode": 200, "body": _buffer(_gzip(_text(page).encode()))}}]
    ).encode(),
    "a typed array of JavaScript": lambda page: _text(
        {"url": ADDRESS, "body": {str(at): byte for at, byte in enumerate(_text(page).encode())}}
    ).encode(),
    "Newman's report": lambda page: json.dumps(_newman(_text(page).encode()), indent=2).encode(),
    "Newman's report, gzip": lambda page: json.dumps(_newman(_gzip(_text(page).encode())), indent=2).encode(),
    "a terminal's colours": lambda page: (
        "$ jq . page.json\n\x1b[1;39m" + json.dumps(page, indent=2).replace('": ', '"\x1b[0m\x1b[1;39m: ') + "\x1b[0m\n"
    ).encode(),
}  # fmt: skip


@pytest.mark.parametrize("name", list(READ))
def test_a_coded_text_gives_the_records_of_the_page(name: str, page: Page, bare: list[Any], read_files: Any) -> None:
    found = read_files({"kept.txt": READ[name](page)})
    assert found.described == bare
    assert [issue.what for issue in found.issues] == []


def _capture(content: bytes) -> bytes:
    """An HTTP archive with the page, its body in base64."""
    entry = {
        "startedDateTime": "2024-01-02T08:00:00Z", "request": {"method": "POST", "url": ADDRESS},
        "response": {"status": 200, "content": {"encoding": "base64", "text": _base64(content), "mimeType": "x"}},
    }  # fmt: skip
    return json.dumps({"log": {"version": "1.2", "creator": {"name": "x"}, "entries": [entry]}}).encode()


def _swift(value: object) -> str:
    """A value as Swift prints it: a dictionary is in square brackets."""
    if isinstance(value, dict):
        return "[" + ", ".join(f'"{key}": {_swift(inner)}' for key, inner in value.items()) + "]"
    if isinstance(value, list):
        return "[" + ", ".join(map(_swift, value)) + "]"
    return "nil" if value is None else json.dumps(value, ensure_ascii=False)


#: Files that are in base64 as a whole: captures as much as answers.
WHOLE: dict[str, Wrap] = {
    "base64 of UTF-16": lambda page: _text(page).encode("utf-16"),
    "base64 of a HAR": lambda page: _capture(_gzip(_text(page).encode())),
    "base64 of curl's output": lambda page: (
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
        + b"".join(b"1\r\n%c\r\n" % byte for byte in _text(page).encode())
        + b"0\r\n\r\n"
    ),
    "base64 of a HAR in UTF-16": lambda page: _capture(_text(page).encode()).decode().encode("utf-16"),
}


@pytest.mark.parametrize("coder", [bytes, _gzip, zlib.compress])
@pytest.mark.parametrize("name", list(WHOLE))
def test_a_file_in_base64_is_read_as_what_it_holds(
    name: str, coder: Callable[[bytes], bytes], page: Page, bare: list[Any], read_files: Any
) -> None:
    found = read_files({"kept.b64": _base64(coder(WHOLE[name](page)), 76).encode()})
    assert found.described == bare
    assert found.parsers == {"base64_file"}
    assert [issue.what for issue in found.issues] == []


def test_a_file_that_is_base64_at_first_is_read_as_text(page: Page, bare: list[Any], read_files: Any) -> None:
    coded = _base64(_text([page, "x" * 70_000]).encode(), 76)
    found = read_files({"kept.b64": f"{coded}\n{_text(page)}\n".encode()})
    assert found.described[: len(bare)] == bare
    assert any("is not all of it base64" in issue.what for issue in found.issues)


#: What is not read, and is named.
NAMED: dict[str, Wrap] = {
    "Python's pickle": pickle.dumps,
    "Swift, printed": lambda page: _swift(page).encode(),
    "lines quoted in mail": lambda page: _block("> ", page).encode(),
    "a patch": lambda page: _block("+", page).encode(),
    "base64 that breaks off": lambda page: f"{_base64(_text([1, page]).encode())[:200]}~".encode(),
}  # fmt: skip


@pytest.mark.parametrize("name", list(NAMED))
def test_what_is_not_read_is_named(name: str, page: Page, read_files: Any) -> None:
    found = read_files({"kept.bin": NAMED[name](page)})
    assert found.described == []
    assert any("names the Alexa service" in issue.what for issue in found.issues)


def test_base64_of_other_things_is_not_taken_for_the_service() -> None:
    for content in (b'{"other": "thing"}' * 20, _gzip(b"nothing of it" * 200)):
        assert not Base64File().claims(Source.of(base64.b64encode(content)))
        assert list(coded_texts(b"x " + base64.b64encode(content))) == []
    assert json_in_base64("eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl") is None
    assert json_in_base64("eJ, that is no base64") is None
    for text in ("7b22", "7b22" + "zz" * 40, "7b" * 200 + "7"):
        assert bytes_in_hex(text) is None
    for value in ([123] * 200 + [256], [123, 34], [1] * 100, [123, None] * 40, {"type": "Buffer", "data": "x"}):
        assert bytes_in_numbers(value) is None


def test_texts_that_expand_too_far_end_the_search(monkeypatch: pytest.MonkeyPatch, page: Page) -> None:
    assert MAX_PLAIN >= 64 * 1024 * 1024
    monkeypatch.setattr("parsers.alexa_api.items.coded_texts.MAX_PLAIN", 10_000)
    texts = b"\n; ".join(base64.b64encode(_gzip(_text(page).encode() + bytes(at))) for at in range(8))
    *plain, issue = coded_texts(texts)
    assert all(isinstance(found, PlainText) for found in plain)
    assert isinstance(issue, Issue)
    assert "come to more than 10000 bytes" in issue.what


def test_json_in_base64_that_breaks_off_is_named(page: Page, bare: list[Any], read_files: Any) -> None:
    cut = _text(page)[: _text(page).rindex("recordItemType")].encode()
    found = read_files({"kept.json": _text({"url": ADDRESS, "body": _base64(cut)}).encode()})
    assert found.described[:4] == bare[:4]
    assert ["breaks off" in issue.what for issue in found.issues] == [True]


def test_texts_in_base64_that_expand_too_far_are_named(
    monkeypatch: pytest.MonkeyPatch, page: Page, bare: list[Any], read_files: Any
) -> None:
    monkeypatch.setattr("parsers.alexa_api.answers.within.MAX_UNDONE", 100)
    coded = _base64(_text(page).encode())
    found = read_files({"kept.json": _text([{"data": coded}, {"data": coded[:-4]}]).encode()})
    assert found.described == bare
    assert ["come to more than 100 bytes" in issue.what for issue in found.issues] == [True]


def test_a_part_of_mail_is_none_within_another() -> None:
    head = b"Content-Transfer-Encoding: quoted-printable\n"
    assert decoded_first(head * 1000) == []
    many = (head + b"\nx=20y\n") * 1000
    assert decoded_first(many) == [(len(head) + 1, len(many))]
    assert len(decoded_first(b"\n--b\n".join([head + b"\nx=20y"] * 3))) == 3


@given(st.text(max_size=200))
def test_notations_undo_what_they_are_of(text: str) -> None:
    content = text.encode("utf-8", "replace")
    assert NOTATIONS["doubled-quotes"](content.replace(b'"', b'""')) == content
    assert NOTATIONS["percent"](quote(content).encode()) == content
    assert NOTATIONS["form"](quote_plus(content).encode()) == content
    plain = content.replace(b"\n", b"").replace(b"\r", b"")
    assert NOTATIONS["single-quoted"](plain.replace(b"'", b"''")) == plain


@given(st.binary(max_size=300), st.sampled_from(sorted(NOTATIONS)))
def test_any_bytes_can_be_given_to_a_notation(content: bytes, name: str) -> None:
    assert len(decode(content, name, 10_000)) <= len(content)


@given(st.lists(st.sampled_from([
    b'"', b'""', b",", b"%22", b"&quot;", b"<", b"eyJ", b"AAAAAAAAAAAAAAAAAAAA", b"=", b"\n", b"{", b"\\", b"'",
    b"H4sI", b"customerHistoryRecords", b"Content-Transfer-Encoding: quoted-printable\n\n", b"\x1b[1m", b"--B\n",
    b"7b22", b"7b:22", b"[123", b",34,34,34,34", b"]",
]), max_size=40))  # fmt: skip
def test_any_text_can_be_searched_for_coded_ones(pieces: list[bytes]) -> None:
    content = b"".join(pieces)
    for found in coded_texts(content):
        assert isinstance(found, PlainText)
        assert 0 <= found.start < found.end <= len(content)
    coded_head(content)


def test_base64_is_read_with_the_signs_of_addresses_and_without_padding() -> None:
    assert decode(base64.urlsafe_b64encode(b"\xff\xfe\xfd?>").rstrip(b"="), "base64", 100) == b"\xff\xfe\xfd?>"
    with pytest.raises(CodingError):
        decode(b"abcde", "base64", 100)


def test_the_page_of_captures_lists_each(doc_table: Callable[[str, str], dict[str, tuple[str, ...]]]) -> None:
    listed = doc_table("captures.md", "Coded texts")
    assert listed == {
        **dict.fromkeys([*READ, *WHOLE, "a hexadecimal listing"], ("read",)),
        **dict.fromkeys(NAMED, ("named",)),
    }
