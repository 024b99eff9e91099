"""What a bundle says about itself in ``about.json``, and reading it back."""

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
    """What the file holds: what its graph says about itself, the evidence items that it names, and more."""
    evidence = [
        {"kind": item.kind, "location": str(item.location), "name": item.name, "sha256": item.sha256} for item in items
    ]
    return {**json.loads(about.as_json()), **more, "evidence": evidence}


def read_stated(content: bytes) -> tuple[AboutExport, list[EvidenceItem]]:
    """What the graph of a bundle says about itself, and the evidence items that it names.

    Raises:
        ValueError, KeyError, TypeError: the file does not hold that.
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
