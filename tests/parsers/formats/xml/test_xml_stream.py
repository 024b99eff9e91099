from __future__ import annotations

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parsers.alexa_export.spreadsheet import Spreadsheet
from parsers.captures.burp import Burp
from parsers.formats.xml.stream import MAX_TOKEN, XmlDamagedError, XmlError, XmlReader, XmlRefusedError
from parsers.parser import Source
from parsers.record import Issue

SHEET = b"<worksheet xmlns='http://schemas.openxmlformats.org/spreadsheetml/2006/main'/>"
ITEMS = b'<items burpVersion="1"/>'
#: Not known at all, no encoding of text, of several bytes a character, or without a meaning for some bytes.
NOT_READ = ("no-such", "rot13", "zlib", "shift_jis", "utf-7", "utf-32", "idna", "undefined", "punycode", "a" * 5000)


class Events(XmlReader):
    def __init__(self, encoding: str | None = None) -> None:
        super().__init__(encoding)
        self.events: list[tuple[str, str, int]] = []

    def start_element(self, name: str, attributes: dict[str, str]) -> None:
        self.events.append(("start", " ".join((name, *attributes)), self.offset))

    def end_element(self, name: str) -> None:
        self.events.append(("end", name, self.offset))

    def text(self, text: str) -> None:
        self.events.append(("text", text, self.offset))

    def document_type(self) -> None:
        self.events.append(("doctype", "", 0))


def _declared(encoding: str, content: bytes) -> bytes:
    return f'<?xml version="1.0" encoding="{encoding}"?>'.encode() + content


def _error(content: bytes, encoding: str | None = None) -> XmlError:
    with pytest.raises(XmlError) as raised:
        Events(encoding).feed(content, last=True)
    return raised.value


def test_tags_and_texts_with_their_offsets() -> None:
    reader = Events()
    assert list(reader.read(io.BytesIO("<!DOCTYPE a><a x='1'>ü<b/></a>".encode()))) == [None, None]
    assert reader.events == [
        ("doctype", "", 0),
        ("start", "a x", 12),
        ("text", "ü", 23),
        ("start", "b", 23),
        ("end", "b", 27),
        ("end", "a", 27),
    ]


@pytest.mark.parametrize("encoding", ["UTF-8", "utf-8", "ISO-8859-1", "us-ascii", "windows-1252", "cp1252", "koi8-r"])
def test_an_encoding_of_one_byte_a_character_is_read(encoding: str) -> None:
    reader = Events()
    reader.feed(_declared(encoding, "<a>Ж</a>".encode(encoding, "xmlcharrefreplace")), last=True)
    assert "".join(text for kind, text, _ in reader.events if kind == "text") == "Ж"


@pytest.mark.parametrize("codec", ["utf-16", "utf-16-le", "utf-16-be"])
def test_utf_16_is_read(codec: str) -> None:
    reader = Events()
    reader.feed("<a>Ж</a>".encode(codec), last=True)
    assert [event[1] for event in reader.events] == ["a", "Ж", "a"]


@pytest.mark.parametrize("encoding", NOT_READ)
def test_an_encoding_that_is_not_read_is_refused(encoding: str) -> None:
    error = _error(_declared(encoding, b"<a/>"))
    assert isinstance(error, XmlRefusedError)
    assert str(error) == f"it declares the encoding {encoding[:40]}, which is not read"


@pytest.mark.parametrize("encoding", NOT_READ)
def test_a_fixed_encoding_is_used_whatever_is_declared(encoding: str) -> None:
    reader = Events("utf-8")
    reader.feed(_declared(encoding, "<a>ü</a>".encode()), last=True)
    assert ("text", "ü") in [event[:2] for event in reader.events]


@pytest.mark.parametrize("encoding", NOT_READ)
@pytest.mark.parametrize(
    ("parser", "path", "content"),
    [(Spreadsheet(), "x.xlsx!/xl/worksheets/sheet1.xml", SHEET), (Burp(), "x.xml", ITEMS)],
)
def test_in_a_parser_an_encoding_that_is_not_read_is_an_issue(
    encoding: str, parser: Spreadsheet | Burp, path: str, content: bytes
) -> None:
    issue = next(iter(parser.parse(Source.of(_declared(encoding, content), path))))
    assert isinstance(issue, Issue)
    assert issue.what.endswith(f"cannot be read further: it declares the encoding {encoding[:40]}, which is not read.")


@pytest.mark.parametrize("subset", ['<!ENTITY b "x">', '<!ENTITY b SYSTEM "file:///etc/passwd">', '<!ENTITY % b "x">'])
def test_a_declared_entity_is_refused(subset: str) -> None:
    error = _error(f"<!DOCTYPE a [{subset}]><a>x</a>".encode())
    assert isinstance(error, XmlRefusedError)
    assert str(error) == "it declares entities"


def test_damage_is_named_with_its_place() -> None:
    error = _error(b"<a><b></a>")
    assert isinstance(error, XmlDamagedError)
    assert (error.reason, error.offset) == ("mismatched tag", 8)


def test_reading_ends_at_the_first_error() -> None:
    reader = Events()
    errors = list(reader.read(io.BytesIO(b"<a/><a/>" + b" " * 1_000_000)))
    assert len(errors) == 1
    assert isinstance(errors[0], XmlDamagedError)


@pytest.mark.parametrize("opening", [b"<a><!--", b"<a><?x ", b"<a b='"])
def test_a_tag_without_end_is_not_kept_in_memory(opening: bytes) -> None:
    *good, error = Events().read(io.BytesIO(opening + b"x" * (3 * MAX_TOKEN)))
    assert len(good) <= MAX_TOKEN // (256 * 1024) + 1
    assert isinstance(error, XmlRefusedError)


def test_a_long_text_comes_in_parts() -> None:
    reader = Events()
    assert set(reader.read(io.BytesIO(b"<a>" + b"x" * (2 * MAX_TOKEN) + b"</a>"))) == {None}
    assert sum(len(text) for kind, text, _ in reader.events if kind == "text") == 2 * MAX_TOKEN


@given(st.text(max_size=30), st.binary(max_size=60))
def test_whatever_the_bytes_are_only_xml_errors_are_raised(encoding: str, content: bytes) -> None:
    *_, last = Events().read(io.BytesIO(_declared(encoding.encode("utf-8", "replace").decode(), b"<a>" + content)))
    assert last is None or isinstance(last, XmlError)
