"""Writes a plaso storage file, for psort, pinfo and Timesketch."""

from __future__ import annotations

from typing import TYPE_CHECKING

from echoforensics.export.about import AboutExport, Written
from echoforensics.plaso_plugin import store

if TYPE_CHECKING:
    from pathlib import Path

    from echoforensics.case.case import Case
    from echoforensics.case.exhibits.row import Query


def export(case: Case, query: Query, path: Path, about: AboutExport) -> Written:
    """Write the requested rows as events.

    Args:
        case: the case.
        query: selects the rows.
        path: the file; it does not exist yet.
        about: the description in the storage file's session.
    """
    stated = "; ".join(f"{name}: {text}" for name, text in about.facts().items())
    return Written(store.write(case, query, path, about.local.key if about.local else "", stated))
