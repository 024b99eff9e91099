"""Extracts the texts in the pages' scripts, so that they can be translated."""

from __future__ import annotations

import re
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from importlib.resources.abc import Traversable

_CALL = re.compile(r'\bword\(\s*"((?:[^"\\]|\\.)*)"')


@cache
def words_of_scripts() -> tuple[str, ...]:
    """Return every text in the scripts of the report's pages."""
    return words_in(files("echoforensics.report") / "assets" / "app")


def words_in(*folders: Traversable) -> tuple[str, ...]:
    """Return every English text in the scripts of these folders; placeholders are ``{0}``, ``{1}``."""
    scripts = [each for folder in folders for each in folder.iterdir() if each.name.endswith(".js")]
    found = {match[1] for script in scripts for match in _CALL.finditer(script.read_text("utf-8"))}
    return tuple(sorted(word.replace('\\"', '"').replace("\\\\", "\\") for word in found))
