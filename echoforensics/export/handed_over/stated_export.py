"""Writes and reads a bundle's description of itself, ``about.json``."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from echoforensics.case.evidence_table import EvidenceItem, EvidenceState, Opening
from echoforensics.export.about import AboutExport

if TYPE_CHECKING:
    from collections.abc import Mapping


def stated(about: AboutExport, items: list[EvidenceItem], more: Mapping[str, Any]) -> dict[str, Any]:
    """Return the file's content: the description of the graph, its evidence items, and more."""
    evidence = [
        {"kind": item.kind, "location": str(item.location), "name": item.name, "sha256": item.sha256} for item in items
    ]
    return {**json.loads(about.as_json()), **more, "evidence": evidence}


def read_stated(content: bytes) -> tuple[AboutExport, list[EvidenceItem]]:
    """Read the description of a bundle's graph, and its evidence items.

    Raises:
        ValueError, KeyError, TypeError: the file has another content.
    """
    found = json.loads(content)
    about = AboutExport(
        case=found["case"],
        reference=found["reference"],
        examiner=found["examiner"],
        agency=found["agency"],
        made_at=datetime.fromisoformat(found["made_at"]),
        program=found["program"],
        local=None,
        filters=found["filters"],
    )
    return about, [_item(number, each) for number, each in enumerate(found["evidence"], 1)]


def _item(number: int, found: Mapping[str, Any]) -> EvidenceItem:
    location = Path(found["location"])
    return EvidenceItem(
        number,
        found["name"],
        location,
        found["kind"],
        0,
        found["sha256"],
        {},
        (),
        Opening(),
        EvidenceState.HASHED_AGAIN,
    )
