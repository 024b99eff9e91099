"""Every supported kind of table."""

from __future__ import annotations

from functools import cache

from parsers.databases.avs_alerts import AvsAlerts
from parsers.databases.avs_misc import AvsMisc
from parsers.databases.data_store import DataStore
from parsers.databases.declared_table import DeclaredTable
from parsers.databases.headless_alarms import HeadlessAlarms
from parsers.databases.map_store import MapStore
from parsers.databases.other_table import OtherTable
from parsers.databases.table_kind import TableKind
from parsers.databases.url_cache import UrlCache
from parsers.databases.web_visits import browsers
from parsers.databases.webkit_storage import WebKitStorage
from parsers.definition.sqlite import definitions


@cache
def kinds() -> tuple[TableKind, ...]:
    """Every kind, sorted by name; the kind for unknown tables comes last."""
    declared = map(DeclaredTable, definitions())
    coded = (
        AvsAlerts(),
        AvsMisc(),
        DataStore(),
        HeadlessAlarms(),
        MapStore(),
        UrlCache(),
        WebKitStorage(),
        *browsers(),
    )
    known = sorted((*declared, *coded), key=lambda kind: kind.name)
    return (*known, OtherTable())
