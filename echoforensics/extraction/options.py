"""What the investigator asked for."""

from __future__ import annotations

import getpass
from dataclasses import dataclass

from chain_of_custody.digest import DEFAULT_ALGORITHMS


@dataclass(frozen=True, slots=True)
class Options:
    """Options of an extraction.

    Attributes:
        examiner, agency, reference: as given; they go into the ledger and the report.
        timezone: IANA name of the zone the case is to be read in beside UTC; empty for UTC alone.
        algorithms: hash algorithms for sources; SHA-256 is always among them.
        argv: the command line, for the ledger.
        maps: definitions of tables that the investigator wrote: file name and text of each.
    """

    examiner: str = ""
    agency: str = ""
    reference: str = ""
    timezone: str = ""
    algorithms: tuple[str, ...] = DEFAULT_ALGORITHMS
    argv: tuple[str, ...] = ()
    maps: tuple[tuple[str, str], ...] = ()

    @property
    def actor(self) -> str:
        """Who acts, as the ledger names them: the examiner, else the account the command runs under."""
        if self.examiner.strip():
            return self.examiner
        try:
            return f"examiner not named; account {getpass.getuser()}"
        except (KeyError, OSError):
            return "examiner not named"
