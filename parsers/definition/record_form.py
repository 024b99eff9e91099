"""The part of a definition that describes the record of an item, whatever the file type."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime

from parsers.definition import template
from parsers.definition.form import SENTENCE, Choice, Key, Listed, Made, Named, Section, Text, Values
from parsers.definition.template import Template
from parsers.definition.vocabulary import COLUMNS, TIME_WORDS, UNITS
from parsers.record import Clock


@dataclass(frozen=True, slots=True)
class TimeColumn:
    """One time of an item.

    Attributes:
        fields: paths of its values; more than one only if the unit is ``local``.
        unit: one of :data:`~parsers.definition.vocabulary.UNITS`; empty if ``format`` gives the form.
        clock: whose clock made it.
        description: one of :data:`~parsers.definition.vocabulary.TIME_WORDS`.
        note: one sentence on how it is read and what it does not mean.
        format: its format, for ``strptime``.
        utc: whether it is in UTC without saying so.
    """

    fields: tuple[str, ...]
    unit: str
    clock: Clock
    description: str
    note: str
    format: str = ""
    utc: bool = False


@dataclass(frozen=True, slots=True)
class RecordForm:
    """The form of an item's record.

    Attributes:
        data_type: the record's data type.
        message: its sentence.
        times: the times of the item.
        columns: paths of the values that fill columns of the record, by column name.
        keys: keys that other records may share.
        secret: paths of values that must not appear in messages or keys.
    """

    data_type: str
    message: Template
    times: tuple[TimeColumn, ...] = ()
    columns: Mapping[str, str] = field(default_factory=dict)
    keys: tuple[Template, ...] = ()
    secret: tuple[str, ...] = ()

    @property
    def paths(self) -> tuple[str, ...]:
        """The paths of all values that the form uses."""
        in_sentences = (path for sentence in (self.message, *self.keys) for path in sentence.paths)
        return (*in_sentences, *self.columns.values(), *(path for time in self.times for path in time.fields))


def _time(values: Values) -> TimeColumn:
    unit, form, zone = values[UNIT], values[FORMAT], values[ZONE]
    fields = values[FIELDS] or (values[FIELD],)
    if len(fields) > 1 and unit != "local":
        raise values.place.key("fields").error("several values make one time only where the unit is local")
    if zone and unit not in ("", "iso", "excel"):
        raise values.place.key("zone").error(f"a time in the unit {unit} takes none")
    return TimeColumn(fields, unit, Clock(values[CLOCK]), values[DESCRIPTION], values[NOTE], form, zone == "UTC")


def _format(text: str) -> str:
    try:
        datetime.strptime(_SOME_TIME.strftime(text), text)
    except (ValueError, re.error) as error:
        raise ValueError(f"{text!r} is not a valid strptime format: {error}") from error
    return text


_SOME_TIME = datetime(2024, 2, 3, 4, 5, 6, tzinfo=UTC)
#: The path of a value of an item.
PATH = Text(template.PATH, "the path of a value")

FIELD = Key("field", PATH, "The value that is the time.", default="")
FIELDS = Key(
    "fields",
    Listed(PATH),
    "In place of `field`: values that make one time together, such as a date and a time of day (unit `local`).",
    default=(),
)
UNIT = Key("unit", Choice(tuple(UNITS)), "The unit in which the time is recorded.", default="")
FORMAT = Key(
    "format",
    Made(Text(), _format, "form of a date and time"),
    "In place of `unit`: how the time is written, as Python's `strptime` takes it: `%m/%d/%Y %H:%M:%S`.",
    default="",
)
ZONE = Key(
    "zone",
    Choice(("UTC", "unknown")),
    "The zone of a time that names none, where the unit is `iso` or `excel` or a `format` is given. A time whose zone"
    " is unknown is not placed on the timeline.",
    default="",
)
CLOCK = Key("clock", Choice(tuple(Clock)), "Whose clock made the time.")
DESCRIPTION = Key("description", Choice(TIME_WORDS), "What it is the time of, in plaso's words.")
NOTE = Key("note", Text(), "One sentence: what it is the time of, and what it does not mean.")
TIME = Section(
    (FIELD, FIELDS, UNIT, FORMAT, ZONE, CLOCK, DESCRIPTION, NOTE),
    _time,
    one_of=(("field", "fields"), ("unit", "format")),
)

MESSAGE = Key(
    "message",
    SENTENCE,
    'The sentence for the timeline. In it `{path}` is a value, `{"path"}` a value in quotation marks, and'
    " `{path|words}` says the words where there is no value (`not given` where it has no words).",
)
TIMES = Key("times", Listed(TIME), "The times of an item. Each gives a row.", default=())
RECORD_COLUMNS = Key("columns", Named(PATH, COLUMNS), "Values that fill columns of the record.", default={})
KEYS = Key(
    "keys",
    Listed(SENTENCE),
    "Names that other records may share, as `kind:{path}`. One whose value is absent is not made.",
    default=(),
)
SECRET = Key("secret", Listed(PATH), "Values, such as passwords, that no message and no key shows.", default=())
#: The keys that describe a record.
ITEM = (TIMES, RECORD_COLUMNS, KEYS, SECRET, MESSAGE)


def record_form(values: Values, data_type: str, message: Template) -> RecordForm:
    """Read the keys of :data:`ITEM`, with a message. Raises DefinitionError if a secret would be shown."""
    made = RecordForm(
        data_type=data_type,
        message=message,
        times=values[TIMES],
        columns=values[RECORD_COLUMNS],
        keys=values[KEYS],
        secret=values[SECRET],
    )
    for sentence in (made.message, *made.keys):
        if shown := next((path for path in sentence.paths if path.removeprefix("../") in made.secret), None):
            raise values.place.key("secret").error(f"{shown!r} is secret and would be shown")
    return made
