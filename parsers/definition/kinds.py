"""Every kind of definition."""

from __future__ import annotations

from typing import Any

from parsers.definition.api import API
from parsers.definition.export import EXPORT, MAP
from parsers.definition.loader import Kind
from parsers.definition.log_lines import LOG_LINES
from parsers.definition.preferences import PREFERENCES
from parsers.definition.sqlite import SQLITE
from parsers.definition.state import STATE
from parsers.definition.tamper import TAMPER

#: The kinds that have a folder below ``parsers/definitions``.
KINDS: tuple[Kind[Any], ...] = (API, EXPORT, SQLITE, PREFERENCES, STATE, TAMPER, LOG_LINES)
#: The kinds above, and the kind that users write.
ALL: tuple[Kind[Any], ...] = (*KINDS, MAP)
