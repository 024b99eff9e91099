"""Records that are in several evidence items. A filter by item finds them under each."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from echoforensics.case.store import Store


def items_of_copies(store: Store) -> dict[str, tuple[str, ...]]:
    """Map each record that is in several evidence items, by id, to the names of these items, in order."""
    found: dict[str, set[str]] = defaultdict(set)
    for record, name in store.db.execute(
        "SELECT DISTINCT 'REC-' || lower(hex(r.id)), v.name FROM places p JOIN entries e ON e.id = p.entry_id"
        " JOIN evidence v ON v.id = e.evidence_id JOIN records r ON r.number = p.record"
        " WHERE p.record IN (SELECT record FROM exhibits WHERE places > 1)"
    ):
        found[record].add(name)
    for record, name in store.db.execute(
        "SELECT DISTINCT w.record, v.name FROM row_details w JOIN entries e ON e.sha256 = w.sha256 AND e.artefact"
        " JOIN evidence v ON v.id = e.evidence_id WHERE w.data_type LIKE 'recording:%' AND w.places > 1"
    ):
        found[record].add(name)
    return {record: tuple(sorted(names)) for record, names in found.items() if len(names) > 1}
