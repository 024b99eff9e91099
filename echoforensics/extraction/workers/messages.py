"""Messages between the process that writes the case and its workers, beside chunks of findings."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from echoforensics.case.entry_table import EntryToParse, KeptFile
    from echoforensics.errors import EchoforensicsError


class ParseFile(NamedTuple):
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


class Answer(NamedTuple):
    """To a worker: the file it asked for; None if the case has none."""

    file: KeptFile | None


class Ask(NamedTuple):
    """From a worker: which file of the evidence item has this path?"""

    path: str


class Begins(NamedTuple):
    """From a careful worker: a parser begins to read the file."""

    parser: str


@dataclass(frozen=True, slots=True)
class Done:
    """From a worker: the file is parsed."""


class Failed(NamedTuple):
    """From a worker: the run cannot go on."""

    error: EchoforensicsError


#: Messages from a worker.
Message = Ask | Begins | Done | Failed
