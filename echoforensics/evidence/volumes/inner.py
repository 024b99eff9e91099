"""Volumes that lie within other volumes."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from echoforensics.evidence.entry import Fault
    from echoforensics.evidence.volumes.volume import Volume


@dataclass(slots=True)
class Found:
    """What was found within some volumes.

    Attributes:
        volumes: the logical volumes.
        holders: prefixes of the volumes that they lie in, which hold no file system of their own.
        faults: what could not be read.
    """

    volumes: list[Volume] = field(default_factory=list)
    holders: set[str] = field(default_factory=set)
    faults: list[Fault] = field(default_factory=list)
