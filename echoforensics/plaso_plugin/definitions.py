"""What plaso needs to know of our data types, from the parsers' own descriptions: formatters, timeliner, preset."""

from __future__ import annotations

import json
from functools import cache
from typing import TYPE_CHECKING

from echoforensics.plaso_plugin.vocabulary import NAME, PRESET, WORD_OF
from parsers.catalogue import catalogue

#: The name of our parser in plaso, and of the preset that asks for it alone.
if TYPE_CHECKING:
    from collections.abc import Iterable

#: Data type of a record whose own data type its parser has not declared: plaso drops what it has no mapping for.
UNDECLARED = "alexa:undeclared"
#: The families of operating systems that plaso knows. Where it recognises one in an image, it reads that system's
#: presets only: ours is one of them for each.
_FAMILIES = ("Linux", "MacOS", "Windows NT", "Windows 9x/Me")
_SOURCES = (
    ("alexa:app:", "Alexa companion app"), ("alexa:web:", "Alexa in a browser"), ("alexa:", "Alexa account"),
    ("recording:", "Voice recording"), ("echo:", "Echo device"),
)  # fmt: skip


@cache
def data_types() -> dict[str, str]:
    """Every data type that a parser declares, with the title of what it is read from; and the one for undeclared."""
    titles: dict[str, set[str]] = {}
    for entry in catalogue():
        for data_type in entry.about.data_types:
            titles.setdefault(data_type, set()).add(entry.about.title)
    titles[UNDECLARED] = {"a parser that has not declared its data type"}
    return {name: _source(name, titles[name]) for name in sorted(titles)}


def formatters() -> str:
    """plaso's formatters: an event's message is the row's."""
    return "# Formatters of echoforensics, made of its parsers' descriptions.\n" + "".join(
        f"---\ntype: basic\ndata_type: {_quoted(name)}\nmessage: '{{message}}'\nshort_message: '{{message}}'\n"
        f"short_source: ALEXA\nsource: {_quoted(title)}\n"
        for name, title in data_types().items()
    )


def timeliner(names: Iterable[str] | None = None) -> str:
    """The mapping of plaso's timeliner: which attribute holds a time of which kind. All data types have them all.

    Args:
        names: data types; default: every one.
    """
    mappings = "".join(f"- {{name: {name}, description: {word}}}\n" for name, word in WORD_OF.items())
    return "".join(
        f"---\ndata_type: {_quoted(name)}\nattribute_mappings:\n{mappings}place_holder_event: true\n"
        for name in (data_types() if names is None else names)
    )


def preset() -> str:
    """The preset."""
    systems = "".join(f"- {{family: {_quoted(family)}}}\n" for family in _FAMILIES)
    return (
        f"---\nname: {PRESET}\ndescription: Amazon Echo devices and Alexa accounts, read by echoforensics.\n"
        f"operating_systems:\n{systems}parsers:\n- {NAME}\n"
    )


def _source(data_type: str, titles: set[str]) -> str:
    family = next((title for prefix, title in _SOURCES if data_type.startswith(prefix)), "Alexa")
    return f"{family}: {titles.pop()}" if len(titles) == 1 else family


def _quoted(text: str) -> str:
    return json.dumps(text)  # JSON's strings are YAML's too
