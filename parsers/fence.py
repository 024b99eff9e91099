"""The fence around parsers and container readers: the run continues whatever they raise."""

from __future__ import annotations

import traceback
from typing import TYPE_CHECKING

from parsers.record import Issue

if TYPE_CHECKING:
    from types import TracebackType


class fence:  # noqa: N801 (used as a statement: several for each file, and a generator takes longer to enter and leave)
    """Turn an exception that a parser should not raise into an issue. Inside, only the parser's own code runs."""

    __slots__ = ("_issues", "_parser", "_passes", "_subject")

    def __init__(
        self,
        parser: str,
        issues: list[Issue],
        passes: tuple[type[Exception], ...] = (),
        subject: str = "the parser",
    ) -> None:
        """Prepare the fence.

        Args:
            parser: its name.
            issues: the list to add the issue to.
            passes: exceptions that the caller handles.
            subject: the subject of the issue's sentence; container readers use the same fence.
        """
        self._parser, self._issues, self._passes, self._subject = parser, issues, passes, subject

    def __enter__(self) -> None:
        """Nothing."""

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> bool:
        """Add the issue, if there is one. Returns whether the exception ends here."""
        if not isinstance(error, Exception) or isinstance(error, self._passes):
            return False
        last = traceback.extract_tb(trace)[-1]
        place = f"{last.filename.rsplit('/', 1)[-1]}, line {last.lineno}"
        what = (
            f"{self._subject} ended with an error of its own ({type(error).__name__}: {str(error)[:200]}; {place});"
            " what it had read before that is kept, and the run went on. Please report this to its developers"
        )
        self._issues.append(Issue(what, parser=self._parser))
        return True
