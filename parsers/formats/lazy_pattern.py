"""Regular expressions that are compiled when first used: most are for kinds of files that a run never meets."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import partial
from typing import AnyStr, Generic, cast

_ATTRIBUTES = (
    "search", "match", "fullmatch", "finditer", "findall", "split", "sub", "subn", "pattern", "flags", "groups",
    "groupindex",
)  # fmt: skip


class _LazyPattern(Generic[AnyStr]):
    """Stands for a compiled pattern. The compiled one's attributes become its own at the first use of any."""

    def __init__(self, make: Callable[[], re.Pattern[AnyStr]]) -> None:
        """Store how the pattern is compiled."""
        self._make: Callable[[], re.Pattern[AnyStr]] = make

    def __getattr__(self, name: str) -> object:
        """Compile the pattern, and return an attribute of it."""
        # What copies or pickles an object asks for names of this form, before the object has its attributes.
        if name.startswith("_"):
            raise AttributeError(name)
        compiled = self._make()
        for attribute in _ATTRIBUTES:
            setattr(self, attribute, getattr(compiled, attribute))
        return getattr(compiled, name)


def made_when_used(make: Callable[[], re.Pattern[AnyStr]]) -> re.Pattern[AnyStr]:
    """Return a pattern that is made at its first use.

    Args:
        make: compiles it. What it raises is raised at the first use.
    """
    return cast("re.Pattern[AnyStr]", _LazyPattern(make))


def lazy(pattern: AnyStr, flags: int | re.RegexFlag = 0) -> re.Pattern[AnyStr]:
    """Return a pattern that is compiled at its first use.

    Args:
        pattern, flags: as for ``re.compile``.

    Example:
        >>> from parsers.formats.lazy_pattern import lazy
        >>> bool(lazy(r"[0-9]+").fullmatch("12"))
        True
    """
    return made_when_used(partial(re.compile, pattern, flags))
