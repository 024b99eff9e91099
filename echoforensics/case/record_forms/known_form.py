"""Forms found before: a record like an earlier one gets the same form without being split again.

A record is like an earlier one if its fields have the same names and types, its values agree in the same places, and
its message is that of the form, with each value in it as often as before. Splitting it would give the same form: what
is remembered changes only how long it takes. Many records are compared at once, column by column.
"""

from __future__ import annotations

from itertools import count as count_from
from itertools import repeat
from operator import eq, itemgetter
from typing import TYPE_CHECKING, Any

from echoforensics.case.record_forms.record_form import (
    DIRECTIVES,
    INTEGER,
    JSON,
    LITERAL,
    NUMBER,
    PROVENANCE,
    SHARED,
    TEXT,
    VALUES,
    SharedForm,
    as_json,
    can_be_split,
    count_words,
    is_as_in_json,
    is_value,
    json_text,
    literals,
    split,
    without_nulls,
    written_field,
)  # fmt: skip

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from echoforensics.case.record_forms.record_form import Columns, Form

    #: A record as far as its form depends on it: its message, shared columns and further fields, as for ``split``.
    Unsplit = tuple[str, Sequence[str | None], Mapping[str, Any]]
    #: A form, the columns in which a record of it has values, and these.
    Split = tuple[Form, Columns, tuple[str, ...]]

#: Maximum number of forms to remember for fields of the same names, and of different lists of names.
_FORMS, _NAMES = 4, 1000
_known: dict[tuple[str, ...], list[_KnownForm]] = {}
#: How many forms of fields of the same names were looked at since one of them was met again, and from how many on only
#: one record in so many is tried: the numbers in the messages of recordings, for one, are seldom in the same places.
_in_vain: dict[tuple[str, ...], int] = {}
_ENOUGH, _ONE_IN = 20, 50


def split_all(records: Sequence[Unsplit]) -> list[Split]:
    """Return the form and the values of each record: what :func:`.record_form.split` returns."""
    alike: dict[tuple[str, ...], list[int]] = {}
    for number, (_, _, fields) in enumerate(records):
        alike.setdefault(tuple(fields), []).append(number)
    found: dict[int, Split] = {}
    for names, numbers in alike.items():
        to_do, tried = numbers, 0
        for known in _known.get(names, ()):
            to_do = known.take(to_do, records, found)
        if len(to_do) < len(numbers):
            _in_vain.pop(names, None)
        while to_do:
            first, *to_do = to_do
            found[first] = _split(records[first])
            # Where there are more forms than are remembered, or none to compare with, no more are looked for.
            if tried < _FORMS and (to_do or _is_worth_trying(names)):
                tried += 1
                if new := _remembered(names, records[first], found[first]):
                    to_do = new.take(to_do, records, found)
    return [found[number] for number in range(len(records))]


def _is_worth_trying(names: tuple[str, ...]) -> bool:
    """Whether to remember the form of a single record, as others with fields of these names may be like it."""
    if len(_in_vain) >= _NAMES:
        _in_vain.clear()
    count = _in_vain[names] = _in_vain.get(names, 0) + 1
    return count < _ENOUGH or not count % _ONE_IN


def _split(record: Unsplit) -> Split:
    form, whole = split(*record)
    return ((*form,), *without_nulls(whole))


def _remembered(names: tuple[str, ...], record: Unsplit, made: Split) -> _KnownForm | None:
    """Remember the form of a record, and return it; None if records cannot be compared with it."""
    form, columns, _ = made
    if not names or form[0] is None or "" in record[1]:
        return None
    known = _KnownForm(SharedForm(*form), columns, record)
    again: dict[int, Split] = {}
    known.take([0], [record], again)
    if again != {0: made}:
        return None
    if len(_known) >= _NAMES:
        _known.clear()
    _known[names] = [known, *_known.get(names, ())][:_FORMS]
    return known


class _KnownForm:
    """A form, and where the values of its records are among their shared columns and fields.

    Attributes:
        form: the form.
        columns: the columns in which its records have values.
    """

    def __init__(self, form: SharedForm, columns: Columns, record: Unsplit) -> None:
        self.form: Form = (*form,)
        self.columns = columns
        message, shared, fields = record
        names = sorted(fields)
        self._fields = _getter(names)
        written = [(name, *written_field(fields[name])) for name in names]
        first = len(SHARED)
        listed = (*shared, *self._fields(fields))
        self._types = tuple(map(type, listed))
        kinds = [(number, kind) for number, (_, _, kind) in enumerate(written, first)]
        self._given = [number for number in range(first) if shared[number]]
        self._constants = [
            number for number, (name, _, kind) in enumerate(written, first) if kind == LITERAL or name == PROVENANCE
        ]
        # A text that has to be escaped may have none of that in another record.
        self._is_whole = not any(kind == JSON and self._types[number] is str for number, kind in kinds)
        self._texts = [number for number, kind in kinds if kind == TEXT]
        self._repeated = [*self._given, *[number for number, kind in kinds if kind in (TEXT, INTEGER)]]
        self._compared = [*self._given, *[number for number, kind in kinds if kind != LITERAL]]
        everything: list[Any] = [*shared, *[text for _, text, _ in written]]
        self._fixed = [(number, everything[number]) for number in self._constants if isinstance(listed[number], str)]
        self._write = [
            (number, json_text if kind == JSON else str)
            for number, kind in kinds
            if kind in (INTEGER, JSON) and number not in dict(self._fixed)
        ]
        self._equal = [
            (number, before)
            for place, number in enumerate(self._compared)
            for before in self._compared[:place]
            if everything[before] == everything[number]
        ]
        self._expected = (
            *[listed[number] for number in self._constants],
            *[message.count(everything[number]) for number in self._repeated],
            *[True for _ in self._equal],
            len({everything[number] for number in self._compared}),
            *[True] * 4,
        )
        self._take_places(form, written)
        self._find_numbers(len(everything), {number for number, kind in kinds if kind not in (TEXT, INTEGER)})
        # What else is to be as in the first record.
        (seen,), _ = self._compare([message], [(value,) for value in listed])
        self._expected += (*seen,)[len(self._expected) :]

    def _find_numbers(self, first: int, others: set[int]) -> None:
        """Find where the message has numbers that are in no field, and values that are not looked for as words.

        Args:
            first: the number of the first text that is in no field.
            others: the numbers of the fields whose values are not looked for as words.
        """
        self._as_numbers = [number for number in self._in_message if number in others]
        free = count_from(first + bool(self._packed))
        self._signed = [
            (text[-1:], next(free) if source is None else source)
            for text, source in self._read
            if source is None or source in self._as_numbers
        ]

    def take(self, numbers: list[int], records: Sequence[Unsplit], found: dict[int, Split]) -> list[int]:
        """Add records of the form to those found. Returns the numbers of the others."""
        messages, rows, fitting, others = [], [], [], []
        for number in numbers:
            message, shared, fields = records[number]
            row = (*shared, *self._fields(fields))
            if tuple(map(type, row)) == self._types:
                messages.append(message)
                rows.append(row)
                fitting.append(number)
            else:
                others.append(number)
        if not fitting or not self._is_whole:
            return numbers
        for number, seen, values in zip(fitting, *self._compare(messages, [*zip(*rows, strict=True)]), strict=True):
            if seen == self._expected:
                found[number] = (self.form, self.columns, values)
            else:
                others.append(number)
        others.sort()
        return others

    def _compare(
        self, messages: list[str], columns: list[tuple[Any, ...]]
    ) -> tuple[Iterable[tuple[Any, ...]], Iterable[tuple[str, ...]]]:
        """What of records is to be as expected, and their values; from their messages, shared columns and fields."""
        count = len(messages)
        everything: list[Sequence[str]] = [*columns]
        for number, write in self._write:
            everything[number] = [*map(write, columns[number])]
        for number, text in self._fixed:
            everything[number] = [text] * count
        seen: list[Iterable[Any]] = [columns[number] for number in self._constants]
        seen += [map(str.count, messages, everything[number]) for number in self._repeated]
        seen += [map(eq, everything[number], everything[before]) for number, before in self._equal]
        seen.append(map(len, map(set, _rows(everything, self._compared, count))))
        seen.append(_all(all, [everything[number] for number in self._compared], count))
        seen.append(_all(_are_as_in_json, [everything[number] for number in self._texts], count))
        seen.append(_all(_can_be_split, [everything[number] for number in self._given], count))
        if self._packed:
            everything.append([*map(self._packed[0].__mod__, _rows(everything, self._packed[1], count))])
        if self._numbers:
            read = [*map(self._numbers_in, messages, zip(*everything, strict=True))]
            seen.append([numbers is not None for numbers in read])
            texts = [numbers or ("",) * self._numbers for numbers in read]
            everything += [*zip(*texts, strict=True)]
            # A number that is there twice, or is a value too, is the same value of the form.
            compared = [*self._compared, *range(len(everything) - self._numbers, len(everything))]
            seen.append(map(len, map(set, _rows(everything, compared, count))))
        else:
            seen.append(map(eq, messages, map(self._format.__mod__, _rows(everything, self._in_message, count))))
        # A fraction is no word to look for: only a number of the message may be equal to it, and that has no sign.
        seen += [map(bool, map(NUMBER.fullmatch, everything[number])) for number in self._as_numbers]
        # In 1.575 a value 1 is a word of its own, and in 0.153 it is not. It may be one in the form itself, too.
        if signed := [[before + text for text in everything[number]] for before, number in self._signed]:
            read_in = [*zip(*signed, [self._literals] * count, strict=True)]
            seen += [map(_words_in, read_in, everything[number]) for number in self._repeated]
        return zip(*seen, strict=True), _rows(everything, self._held, count)

    def _numbers_in(self, message: str, everything: Sequence[str]) -> tuple[str, ...] | None:
        """The numbers in a message that are in no field; None if it is not made of the form."""
        place = 0
        numbers: list[str] = []
        for literal, source in self._read:
            if not message.startswith(literal, place):
                return None
            place += len(literal)
            if source is None:
                found = NUMBER.match(message, place)
                if found is None:
                    return None
                text = found[0]
                numbers.append(text)
            else:
                text = everything[source] if source < len(everything) else numbers[source - len(everything)]
                if not message.startswith(text, place):
                    return None
            place += len(text)
        return tuple(numbers) if message[place:] == self._end else None

    def _take_places(self, form: SharedForm, written: Sequence[tuple[str, str, int]]) -> None:
        """Find where each value of the templates comes from: a number in the list of columns, fields and others."""
        first, others = len(SHARED), len(SHARED) + len(written)
        held = [first + number for number, (name, _, kind) in enumerate(written) if is_value(name, kind)]
        sources: dict[int, int] = {number: number for number in range(first)}
        arguments = _arguments_of(form.fields or "")
        self._packed: tuple[str, list[int]] | None = None
        for argument, source in zip(arguments, held, strict=False):
            sources.setdefault(argument, source)
        if len(arguments) < len(held):
            packed = written[held[len(arguments) - 1] - first :]
            self._pack(packed, len(written) - len(packed))
            sources[arguments[-1]] = others
            others += 1
        read = _arguments_of(form.message or "")
        self._numbers = 0
        self._read: list[tuple[str, int | None]] = []
        texts = [*literals(form.message or "")]
        for text, argument in zip(texts, read, strict=False):
            if argument in sources:
                self._read.append((text, sources[argument]))
            else:
                sources[argument] = others + self._numbers
                self._numbers += 1
                self._read.append((text, None))
        self._literals = "\n".join(texts)
        self._end = texts[-1]
        self._format = "%s".join(text.replace("%", "%%") for text in texts)
        self._in_message = [source for _, source in self._read if source is not None]
        self._held = [sources[column] for column in self.columns if column in sources]

    def _pack(self, packed: Sequence[tuple[str, str, int]], first: int) -> None:
        """Note how the last value is made of several fields."""
        template, held = [], []
        for number, (name, text, kind) in enumerate(packed, len(SHARED) + first):
            if is_value(name, kind):
                template.append(as_json(name, "\0", kind).replace("%", "%%").replace("\0", "%s"))
                held.append(number)
            else:
                template.append(as_json(name, text, kind).replace("%", "%%"))
        self._packed = ", ".join(template), held


def _rows(columns: Sequence[Sequence[Any]], chosen: Sequence[int], count: int) -> Iterable[tuple[Any, ...]]:
    """The rows of some of the columns, of which there may be none."""
    return zip(*[columns[number] for number in chosen], strict=True) if chosen else repeat((), count)


def _all(check: Callable[[Iterable[str]], bool], columns: list[Sequence[str]], count: int) -> Iterable[bool]:
    """Whether the texts of each row meet a condition: they are looked at together first."""
    if all(map(check, columns)):
        return repeat(True, count)
    return map(check, zip(*columns, strict=True))


def _words_in(numbers: Iterable[str], text: str) -> int:
    """How often some numbers have a value as a word."""
    return sum(count_words(number, text) for number in numbers if text in number)


def _are_as_in_json(texts: Iterable[str]) -> bool:
    return is_as_in_json("".join(texts))


def _can_be_split(texts: Iterable[str]) -> bool:
    return can_be_split("-", ("".join(texts),))


def _getter(keys: Sequence[Any]) -> Callable[[Any], tuple[Any, ...]]:
    """Return a function that gets the items of these keys, as a tuple."""
    if len(keys) > 1:
        return itemgetter(*keys)
    return (lambda held: (held[keys[0]],)) if keys else (lambda _held: ())


def _arguments_of(template: str) -> list[int]:
    """The arguments that a template takes, in order: places in :data:`VALUES`."""
    found = [directive for directive in DIRECTIVES.findall(template) if directive != "%%"]
    return [number % len(VALUES) for number, directive in enumerate(found) if directive == "%s"]
