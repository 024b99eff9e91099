"""What is raised for a definition that is not understood."""

from __future__ import annotations


class DefinitionError(ValueError):
    """A definition says something that is not understood, or leaves something out.

    Attributes:
        file: the file's name.
        key: where in it, such as ``times[0].unit``; empty for the file as a whole.
        what: what is wrong.
    """

    def __init__(self, file: str, key: str, what: str) -> None:
        """Take the file's name, the key and what is wrong."""
        super().__init__(": ".join(part for part in (file, key, what) if part))
        self.file = file
        self.key = key
        self.what = what
