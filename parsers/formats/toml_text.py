"""Read a text in TOML as a value of JSON.

References:
    TOML 1.0.0; the standard library's tomllib.
"""

from __future__ import annotations

import re
import tomllib
from datetime import date, time

#: Longer texts are not read.
MAX_LENGTH = 4 * 1024 * 1024
#: How a text begins: a table, or a key with its value.
_BEGINS = re.compile(
    r"(?:\ufeff?[ \t]*(?:#[^\n]*)?\r?\n)*[ \t]*(?:\[{1,2}[^\[\]\n]{1,200}\]{1,2}[ \t]*(?:#[^\n]*)?\r?$"
    r"|[\w.\"'-]{1,200}[ \t]*=[ \t]*[\"'\d\[{tfin+-])",
    re.MULTILINE,
)


def toml_value(text: str) -> dict[str, object] | None:
    """Return what a text in TOML holds, with dates as ISO 8601; None if it is none, or too long.

    Args:
        text: the whole text.
    """
    if len(text) > MAX_LENGTH or _BEGINS.match(text) is None:
        return None
    try:
        return {key: _plain(value) for key, value in tomllib.loads(text.removeprefix("\ufeff")).items()}
    except (ValueError, RecursionError):
        return None


def _plain(value: object) -> object:
    if isinstance(value, dict):
        return {key: _plain(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [_plain(inner) for inner in value]
    return value.isoformat() if isinstance(value, (date, time)) else value
