"""Runs one parser on one file, with errors as issues."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from echoforensics.errors import CaseDiskError
from echoforensics.evidence.entry import READ_ERRORS, ContentError
from echoforensics.own_disk import cannot_read
from parsers.fence import fence
from parsers.record import Issue

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from parsers.parser import Parser, Source
    from parsers.record import Record


def findings(parser: Parser, source: Source, disk: Path | None = None) -> Iterator[Record | Issue]:
    """Yield a parser's findings in a file: signed records, and issues. Exceptions become issues too.

    Args:
        parser: a parser that claims the file.
        source: the file.
        disk: the case whose copy of the file is read; None for the evidence itself.

    Raises:
        CaseDiskError: the case's copy cannot be read.
    """
    issues: list[Issue] = []
    try:
        with fence(parser.name, issues, READ_ERRORS):
            # A parser that raised when asked raises again here, and that is an issue.
            parser.claims(source)
            for found in parser.parse(parser.sees(source)):
                if isinstance(found, Issue):
                    yield replace(found, parser=found.parser or parser.name)
                else:
                    yield parser.signed(found)
    except READ_ERRORS as error:
        if disk is not None and isinstance(error, OSError) and error.errno and not isinstance(error, ContentError):
            raise CaseDiskError(cannot_read(disk, error.strerror or str(error))) from error
        issues.append(Issue(f"reading ended early: {error}", parser=parser.name))
    yield from issues
