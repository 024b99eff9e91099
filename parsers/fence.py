"""The fence around parsers and container readers: the run continues whatever they raise."""

from __future__ import annotations

import traceback
from contextlib import contextmanager
from typing import TYPE_CHECKING

from parsers.record import Issue

if TYPE_CHECKING:
    from collections.abc import Iterator


@contextmanager
def fence(
    parser: str, issues: list[Issue], passes: tuple[type[Exception], ...] = (), subject: str = "the parser"
) -> Iterator[None]:
    """Turn an exception that a parser should not raise into an issue. Inside, only the parser's own code runs.

    Args:
        parser: its name.
        issues: the list to add the issue to.
        passes: exceptions that the caller handles.
        subject: the subject of the issue's sentence; container readers use the same fence.
    """
    try:
        yield
    except passes:
        raise
    except Exception as error:  # noqa: BLE001 (this is the fence)
        last = traceback.extract_tb(error.__traceback__)[-1]
        place = f"{last.filename.rsplit('/', 1)[-1]}, line {last.lineno}"
        what = (
            f"{subject} ended with an error of its own ({type(error).__name__}: {str(error)[:200]}; {place}); what it"
            " had read before that is kept, and the run went on. Please report this to its developers"
        )
        issues.append(Issue(what, parser=parser))
