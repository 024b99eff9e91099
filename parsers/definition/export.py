"""Definitions of tables of a data export, and users' maps for tables of a legal-process return."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import cache

from parsers.definition.definition import DATA_TYPE, FOOT, HEAD, NAME, VERSION, Definition, definition
from parsers.definition.form import Key, Listed, Made, Section, Text, Values
from parsers.definition.loader import Kind, load, parse
from parsers.definition.record_form import ITEM, RecordForm
from parsers.definition.template import Template

_ALEXAS = re.compile(r"(?<![A-Za-z])(?:alexa|echo)(?![a-z])", re.IGNORECASE)
#: The data type of rows of tables that a user's map describes.
MAPPED_TYPE = "alexa:cloud:export_mapped"


def plain(name: str) -> str:
    """Normalise a column name for comparison: ``Skill Name``, ``SkillName`` and ``skill_name`` are equal."""
    return "".join(letter for letter in name.lower() if letter.isalnum())


@dataclass(frozen=True, slots=True)
class ExportTable:
    """How a table of an export is recognised. Column names are normalised by :func:`plain`.

    Attributes:
        required: the identifying columns; where there are alternative names, any of them. None if its columns
            are unknown, so that it is recognised by its path alone.
        optional: further columns it may have.
        path_words: lower-case words, one of which is in the path; empty if the columns suffice.
        known_by: the same as human-readable text.
    """

    required: tuple[tuple[str, ...], ...]
    optional: tuple[str, ...]
    path_words: tuple[str, ...]
    known_by: str = field(default="", compare=False)

    def fits(self, names: frozenset[str], path: str) -> int:
        """The number of matching columns; 0 if the table does not match.

        Args:
            names: the table's normalised column names.
            path: the file's path.
        """
        if any(names.isdisjoint(choice) for choice in self.required):
            return 0
        if self.path_words and not any(word in path.lower() for word in self.path_words):
            return 0
        if not self.required:
            # Recognised by name alone: only Alexa data, and after all tables recognised by their columns.
            return 1 if _ALEXAS.search(path) else 0
        return len(self.required) + len(names.intersection(self.optional))


ExportDefinition = Definition[ExportTable]


def find(names: frozenset[str], path: str, maps: Sequence[ExportDefinition] = ()) -> ExportDefinition | None:
    """Return the definition that fits a table best, or None.

    Args:
        names: its normalised column names.
        path: the file's path.
        maps: the user's definitions, which take precedence over ours.
    """
    ours = () if names.isdisjoint(_columns()) and not _ALEXAS.search(path) else definitions()
    for known in (maps, ours):
        if known and (best := _best(known, names, path)):
            return best
    return None


@cache
def _columns() -> frozenset[str]:
    """The columns by which our definitions know tables."""
    return frozenset(name for made in definitions() for choice in made.source.required for name in choice)


def _best(known: Sequence[ExportDefinition], names: frozenset[str], path: str) -> ExportDefinition | None:
    best = max(known, key=lambda made: (made.source.fits(names, path), bool(made.source.required)))
    return best if best.source.fits(names, path) else None


def _table(values: Values) -> ExportTable:
    required, words = values[_REQUIRED], values[_PATH_WORDS]
    columns = ", ".join(" or ".join(written.split("|")) for written, _ in required)
    known_by = f"CSV or a sheet of XLSX with the columns {columns}," if columns else "CSV"
    if words:
        known_by += f" whose path {'' if columns else 'names Alexa or Echo and '}holds {' or '.join(words)}"
    return ExportTable(tuple(names for _, names in required), values[_OPTIONAL], words, known_by.removesuffix(","))


def _definition(values: Values) -> ExportDefinition:
    source = values[_EXPORT]
    made = definition(values, source, (source.known_by,))
    form = _with_plain_paths(made.form)
    known = {name for choice in source.required for name in choice} | set(source.optional)
    if (strange := next((path for path in form.paths if path not in known), None)) is not None:
        raise values.place.error(f"{strange!r} is not one of the columns")
    return replace(made, form=form)


def _with_plain_paths(form: RecordForm) -> RecordForm:
    return replace(
        form,
        message=_with_plain_gaps(form.message),
        times=tuple(replace(time, fields=tuple(map(plain, time.fields))) for time in form.times),
        columns={column: plain(name) for column, name in form.columns.items()},
        keys=tuple(map(_with_plain_gaps, form.keys)),
        secret=tuple(map(plain, form.secret)),
    )


def _with_plain_gaps(sentence: Template) -> Template:
    return sentence.with_paths(plain)


def _names(written: str) -> tuple[str, tuple[str, ...]]:
    """Alternative names of a column: as written, and normalised."""
    names = tuple(plain(part) for part in written.split("|"))
    if not all(names):
        raise ValueError(f"{written!r}: names of columns are expected, joined by |")
    return written, names


_REQUIRED = Key(
    "required",
    Listed(Made(Text(), _names, "name of a column, or several joined by `|`")),
    "Columns that the table is known by, in any order; of several names joined by `|` it has any. Left out: it is"
    " known by its path alone, and its rows are given as they are.",
    default=(),
)
_OPTIONAL = Key("optional", Listed(Made(Text(), plain)), "Further columns that it may have.", default=())
_PATH_WORDS = Key(
    "path_words",
    Listed(Made(Text(), str.lower)),
    "Words of which the path holds one, in small or capital letters.",
    default=(),
)
_EXPORT = Key(
    "export",
    Section((_REQUIRED, _OPTIONAL, _PATH_WORDS), _table, some_of=(("required", "path_words"),)),
    "What the table is known by. Names of columns are compared without blanks, signs and capitals: `Skill Name` is"
    " `skill_name`.",
)
_EXPORT_TYPE = Key("data_type", Text(r"alexa:cloud:export_[a-z0-9_]+", "`alexa:cloud:export_...`"), DATA_TYPE.about)

EXPORT = Kind(
    "export",
    "A table of a data export",
    Section((*HEAD, _EXPORT_TYPE, _EXPORT, *ITEM, *FOOT), _definition),
)


def _left_out(key: Key[str], default: str, about: str) -> Key[str]:
    return Key(key.name, key.form, about, default)


#: The form of a user's definition: as ours, but without the need for a name.
MAP = Kind(
    "map",
    "A table of a legal-process return, or any other, that a user describes",
    Section(
        (
            _left_out(NAME, "", "Its name. Left out: its rows are those of the parser that reads the file."),
            _left_out(VERSION, "", "Its version."),
            *HEAD[2:],
            _left_out(_EXPORT_TYPE, MAPPED_TYPE, f"The data type of its rows. Left out: `{MAPPED_TYPE}`."),
            _EXPORT,
            *ITEM,
            *FOOT,
        ),
        _definition,
    ),
)


@cache
def definitions() -> tuple[ExportDefinition, ...]:
    """Every definition of such a table. Raises DefinitionError if one is invalid."""
    return load(EXPORT)


def parse_map(text: str, file: str) -> ExportDefinition:
    """Parse a user's definition.

    Raises:
        DefinitionError: it is invalid.
    """
    return parse(MAP, text, file)
