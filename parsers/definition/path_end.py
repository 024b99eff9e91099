"""The end of a path, as written in a definition: ``shared_prefs/*.xml``."""

from __future__ import annotations

import re
from typing import NamedTuple

from parsers.definition.form import Made, Text
from parsers.formats.lazy_pattern import lazy


class PathEnd(NamedTuple):
    """The last names of a path; in each, ``*`` stands for any part of one name.

    Attributes:
        text: as written.
        pattern: the expression for the last names, joined by ``/``.
    """

    text: str
    pattern: re.Pattern[str]

    @classmethod
    def parse(cls, text: str) -> PathEnd:
        """Parse a path end.

        Raises:
            ValueError: a name is empty.
        """
        if not all(text.split("/")):
            raise ValueError(f"{text!r}: names joined by / are expected")
        return cls(text, lazy(re.escape(text).replace(r"\*", "[^/]*")))

    @property
    def names(self) -> int:
        """The number of names."""
        return self.text.count("/") + 1

    def fits(self, path: str) -> bool:
        """Whether a path ends in these whole names."""
        return self.pattern.fullmatch("/".join(path.split("/")[-self.names :])) is not None


#: The end of a path.
PATH_END = Made(Text(), PathEnd.parse, "the end of a path; `*` is any part of a name")
