"""Forms found before: a record like an earlier one gets the same form without being split again.

A record is like an earlier one if its fields have the same names and types, its values agree in the same places, and
its message is that of the form, with each value in it as often as before. Splitting it would give the same form: what
is remembered changes only how long it takes.
"""

from __future__ import annotations

from operator import itemgetter
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
    as_json,
    can_be_split,
    is_as_in_json,
    is_value,
    json_text,
    literals,
    split,
    without_nulls,
    written_field,
)  # fmt: skip

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from echoforensics.case.record_forms.record_form import Columns, Form, SharedForm

#: Maximum number of forms to remember for fields of the same names, and of different lists of names.
_FORMS, _NAMES = 4, 1000
_known: dict[tuple[str, ...], list[_KnownForm]] = {}


def form_of(
    message: str, shared: Sequence[str | None], fields: Mapping[str, Any]
) -> tuple[Form, Columns, tuple[str, ...]]:
    """Return the form of a record, the columns of its values, and these: what :func:`.record_form.split` returns."""
    names = tuple(fields)
    remembered = _known.get(names, ())
    for known in remembered:
        found = known.values(message, shared, fields)
        if found is not None:
            return known.form, known.columns, found
    form, whole = split(message, shared, fields)
    columns, values = without_nulls(whole)
    if fields and form.message is not None and "" not in shared:
        known = _KnownForm(form, columns, message, shared, fields)
        if known.values(message, shared, fields) == values:
            if len(_known) >= _NAMES:
                _known.clear()
            _known[names] = [known, *remembered][:_FORMS]
    return (*form,), columns, values


class _KnownForm:
    """A form, and where the values of its records are among their shared columns and fields.

    Attributes:
        form: the form.
        columns: the columns in which its records have values.
    """

    def __init__(
        self, form: SharedForm, columns: Columns, message: str, shared: Sequence[str | None], fields: Mapping[str, Any]
    ) -> None:
        self.form: Form = (*form,)
        self.columns = columns
        names = sorted(fields)
        self._fields = _getter(names)
        written = [(name, *written_field(fields[name])) for name in names]
        first = len(SHARED)
        listed = (*shared, *self._fields(fields))
        self._types = tuple(map(type, listed))
        given = [number for number in range(first) if shared[number]]
        self._is_given = bool(given)
        constants = [
            number for number, (name, _, kind) in enumerate(written, first) if kind == LITERAL or name == PROVENANCE
        ]
        self._constant = _getter(constants)
        self._constants = self._constant(listed)
        self._json = [number for number, (_, _, kind) in enumerate(written, first) if kind == JSON]
        # A text that has to be escaped may have none of that in another record.
        self._is_whole = not any(self._types[number] is str for number in self._json)
        self._texts = _getter([number for number, (_, _, kind) in enumerate(written, first) if kind == TEXT])
        self._repeated = _getter(
            given + [number for number, (_, _, kind) in enumerate(written, first) if kind in (TEXT, INTEGER)]
        )
        self._compared = _getter(
            given + [number for number, (_, _, kind) in enumerate(written, first) if kind != LITERAL]
        )
        everything = [*shared, *[text for _, text, _ in written]]
        compared = self._compared(everything)
        self._distinct = len(set(compared))
        equal = [number for number, text in enumerate(compared) if compared.index(text) < number]
        self._equal = _getter(equal)
        self._before = _getter([compared.index(compared[number]) for number in equal])
        self._counts = [message.count(text) for text in self._repeated(everything)]
        self._take_places(form, written)

    def values(self, message: str, shared: Sequence[str | None], fields: Mapping[str, Any]) -> tuple[str, ...] | None:
        """The values of a record; None if it may have another form."""
        listed = (*shared, *self._fields(fields))
        if tuple(map(type, listed)) != self._types or not self._is_whole:
            return None
        everything = [*map(str, listed)]
        for number in self._json:
            everything[number] = json_text(listed[number])
        compared = self._compared(everything)
        # In the order of what they cost.
        if (
            "" in compared
            or self._constant(listed) != self._constants
            or len(set(compared)) != self._distinct
            or self._equal(compared) != self._before(compared)
            or [*map(message.count, self._repeated(everything))] != self._counts
            or not is_as_in_json("".join(self._texts(everything)))
            or (self._is_given and not can_be_split("-", shared))
        ):
            return None
        if self._packed:
            everything.append(self._packed[0] % self._packed[1](everything))
        if not (
            self._reads(message, everything)
            if self._numbers
            else message == self._format % self._in_message(everything)
        ):
            return None
        return self._held(everything)

    def _reads(self, message: str, everything: list[str]) -> bool:
        """Whether a message is made of the form. The numbers that are in no field are added to the values."""
        place = 0
        for literal, source in self._read:
            if not message.startswith(literal, place):
                return False
            place += len(literal)
            if source is None:
                found = NUMBER.match(message, place)
                if found is None:
                    return False
                text = found[0]
                everything.append(text)
            else:
                text = everything[source]
                if not message.startswith(text, place):
                    return False
            place += len(text)
        return message[place:] == self._end

    def _take_places(self, form: SharedForm, written: Sequence[tuple[str, str, int]]) -> None:
        """Find where each value of the templates comes from: a number in the list of columns, fields and others."""
        first, others = len(SHARED), len(SHARED) + len(written)
        held = [first + number for number, (name, _, kind) in enumerate(written) if is_value(name, kind)]
        sources: dict[int, int] = {number: number for number in range(first)}
        arguments = _arguments_of(form.fields or "")
        self._packed: tuple[str, Callable[[Any], tuple[Any, ...]]] | None = None
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
        self._end = texts[-1]
        self._format = "%s".join(text.replace("%", "%%") for text in texts)
        self._in_message = _getter([source for _, source in self._read if source is not None])
        self._held = _getter([sources[column] for column in self.columns if column in sources])

    def _pack(self, packed: Sequence[tuple[str, str, int]], first: int) -> None:
        """Note how the last value is made of several fields."""
        template, held = [], []
        for number, (name, text, kind) in enumerate(packed, len(SHARED) + first):
            if is_value(name, kind):
                template.append(as_json(name, "\0", kind).replace("%", "%%").replace("\0", "%s"))
                held.append(number)
            else:
                template.append(as_json(name, text, kind).replace("%", "%%"))
        self._packed = ", ".join(template), _getter(held)


def _getter(keys: Sequence[Any]) -> Callable[[Any], tuple[Any, ...]]:
    """Return a function that gets the items of these keys, as a tuple."""
    if len(keys) > 1:
        return itemgetter(*keys)
    return (lambda held: (held[keys[0]],)) if keys else (lambda _held: ())


def _arguments_of(template: str) -> list[int]:
    """The arguments that a template takes, in order: places in :data:`VALUES`."""
    found = [directive for directive in DIRECTIVES.findall(template) if directive != "%%"]
    return [number % len(VALUES) for number, directive in enumerate(found) if directive == "%s"]
