"""The exception for invalid definitions."""

from __future__ import annotations


class DefinitionError(ValueError):
    """A definition is invalid or incomplete.

    Attributes:
        file: the file's name.
        key: the key, such as ``times[0].unit``; empty for the file as a whole.
        what: what is wrong.
    """

    def __init__(self, file: str, key: str, what: str) -> None:
        """Store the file's name, the key and what is wrong."""
        super().__init__(": ".join(part for part in (file, key, what) if part))
        self.file = file
        self.key = key
        self.what = what
