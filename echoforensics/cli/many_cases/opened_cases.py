"""Several cases, opened for one command."""

from __future__ import annotations

from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING

from echoforensics.cli.unverified import warn

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from echoforensics.case.case import Case


@contextmanager
def opened_cases(paths: Sequence[Path], *, unverified: bool) -> Iterator[list[tuple[str, Case]]]:
    """Open cases, each with the name it is shown by, and warn of each that is read unverified.

    Args:
        paths: the cases.
        unverified: whether cases that fail verification are read anyway.
    """
    from echoforensics.case.several.case_names import case_names
    from echoforensics.library import open_case

    names = case_names(paths)
    with ExitStack() as opened:
        cases = [
            (name, opened.enter_context(open_case(path, unverified=unverified)))
            for name, path in zip(names, paths, strict=True)
        ]
        for _, case in cases:
            warn(case)
        yield cases
