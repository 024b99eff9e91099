"""The table of our parsers: what each states of itself, one line of JSON each.

``python -m parsers.registration.write`` writes it; ``make docs`` runs that. A parser that is not in it is imported at
every start, and works as well.
"""

from __future__ import annotations

import json
from importlib.resources import files
from typing import TYPE_CHECKING

from parsers.parser import Parser
from parsers.registration.later import LaterParser, place_of, stated_by

if TYPE_CHECKING:
    from collections.abc import Iterable

#: The file, below this package.
FILE = "data/parsers.jsonl"
_PLACE = "class"
#: What is stated as bytes; JSON has them as text, a character for a byte.
_BYTES = ("needs", "needs_beginning")
_CODING = "latin-1"
_DEFAULTS = {name: value for name, value in vars(Parser).items() if name in Parser.__annotations__}


def listed() -> list[LaterParser]:
    """Return the parsers of the table."""
    return list(map(_read, _text().splitlines()))


def table(parsers: Iterable[type[Parser]]) -> str:
    """Return the text of the table of some parsers, sorted by name."""
    return "".join(_line(parser) + "\n" for parser in sorted(parsers, key=lambda parser: parser.name))


def _text() -> str:
    return files(__package__).joinpath(FILE).read_text(encoding="utf-8")


def _line(parser: type[Parser]) -> str:
    stated = {
        name: [each.decode(_CODING) for each in value] if name in _BYTES and isinstance(value, tuple) else value
        for name, value in stated_by(parser).items()
        if value != getattr(Parser, name, None)
    }
    return json.dumps({_PLACE: place_of(parser), **stated})


def _read(line: str) -> LaterParser:
    row = json.loads(line)
    place = row.pop(_PLACE)
    for name, value in row.items():
        if isinstance(value, list):
            row[name] = tuple(each.encode(_CODING) if name in _BYTES else each for each in value)
    return LaterParser(place, _DEFAULTS | row)
