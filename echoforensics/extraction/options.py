"""What the investigator asked for."""

from __future__ import annotations

import getpass
import os
from collections.abc import Callable
from dataclasses import dataclass

from chain_of_custody.digest import DEFAULT_ALGORITHMS
from chain_of_custody.signer import Signer
from echoforensics.evidence.folder_listing import SECOND, WITH_METADATA

#: Called with what is being done, how far it is, and of how much (0: unknown).
Report = Callable[[str, int, int], None]
#: Gives the examiner's key; called once every source has been opened.
KeyGiver = Callable[[], Signer]


@dataclass(frozen=True, slots=True)
class Options:
    """Options of an extraction.

    Attributes:
        examiner, agency, reference: as given; they go into the ledger and the report.
        timezone: IANA name of the zone the case is to be read in beside UTC; empty for UTC alone.
        algorithms: hash algorithms for sources; SHA-256 is always among them.
        argv: the command line, for the ledger.
        carve: whether images are searched for recordings and records by their own bytes.
        offsets: byte offsets of an image's media at which volumes begin, given by hand.
        cross_check: whether every file system is walked again with a second reader.
        skip_unreadable: whether a source that cannot be read is noted and skipped, and the others are read.
        folder_metadata: whether the hash of a folder is also of permission bits and modification times.
        join_case: whether the evidence goes into a case with another examiner, agency or reference.
        maps: definitions of tables that the investigator wrote: file name and text of each.
        workers: how many processes may work at once, beside the one that writes the case; 1: none beside it. 0: as many
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
        """The algorithms sources are hashed with."""
        return tuple(dict.fromkeys((*self.algorithms, "sha256")))

    @property
    def listing(self) -> str:
        """The form of the listing of a folder that is hashed."""
        return WITH_METADATA if self.folder_metadata else SECOND

    @property
    def worker_count(self) -> int:
        """How many processes may work at once: 1 where the system cannot fork, and so not share what is loaded."""
        if not hasattr(os, "fork"):
            return 1
        if self.workers:
            return self.workers
        # Not every system that forks says which processors a process may use.
        return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1

    @property
    def actor(self) -> str:
        """Who acts, as the ledger names them: the examiner, else the account the command runs under."""
        if self.examiner.strip():
            return self.examiner
        try:
            return f"examiner not named; account {getpass.getuser()}"
        except (KeyError, OSError):
            return "examiner not named"
