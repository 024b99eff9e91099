"""Volumes that are within other volumes."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from echoforensics.evidence.entry import EvidenceIssue
    from echoforensics.evidence.volume import Volume


@dataclass(slots=True)
class FoundVolume:
    """What was found within some volumes.

    Attributes:
        volumes: the logical volumes.
        holders: prefixes of the volumes that they are in, which hold no file system of their own.
        issues: what could not be read.
    """

    volumes: list[Volume] = field(default_factory=list)
    holders: set[str] = field(default_factory=set)
    issues: list[EvidenceIssue] = field(default_factory=list)
