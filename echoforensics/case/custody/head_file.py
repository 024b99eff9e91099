"""The file ``custody.head``: length and hash of the ledger as last written, so that accidental truncation shows.

It is stored beside the ledger and not in ``case.db``, because the last line of the ledger seals ``case.db``. It is
no seal itself: whoever can truncate a ledger can write this file too. They cannot change a head that was given to
somebody else (``verify --expect-head``).
"""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING

from chain_of_custody.chain import open_ledger
from chain_of_custody.open_flags import careful
from echoforensics.case.custody.names import HEAD
from echoforensics.errors import CaseError

if TYPE_CHECKING:
    from pathlib import Path

PARTIAL = f"{HEAD}.partial"
_LINE = re.compile(rb"([0-9]{1,15}) ([0-9a-f]{64})\n")


def read_head(folder: Path, name: str = HEAD) -> tuple[int, str] | None:
    """Read the length and the head of the ledger in a folder; None if there is no file of this name.

    Raises:
        CaseError: the file is invalid, or cannot be read.
    """
    path = folder / name
    if not os.path.lexists(path):
        return None
    try:
        with open_ledger(path) as stream:
            content = stream.read(200)
    except OSError as error:
        raise CaseError(f"{path}: cannot be read: {error.strerror or error}") from error
    found = _LINE.fullmatch(content)
    if found is None:
        raise CaseError(f"{path}: does not hold the length and the last hash of a ledger")
    return int(found[1]), found[2].decode()


def write_head(folder: Path, length: int, head: str, name: str = HEAD) -> None:
    """Write the length and the head of the ledger in a folder. The file is replaced atomically. Raises OSError."""
    partial = folder / f"{name}.partial"
    descriptor = os.open(partial, careful(os.O_WRONLY | os.O_CREAT | os.O_TRUNC), 0o644)
    with os.fdopen(descriptor, "wb") as stream:
        stream.write(f"{length} {head}\n".encode())
        stream.flush()
        os.fsync(stream.fileno())
    partial.replace(folder / name)
