"""Returns the bytes that a row was read from, as far as a page shows them: the beginning, and its location.

The bytes come from the case's own copies. Where finding them again would take long, because a file would be searched
from its start for each of very many rows, use ``echoforensics trace`` instead.
"""

from __future__ import annotations

import base64
import io
from collections import OrderedDict
from typing import TYPE_CHECKING, Any, NamedTuple

from echoforensics.case.redactions.redacted_case import WithheldError
from parsers.locator import LocatorError, resolve

if TYPE_CHECKING:
    from collections.abc import Callable

    from echoforensics.case.exhibits.row import FileRow
    from echoforensics.case.vault import Vault

#: How many bytes of a row a page shows.
SHOWN = 256
#: The most file bytes to go through for one report, and the most to hold in memory.
_WORK, _HELD = 512 * 1024 * 1024, 64 * 1024 * 1024
_REDACTED = "withheld: the file holds what was redacted"
_LEFT_TO_TRACE = "not shown here: `echoforensics trace` shows them"


class _HeldFile(NamedTuple):
    content: bytes
    #: The offset of each line.
    lines: list[int]


class RowBytes:
    """Finds the bytes of one row after another."""

    def __init__(
        self, vault: Vault, work: int = _WORK, may_be_shown: Callable[[bytes], bool] = lambda _: True
    ) -> None:  # fmt: skip
        """Take the files and the limits.

        Args:
            vault: the case's files.
            work: the most bytes to go through.
            may_be_shown: whether bytes are free of content that must not be shown.
        """
        self._vault, self._may_be_shown = vault, may_be_shown
        self._left = work
        self._files: OrderedDict[str, _HeldFile | None] = OrderedDict()
        self._found: dict[tuple[str, str], list[Any]] = {}

    def of(self, row: FileRow) -> list[Any]:
        """Return file offset (None if decoded text was parsed), length, the first bytes in base64, why not."""
        key = row["sha256"], row["locator"]
        if key not in self._found:
            if len(self._found) > SHOWN:
                self._found.clear()
            self._found[key] = self._read(*key)
        return self._found[key]

    def _read(self, sha256: str, locator: str) -> list[Any]:
        try:
            held = self._file(sha256)
        except OSError as error:
            why = _REDACTED if isinstance(error, WithheldError) else "the case holds no copy of the file"
            return [None, 0, "", why]
        if held is None:
            return [None, 0, "", _LEFT_TO_TRACE]
        kind, _, argument = locator.partition(":")
        if kind == "line" and argument.isdecimal() and 0 < int(argument) < len(held.lines):
            start, end = held.lines[int(argument) - 1], held.lines[int(argument)]
            line = held.content[start:end].removesuffix(b"\n").removesuffix(b"\r")
            return self._shown(start, line)
        if locator and kind != "bytes":
            self._left -= len(held.content)
            if self._left < 0:
                return [None, 0, "", _LEFT_TO_TRACE]
        try:
            found = resolve(io.BytesIO(held.content), locator)
        except LocatorError as error:
            return [None, 0, "", str(error)]
        return self._shown(found.offset, found.content)

    def _shown(self, offset: int | None, content: bytes) -> list[Any]:
        if not self._may_be_shown(content):
            return [offset, len(content), "", _REDACTED]
        return [offset, len(content), _written(content), ""]

    def _file(self, sha256: str) -> _HeldFile | None:
        """Return a file's content. None if it is too large to hold."""
        if sha256 in self._files:
            self._files.move_to_end(sha256)
            return self._files[sha256]
        with self._vault.open(sha256) as stream:
            content = stream.read(_HELD + 1)
        held = None if len(content) > _HELD else _HeldFile(content, _lines(content))
        self._files[sha256] = held
        while len(self._files) > 1 and sum(len(file.content) for file in self._files.values() if file) > _HELD:
            self._files.popitem(last=False)
        return held


def _lines(content: bytes) -> list[int]:
    starts, at = [0], content.find(b"\n")
    while at >= 0:
        starts.append(at + 1)
        at = content.find(b"\n", at + 1)
    if starts[-1] != len(content):
        starts.append(len(content))
    return starts


def _written(content: bytes) -> str:
    return base64.b64encode(content[:SHOWN]).decode("ascii")
