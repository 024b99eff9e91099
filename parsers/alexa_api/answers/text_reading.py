"""Reads the answers of the Alexa service in one text, for :mod:`parsers.captures.answers_in_text`."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from parsers.alexa_api.answers.repeats import repeats_marked
from parsers.alexa_api.answers.responses import read
from parsers.alexa_api.answers.text_body import body_of, texts_within
from parsers.alexa_api.answers.text_marks import text_marks
from parsers.alexa_api.answers.within import bodies
from parsers.alexa_api.items.body import Body, TextPlaces
from parsers.alexa_api.items.coded_texts import (
    PlainText,
    coded_texts,
    decoded_first,
    document_text,
    without_tags,
    without_terminal,
)
from parsers.alexa_api.items.text_values import PIECE, WHOLE, TextValue, placed, values_in, values_of
from parsers.code_page import code_page, read_as
from parsers.coding import CodingError, decode
from parsers.encoding import wide_encoding
from parsers.formats.json.texts import Found
from parsers.formats.toml_text import toml_value
from parsers.formats.wide_text import WideText
from parsers.formats.yaml.documents import YamlError, begins, documents
from parsers.locator import at_bytes, at_coding, inside
from parsers.parser import Source
from parsers.record import Issue, Record

#: The most places that an issue names.
_MAX_PLACES = 20


@dataclass(slots=True)
class TextReading:
    """Reads one text."""

    source: Source
    records: int = 0
    cut: list[TextValue] = field(default_factory=list)
    left_out: int = 0
    #: The code page of a text that is not UTF-8.
    _page: str = ""
    #: The ranges of the values read so far.
    _read_at: list[tuple[int, int]] = field(default_factory=list)

    def run(self) -> Iterator[Record | Issue]:
        """Yield the records of the text, marked where they repeat."""
        return repeats_marked(self._all())

    def _all(self) -> Iterator[Record | Issue]:
        """Yield the records of the plain text, then of encoded parts, then issues for truncated values."""
        content, prefix = self._content()
        if document := document_text(content, prefix):
            yield from self._text(document)
            yield from self._about_the_whole()
            return
        yield from self._documents(content, prefix)
        if self._has_records():
            return
        coded = decoded_first(content)
        for value in values_in(self.source, text_marks()):
            if isinstance(value, TextValue) and any(start <= value.start < end for start, end in coded):
                continue
            yield from self._value(value, outer=True)
        for base, piece, where in self._pieces() if self.source.size > WHOLE else ((0, content, prefix),):
            for text in coded_texts(piece, where):
                if isinstance(text, Issue):
                    yield text
                elif not self._is_read(text, base):
                    yield from self._text(text)
        if not self.records:
            yield from self._as_shown(content, prefix)
        yield from self._about_the_whole()

    def _about_the_whole(self) -> Iterator[Issue]:
        """Yield the issues that concern the text as a whole."""
        if self._page and self.records:
            yield Issue(read_as(self._page), at_coding(self._page))
        if self.cut:
            yield _cut(self.cut)
        if self.left_out:
            yield Issue(
                f"The program that wrote this text left out {self.left_out} members of lists; they are not in it."
            )

    def _is_read(self, text: PlainText, base: int) -> bool:
        """Whether a coded text, or of one with backslashes what is in it, was read as it is."""
        first = base + text.start
        last = base + text.end if text.locator.endswith(at_coding("backslash")) else first + 1
        return any(start < last and first < end for start, end in self._read_at)

    def _content(self) -> tuple[bytes, str]:
        """The text in UTF-8, with its locator; empty if it is too long to read at once."""
        if self.source.size > WHOLE:
            return b"", ""
        with self.source.open() as stream:
            content = stream.read(WHOLE + 1)
        if not (name := wide_encoding(content[:4096])):
            self._page = code_page(content)
            return (decode(content, self._page, 4 * WHOLE), at_coding(self._page)) if self._page else (content, "")
        try:
            return decode(content, name, 2 * WHOLE), at_coding(name)
        except CodingError as error:
            return error.partial, at_coding(name)

    def _has_records(self) -> bool:
        return self.records > 0

    def _documents(self, content: bytes, prefix: str) -> Iterator[Record | Issue]:
        """Yield the records of a text that is YAML throughout."""
        if not content or not begins(content[:4096].decode("utf-8", "replace")):
            return
        try:
            text = content.decode("utf-8")
            found = documents(text)
        except (UnicodeDecodeError, YamlError):
            return
        for each in found:
            if isinstance(each.value, (dict, list)):
                yield from self._read(
                    placed(Found(each.start, each.end, each.value, each.spans, literal=True), text, prefix)
                )

    def _as_shown(self, content: bytes, prefix: str) -> Iterator[Record | Issue]:
        """Yield the records of a text without a terminal's colours or tags, or of one that is TOML throughout."""
        for undo in (without_terminal, without_tags):
            if not self.records and (shown := undo(content, prefix)):
                self.cut = []
                yield from self._text(shown)
        if not self.records and (value := toml_value(content.decode("utf-8", "surrogateescape"))) is not None:
            where = TextPlaces(inside(prefix, at_bytes(0, len(content))))
            yield from self._records_of(Body(value, self.source.path, where))
            self.cut = [] if self.records else self.cut

    def _pieces(self) -> Iterator[tuple[int, bytes, str]]:
        """Split a long text at line ends: the offset of each piece, its UTF-8 content, its locator."""
        name = wide_encoding(self.source.head)
        opener = WideText(self.source.opener, name).open if name else self.source.opener
        base, held = 0, b""
        with opener() as stream:
            while more := stream.read(PIECE):
                held += more
                cut = held.rfind(b"\n") + 1 or (len(held) if len(held) > PIECE else 0)
                if cut:
                    yield base, held[:cut], inside(at_coding(name) if name else "", at_bytes(base, cut))
                base, held = base + cut, held[cut:]
        if held:
            yield base, held, inside(at_coding(name) if name else "", at_bytes(base, len(held)))

    def _text(self, text: PlainText) -> Iterator[Record | Issue]:
        """Yield the records of a decoded text."""
        for value in values_of(text.content, text_marks(), text.locator):
            yield from self._value(value, outer=False)

    def _value(self, value: TextValue | Issue, *, outer: bool) -> Iterator[Record | Issue]:
        if isinstance(value, Issue):
            yield value
            return
        if value.found.error and value.end not in {cut.end for cut in self.cut[-1:]}:
            self.cut.append(value)
        if value.found.value is None:
            return
        before = self.records
        yield from self._read(value)
        if outer and self.records > before:
            self._read_at.append((value.start, value.end))

    def _read(self, value: TextValue) -> Iterator[Record | Issue]:
        before, whole = self.records, body_of(value, self.source.path)
        yield from self._records_of(whole)
        if self.records == before and not value.found.literal and not value.found.error:
            # Such as the lines of a log that a collector keeps as JSON.
            # What quotes it may have escaped more than JSON does, so the whole value is where they are.
            where = value.places.record(())
            for text in texts_within(whole):
                if isinstance(text, Issue):
                    yield replace(text, locator=where)
                else:
                    yield from self._records_of(replace(text, places=TextPlaces(where)))
        self.left_out += value.found.left_out if self.records > before else 0

    def _records_of(self, whole: Body) -> Iterator[Record | Issue]:
        """Yield the records of a value, and count them."""
        for body in bodies(whole, {}):
            for item in (body,) if isinstance(body, Issue) else read(body):
                self.records += isinstance(item, Record)
                yield item


def _cut(values: list[TextValue]) -> Issue:
    """One issue for all truncated values."""
    first = values[0]
    places = ", ".join(str(value.end) for value in values[:_MAX_PLACES])
    more = f" and {len(values) - _MAX_PLACES} more" if len(values) > _MAX_PLACES else ""
    if len(values) == 1:
        what = f"A value that names the service breaks off at byte {places} ({first.found.error})."
    else:
        what = (
            f"{len(values)} values that name the service break off, at the bytes {places}{more}"
            f" (the first: {first.found.error})."
        )
    return Issue(f"{what} What is complete in it was read.", first.places.record(()))
