"""The keys common to all kinds of definitions, and the parsed definition."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Generic, TypeVar

from parsers.definition.form import Key, Listed, Text, Values
from parsers.definition.record_form import MESSAGE, RecordForm, record_form
from parsers.parser import About

S = TypeVar("S")

_WORDS = r"[a-z][a-z0-9]*(_[a-z0-9]+)*"
_TEXTS = Listed(Text())

NAME = Key(
    "name",
    Text(_WORDS, "lower-case words joined by `_`"),
    "Its name, unique among all that can be read. It is the `parser` of its rows.",
)
VERSION = Key("version", Text(), "In quotation marks. Raised whenever the records of the same bytes change.")
TITLE = Key("title", Text(), "The artefact, in a few words.")
DATA_TYPE = Key(
    "data_type",
    Text(r"(echo|alexa:cloud|alexa:app|alexa:web|recording)(:[a-z][a-z0-9_]*)+", "such as `alexa:cloud:device`"),
    "The data type of its rows.",
)
SHOWS = Key("shows", Text(), "What the artefact shows, in plain words.")
DOES_NOT_SHOW = Key("does_not_show", Text(), "What it must not be taken for.")
VALIDATED_ON = Key(
    "validated_on",
    _TEXTS,
    "Devices, apps and versions whose real files were read, with their source. Left out: made files only.",
    default=(),
)
LIMITS = Key("limits", _TEXTS, "Known limits.", default=())
REFERENCES = Key("references", _TEXTS, "Where the knowledge of the format comes from.", default=())

#: The first and last keys of a definition.
HEAD = (NAME, VERSION, TITLE)
FOOT = (SHOWS, DOES_NOT_SHOW, VALIDATED_ON, LIMITS, REFERENCES)


@dataclass(frozen=True, slots=True)
class Definition(Generic[S]):
    """A validated definition.

    Attributes:
        name, version: those of its rows; empty if the definition gives none.
        about: the human-readable description.
        source: the section of its kind: how its items are recognised, and where they are.
        form: the form of an item's record.
    """

    name: str
    version: str
    about: About
    source: S
    form: RecordForm


def about(values: Values, data_types: Iterable[str], known_by: Iterable[str], limits: tuple[str, ...] = ()) -> About:
    """Build the human-readable description of a definition.

    Args:
        values: the definition's keys.
        data_types: the data types of its rows.
        known_by: how its items are recognised, one way per line.
        limits: limits in addition to those in the definition.
    """
    return About(
        title=values[TITLE],
        data_types=tuple(dict.fromkeys(data_types)),
        known_by=tuple(known_by),
        shows=values[SHOWS],
        does_not_show=values[DOES_NOT_SHOW],
        validated_on=values[VALIDATED_ON],
        limits=(*values[LIMITS], *limits),
        references=values[REFERENCES],
    )


def definition(values: Values, source: S, known_by: Iterable[str], kept: str = "in the fields") -> Definition[S]:
    """Build a definition whose items all have one form.

    Args:
        values: its keys: :data:`HEAD`, ``data_type``, the keys of a record's form, :data:`FOOT`.
        source: its kind's section.
        known_by: how its items are recognised, one way per line.
        kept: how secret values are kept.
    """
    form = record_form(values, values[DATA_TYPE], values[MESSAGE])
    secret = f"Kept {kept} and never shown in a message: {', '.join(form.secret)}."
    description = about(values, (form.data_type,), known_by, (secret,) if form.secret else ())
    return Definition(values[NAME], values[VERSION], description, source, form)
