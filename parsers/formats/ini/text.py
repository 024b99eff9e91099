"""INI text: values in ``name=value`` lines, each with its section and line."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from parsers.locator import at_line
from parsers.record import Issue
from parsers.small_file import EXCERPT, numbered


class Setting(NamedTuple):
    """One value: its section (empty before the first), its name, and its line number."""

    section: str
    name: str
    value: str
    line: int


def settings(content: bytes) -> Iterator[Setting | Issue]:
    """The values of a text, and an issue for each line that is not a section, value or comment.

    The excerpt of an issue ends where a value might begin, as it may be secret.
    """
    section = ""
    for number, line in numbered(content):
        text = line.strip()
        if text.startswith(("#", ";")):
            continue
        if text.startswith("[") and text.endswith("]"):
            section = text[1:-1].strip()
            continue
        name, equals, value = text.partition("=")
        if equals:
            yield Setting(section, name.strip(), value.strip(), number)
        else:
            what = "The line is neither a section nor a value."
            yield Issue(what, at_line(number), text.split(":")[0].encode()[: EXCERPT // 4])


def sections(found: list[Setting]) -> dict[str, dict[str, Setting]]:
    """Values by section and name. Of equal names the last counts."""
    made: dict[str, dict[str, Setting]] = {}
    for setting in found:
        made.setdefault(setting.section, {})[setting.name] = setting
    return made
