"""Messages between the process that writes the case and its workers, beside chunks of findings."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from echoforensics.case.entry_table import EntryToParse, KeptFile
    from echoforensics.errors import EchoforensicsError


@dataclass(frozen=True, slots=True)
class ParseFile:
    """To a worker: parse a file.

    Attributes:
        file: the file.
        careful: whether to send every finding at once, as an earlier attempt did not finish.
        passed: parsers to skip.
        ordinal: number of records from these parsers.
    """

    file: EntryToParse
    careful: bool = False
    passed: tuple[str, ...] = ()
    ordinal: int = 0


@dataclass(frozen=True, slots=True)
class Answer:
    """To a worker: the file it asked for; None if the case has none."""

    file: KeptFile | None


@dataclass(frozen=True, slots=True)
class Ask:
    """From a worker: which file of the evidence item has this path?"""

    path: str


@dataclass(frozen=True, slots=True)
class Begins:
    """From a careful worker: a parser begins to read the file."""

    parser: str


@dataclass(frozen=True, slots=True)
class Done:
    """From a worker: the file is parsed."""


@dataclass(frozen=True, slots=True)
class Failed:
    """From a worker: the run cannot go on."""

    error: EchoforensicsError


#: Messages from a worker.
Message = Ask | Begins | Done | Failed
