"""What the pages' scripts say, so that each sentence can be given in another language."""

from __future__ import annotations

import re
from functools import cache
from importlib.resources import files

_CALL = re.compile(r'\bword\(\s*"((?:[^"\\]|\\.)*)"')


@cache
def words_of_scripts() -> tuple[str, ...]:
    """Every sentence that the pages' scripts say, in English; their values are ``{0}``, ``{1}``."""
    scripts = (files("echoforensics.report") / "assets" / "app").iterdir()
    found = {match[1] for script in scripts for match in _CALL.finditer(script.read_text("utf-8"))}
    return tuple(sorted(word.replace('\\"', '"').replace("\\\\", "\\") for word in found))
