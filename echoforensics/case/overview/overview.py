"""An overview of a case: evidence, devices, accounts, data types, period, clocks, gaps, issues."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Any

from echoforensics.case import counts
from echoforensics.case.clocks.clock_answers import readings_of_case
from echoforensics.case.clocks.zone_proposals import proposed_zones
from echoforensics.case.evidence_table import evidence_items
from echoforensics.case.interactions.interaction_query import count_interactions
from echoforensics.case.overview import leftovers
from echoforensics.case.recording_query import recordings
from echoforensics.case.spoken.gap_query import gaps

if TYPE_CHECKING:
    from echoforensics.case.counts import Account, CaseCounts, Counts, DataType, Device, NamedPerson, Period
    from echoforensics.case.evidence_table import EvidenceItem
    from echoforensics.case.overview.leftovers import IssueGroup, UnreadFile
    from echoforensics.case.recording_query import FoundRecording
    from echoforensics.case.store import Store

#: Maximum number of unread files to list; all are counted.
LISTED = 1000


@dataclass(frozen=True, slots=True)
class Overview:
    """What is in a case.

    Attributes:
        case: name of the case folder.
        about: the details given for the case: examiner, agency, reference, timezone, tool; missing ones are left
            out.
        unverified: why the case is unverified; empty if its seal was checked.
        counts: counts for the whole case.
        evidence: each item, with its counts.
        devices, accounts, persons: named by rows.
        data_types: each, with its records and rows.
        period: counts of rows by what is known about their times.
        clocks: one sentence for each clock and period.
        zones: time zones that settings in the evidence name.
        gaps: number of gaps by kind; None if the case's version has none.
        interactions: number of interactions; None likewise.
        issues: issues grouped by kind.
        unread: number of files that no parser read, and their total size in bytes.
        unread_files: the first :data:`LISTED` of them.
        recordings: the first :data:`LISTED` distinct recordings; ``counts.recordings`` is their number.
    """

    case: str
    about: dict[str, str]
    unverified: str
    counts: CaseCounts
    evidence: list[tuple[EvidenceItem, Counts]]
    devices: list[Device]
    accounts: list[Account]
    persons: list[NamedPerson]
    data_types: list[DataType]
    period: Period
    clocks: list[str]
    zones: list[str]
    gaps: dict[str, int] | None
    interactions: int | None
    issues: list[IssueGroup]
    unread: tuple[int, int]
    unread_files: list[UnreadFile]
    recordings: list[FoundRecording]

    def as_json(self) -> dict[str, Any]:
        """The overview as JSON values."""
        return {
            "case": self.case,
            **self.about,
            "unverified": self.unverified,
            "counts": self.counts._asdict(),
            "evidence": [
                {
                    "name": item.name, "kind": item.kind, "location": str(item.location), "size": item.size,
                    "sha256": item.sha256, "hashes": dict(item.hashes), "described": list(item.described),
                    **found._asdict(),
                }
                for item, found in self.evidence
            ],
            "devices": [{**device._asdict(), "names": list(device.names)} for device in self.devices],
            "accounts": [account._asdict() for account in self.accounts],
            "persons": [person._asdict() for person in self.persons],
            "data_types": [kind._asdict() for kind in self.data_types],
            "period": self.period._asdict(),
            "clocks": self.clocks,
            "zones": self.zones,
            "gaps": self.gaps,
            "interactions": self.interactions,
            "issues": [group._asdict() for group in self.issues],
            "unread": {"files": self.unread[0], "bytes": self.unread[1], "listed": len(self.unread_files)},
            "unread_files": [file._asdict() for file in self.unread_files],
            "recordings": [
                {
                    "sha256": one.sha256, "exhibit": one.rows[0]["exhibit"], "datetime": one.rows[0]["datetime"],
                    "message": one.rows[0]["message"], "state": one.rows[0]["state"], "places": list(one.references),
                    "texts": [{"exhibit": exhibit, "text": text} for exhibit, text in one.texts],
                }
                for one in self.recordings
            ],
        }  # fmt: skip


def overview(name: str, unverified: str, store: Store) -> Overview:
    """Collect the overview of a case with this name; ``unverified`` says why it is unverified, or is empty."""
    info = store.info()
    of_gaps: Counter[str] = Counter() if store.lacks_interactions else Counter(gap.data_type for gap in gaps(store))
    return Overview(
        case=name,
        about={name: info[name] for name in ("reference", "examiner", "agency", "timezone", "tool") if info.get(name)},
        unverified=unverified,
        counts=counts.counts_of_case(store),
        evidence=[(item, counts.counts_of_item(store, item.id)) for item in evidence_items(store)],
        devices=counts.devices(store),
        accounts=counts.accounts(store),
        persons=counts.persons(store),
        data_types=counts.data_types(store),
        period=counts.period(store),
        clocks=[reading.sentence for reading in readings_of_case(store)],
        zones=list(dict.fromkeys(zone.zone for zone in proposed_zones(store))),
        gaps=None if store.lacks_interactions else dict(sorted(of_gaps.items())),
        interactions=None if store.lacks_interactions else count_interactions(store),
        issues=leftovers.issue_groups(store),
        unread=leftovers.count_unread_files(store),
        unread_files=list(islice(leftovers.unread_files(store), LISTED)),
        recordings=list(islice(recordings(store), LISTED)),
    )
