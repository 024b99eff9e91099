"""Options of an extraction."""

from __future__ import annotations

import getpass
import os
from collections.abc import Callable
from dataclasses import dataclass

from chain_of_custody.digest import DEFAULT_ALGORITHMS
from chain_of_custody.signer import Signer
from echoforensics.evidence.folder_listing import SECOND, WITH_METADATA

#: Progress callback: the current action, its progress, and the total (0: unknown).
Report = Callable[[str, int, int], None]
#: Returns the examiner's key; called once every source has been opened.
KeyGiver = Callable[[], Signer]


@dataclass(frozen=True, slots=True)
class Options:
    """Options of an extraction.

    Attributes:
        examiner, agency, reference: as given; recorded in the ledger and shown in the report.
        timezone: IANA name of the zone in which the case is shown beside UTC; empty for UTC alone.
        algorithms: hash algorithms for sources; SHA-256 is always among them.
        argv: the command line, for the ledger.
        carve: whether to search images for recordings and records by their own bytes.
        offsets: byte offsets of an image's media at which volumes begin, given by hand.
        cross_check: whether to read every file system again with a second reader.
        skip_unreadable: whether to record and skip a source that cannot be read, and read the others.
        folder_metadata: whether the hash of a folder includes permission bits and modification times.
        join_case: whether to allow evidence for a case with another examiner, agency or reference.
        maps: table definitions that the investigator wrote: file name and text of each.
        workers: number of processes beside the one that writes the case; 1: none beside it; 0: as many
            as there are processors that this process may use.
    """

    examiner: str = ""
    agency: str = ""
    reference: str = ""
    timezone: str = ""
    algorithms: tuple[str, ...] = DEFAULT_ALGORITHMS
    argv: tuple[str, ...] = ()
    maps: tuple[tuple[str, str], ...] = ()
    carve: bool = True
    offsets: tuple[int, ...] = ()
    cross_check: bool = False
    skip_unreadable: bool = False
    join_case: bool = False
    folder_metadata: bool = False
    workers: int = 0

    @property
    def source_algorithms(self) -> tuple[str, ...]:
        """The hash algorithms for sources."""
        return tuple(dict.fromkeys((*self.algorithms, "sha256")))

    @property
    def listing(self) -> str:
        """The format of the listing that is hashed for a folder."""
        return WITH_METADATA if self.folder_metadata else SECOND

    @property
    def worker_count(self) -> int:
        """Number of processes: 1 if the system cannot fork, and so cannot share loaded modules."""
        if not hasattr(os, "fork"):
            return 1
        if self.workers:
            return self.workers
        # Not every system with fork can tell which processors a process may use.
        return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1

    @property
    def actor(self) -> str:
        """The person for the ledger: the examiner, else the account that runs the command."""
        if self.examiner.strip():
            return self.examiner
        try:
            return f"examiner not named; account {getpass.getuser()}"
        except (KeyError, OSError):
            return "examiner not named"
