"""Splits a record into its form, which many records share, and its own values. Pure.

A form holds two templates of ``printf``, which SQLite's views use too: one makes the message, the other the fields, as
JSON. Their arguments are the record's shared columns (transcript, device and so on), and then its other values, in the
order of the columns ``v1`` on. This run of arguments is given several times over; ``%.0s`` skips one.
"""

from __future__ import annotations

import json
import re
from functools import lru_cache
from itertools import pairwise, starmap
from json.encoder import c_make_encoder, encode_basestring  # type: ignore[attr-defined]
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

#: The columns that a record's message and fields may repeat.
SHARED = ("device_serial", "device_type", "account", "person", "utterance_id", "transcript")
#: The columns of a record's other values.
OWN = tuple(f"v{number}" for number in range(1, 13))
#: The arguments of both templates, and how many times over each template gets them. SQLite takes 127 arguments.
VALUES = (*SHARED, *OWN)
MESSAGE_RUNS, FIELD_RUNS = 2, 4

LIVE, DELETED = "live", "deleted"
#: The field that says where in a database a record was. Its value is part of the form.
PROVENANCE = "provenance"

#: Stand for values while a message is split: private-use characters.
_FIRST_MARK = 0x10FF00
_MARK = chr(_FIRST_MARK)
_MARKS = re.compile("([\U0010ff00-\U0010ffff])")
#: A word with a digit that is none of the record's values.
NUMBER = re.compile(r"([A-Za-z_]*\d[\w.:+/-]*)", re.ASCII)
_DIGIT = re.compile("[0-9]")
_MOST_MARKS = 0xFF

DIRECTIVES = re.compile(r"(%%|%s|%\.0s)")
_LONE = re.compile("[\ud800-\udfff]")
_encoder = json.JSONEncoder(ensure_ascii=False, sort_keys=True)
#: The encoder's parts, made once instead of for each value: that halves the time to encode a value as JSON.
_parts = c_make_encoder and c_make_encoder(
    None, _encoder.default, encode_basestring, None, _encoder.key_separator, _encoder.item_separator, True, False, True
)
#: What a field's value is: the same in all records of the form; a text or number that the message may repeat; any JSON.
LITERAL, TEXT, INTEGER, JSON = range(4)
_REPEATED = (TEXT, INTEGER)
_CONSTANTS = {None: "null", True: "true", False: "false"}


class SharedForm(NamedTuple):
    """What records have in common.

    Attributes:
        message, fields: the templates; None where ``v1`` and ``v2`` are the message and the fields themselves.
        state: ``live`` or ``deleted``: the state of its records within a file that is neither deleted nor carved.
    """

    message: str | None
    fields: str | None
    state: str


#: The same as a plain tuple, which ``marshal`` writes.
Form = tuple["str | None", "str | None", str]

Values = tuple["str | None", ...]
#: The columns in which a record has values, as places in :data:`VALUES`, in order.
Columns = tuple[int, ...]


def split(message: str, shared: Sequence[str | None], fields: Mapping[str, Any]) -> tuple[SharedForm, Values]:
    """Return the form of a record, and its values in the order of :data:`VALUES`.

    Args:
        message: its message, storable.
        shared: the columns of :data:`SHARED`, storable.
        fields: its further fields.
    """
    written = [(name, *written_field(fields[name])) for name in sorted(fields)]
    if can_be_split(message, shared):
        parts = _Parts(shared)
        found = parts.message(message, [text for _, text, kind in written if kind in _REPEATED])
        listed = parts.fields(written)
        values = (*shared, *parts.own, *[None] * (len(OWN) - len(parts.own)))
        if found.is_made(message, values) and len(parts.own) <= len(OWN):
            return SharedForm(found.text, listed.text, state_of(fields)), values
    return plain(message, json_text(dict(fields)), shared, state_of(fields))


def split_texts(message: str, shared: Sequence[str | None], fields: str) -> tuple[SharedForm, Values]:
    """The same, of fields as JSON; they are kept as they are written."""
    value = json.loads(fields)
    if isinstance(value, dict) and json_text(value) == fields:
        return split(message, shared, value)
    return plain(message, fields, shared, state_of(value if isinstance(value, dict) else {}))


def without_nulls(values: Values) -> tuple[Columns, tuple[str, ...]]:
    """The columns in which a record has values, and these."""
    columns = tuple([column for column, value in enumerate(values) if value is not None])
    return columns, tuple([value for value in values if value is not None])


def with_nulls(columns: Columns, values: tuple[str, ...]) -> Values:
    """The values of a record in all columns."""
    found = dict(zip(columns, values, strict=True))
    return tuple([found.get(column) for column in range(len(VALUES))])


def plain(message: str, fields: str, shared: Sequence[str | None], state: str) -> tuple[SharedForm, Values]:
    """A record with its message and fields whole."""
    return SharedForm(None, None, state), (*shared, message, fields, *[None] * (len(OWN) - 2))


def made(form: SharedForm, values: Values) -> tuple[str, str]:
    """The message and the fields of a record, as the views make them."""
    if form.message is None or form.fields is None:
        return values[len(SHARED)] or "", values[len(SHARED) + 1] or ""
    return _filled(form.message, values), _filled(form.fields, values)


@lru_cache(maxsize=1024)
def is_form(form: SharedForm) -> bool:
    """Whether a form that something else made may be filled in: its templates take texts, and not too many."""
    if form.message is None or form.fields is None:
        return form.message is None and form.fields is None
    for template, runs in ((form.message, MESSAGE_RUNS), (form.fields, FIELD_RUNS)):
        directives = sum(found != "%%" for found in DIRECTIVES.findall(template))
        if "%" in DIRECTIVES.sub("", template) or directives > runs * len(VALUES):
            return False
    return True


def state_of(fields: Mapping[str, Any]) -> str:
    """The state of a record with these fields, in a file that is neither deleted nor carved."""
    found = fields.get(PROVENANCE)
    return LIVE if found is None or str(found)[: len(LIVE)].lower() == LIVE else DELETED


def json_text(value: Any) -> str:
    """A value as JSON. Lone surrogates are written out in the texts, as ``storable`` writes them."""
    text = "".join(_parts(value, 0)) if _parts else _encoder.encode(value)
    # Written by ``storable``, they would be escapes of JSON, which SQLite decodes to what is not UTF-8.
    return text if text.isascii() else _LONE.sub(lambda found: f"\\\\u{ord(found[0]):04x}", text)


def literals(template: str) -> Iterator[str]:
    """Yield the texts of a template: before its first value, between two, and after its last."""
    text = ""
    for part in DIRECTIVES.split(template):
        if part == "%s":
            yield text
            text = ""
        elif part != "%.0s":
            text += "%" if part == "%%" else part
    yield text


def _filled(template: str, values: Values) -> str:
    count = sum(found != "%%" for found in DIRECTIVES.findall(template))
    return template % _arguments(values, count)


def _arguments(values: Values, count: int) -> Values:
    runs = -(-count // len(values))
    return tuple([value or "" for value in (values * runs)[:count]])


def can_be_split(message: str, shared: Sequence[str | None]) -> bool:
    """Whether no text holds NUL, at which SQLite's ``printf`` ends a text, or a mark."""
    for text in (message, *shared):
        if text is not None and ("\0" in text or not (text.isascii() or _MARKS.search(text) is None)):
            return False
    return bool(message)


def written_field(value: Any) -> tuple[str, int]:
    """A field's value as text, and what it is: :data:`LITERAL` or one of the others."""
    if type(value) is str:
        if not value:
            return '""', LITERAL
        return (value, TEXT) if is_as_in_json(value) else (json_text(value), JSON)
    if type(value) is int:
        return str(value), INTEGER
    if value is None or value is True or value is False:
        return _CONSTANTS[value], LITERAL
    return json_text(value), JSON


def is_as_in_json(text: str) -> bool:
    """Whether JSON writes a text as it is, between quotation marks."""
    as_written: str = encode_basestring(text)
    return len(as_written) == len(text) + 2 and (text.isascii() or not (_LONE.search(text) or _MARKS.search(text)))


class _Template:
    """A template as it is put together."""

    def __init__(self, most: int) -> None:
        self._parts: list[str] = []
        self._most = most * len(VALUES)
        self.count = 0

    def add(self, literal: str) -> None:
        """Add a text of all records."""
        self._parts.append(literal.replace("%", "%%") if "%" in literal else literal)

    def take(self, argument: int) -> None:
        """Add the value of a column of :data:`VALUES`."""
        skipped = (argument - self.count) % len(VALUES)
        self._parts.append("%.0s" * skipped + "%s")
        self.count += skipped + 1

    def reaches(self, argument: int | None) -> bool:
        """Whether a value can be taken from a column."""
        return argument is not None and self.count + (argument - self.count) % len(VALUES) < self._most

    @property
    def fits(self) -> bool:
        """Whether the arguments suffice."""
        return self.count <= self._most

    @property
    def text(self) -> str:
        """The template."""
        return "".join(self._parts)

    def is_made(self, text: str, values: Values) -> bool:
        """Whether the template makes a text of a record's values."""
        return self.text % _arguments(values, self.count) == text


class _Parts:
    """The values of a record, and where they are in its message and fields.

    Attributes:
        own: the values that are in no shared column.
    """

    def __init__(self, shared: Sequence[str | None]) -> None:
        self.own: list[str] = []
        self._places: dict[str, int] = {}
        for place, text in enumerate(shared):
            if text:
                self._places.setdefault(text, place)
        self._shared = list(self._places)

    def message(self, message: str, texts: list[str]) -> _Template:
        """Return the template of a message that may hold some texts; where it would need too many values, it is one."""
        template = _Template(MESSAGE_RUNS)
        parts = [(is_own, text) for is_own, text in _marked(message, [*self._shared, *texts]) if text]
        for is_own, text in parts:
            if is_own:
                template.take(self._place(text))
            else:
                template.add(text)
        # A search relies on it that there is something between two values.
        are_apart = not any(one[0] and other[0] for one, other in pairwise(parts))
        if are_apart and template.fits and len(self.own) < len(OWN):
            return template
        self.own, self._places = [], {text: place for text, place in self._places.items() if place < len(SHARED)}
        template = _Template(MESSAGE_RUNS)
        template.take(self._place(message))
        return template

    def fields(self, written: list[tuple[str, str, int]]) -> _Template:
        """Return the template of fields, in their order. What there is no place for is one last value."""
        template = _Template(FIELD_RUNS)
        last = max((number for number, (name, _, kind) in enumerate(written) if is_value(name, kind)), default=0)
        before = "{"
        for number, (name, text, kind) in enumerate(written):
            quote = '"' if kind == TEXT else ""
            if not is_value(name, kind):
                template.add(f"{before}{encode_basestring(name)}: {quote}{text}{quote}")
            elif template.reaches(self._places.get(text)):
                template.add(f"{before}{encode_basestring(name)}: {quote}")
                template.take(self._places[text])
                template.add(quote)
            elif number < last and len(self.own) >= len(OWN) - 1:
                template.add(before)
                template.take(self._new_place(", ".join(starmap(as_json, written[number:]))))
                break
            else:
                template.add(f"{before}{encode_basestring(name)}: {quote}")
                template.take(self._new_place(text))
                template.add(quote)
            before = ", "
        template.add("}" if written else "{}")
        return template

    def _place(self, text: str) -> int:
        """Where a value is among the arguments; it is added if it is in none of the columns."""
        return self._places[text] if text in self._places else self._new_place(text)

    def _new_place(self, text: str) -> int:
        place = len(SHARED) + len(self.own)
        self._places.setdefault(text, place)
        self.own.append(text)
        return place


def is_value(name: str, kind: int) -> bool:
    """Whether a field is a value of its record, and not part of the form."""
    return kind != LITERAL and name != PROVENANCE


def as_json(name: str, text: str, kind: int) -> str:
    """A field as JSON."""
    return f'{encode_basestring(name)}: "{text}"' if kind == TEXT else f"{encode_basestring(name)}: {text}"


def _marked(message: str, texts: list[str]) -> Iterator[tuple[bool, str]]:
    """Yield the parts of a message in order, each with whether it is a value: a whole word of these, longest first."""
    found: list[str] = []
    for text in sorted(dict.fromkeys(texts), key=len, reverse=True):
        if text in message and (len(text) > 1 or text.isdigit()):
            marked = _with_mark(message, text, chr(_FIRST_MARK + len(found)))
            if marked != message:
                message = marked
                found.append(text)
                if len(found) == _MOST_MARKS:
                    break
    for number, part in enumerate(_MARKS.split(message)):
        if number % 2:
            yield True, found[ord(part) - _FIRST_MARK]
        elif _DIGIT.search(part):
            for place, word in enumerate(NUMBER.split(part)):
                yield bool(place % 2), word
        else:
            yield False, part


def count_words(message: str, text: str) -> int:
    """How often a message has a text as a value: not as part of a longer word."""
    return _with_mark(message, text, _MARK).count(_MARK) if len(text) > 1 or text.isdigit() else 0


def _with_mark(message: str, text: str, mark: str) -> str:
    """A message with a mark in the places of a text, where it is not part of a longer word."""
    start = message.find(text)
    while start >= 0:
        end = start + len(text)
        if (start and message[start - 1].isalnum() and text[0].isalnum()) or (
            message[end : end + 1].isalnum() and text[-1].isalnum()
        ):
            start = message.find(text, start + 1)
        else:
            message = message[:start] + mark + message[end:]
            start = message.find(text, start + 1)
    return message
