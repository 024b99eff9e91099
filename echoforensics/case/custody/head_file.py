"""The file ``custody.head``: length and hash of the ledger as last written, so that a ledger cut by accident shows.

It is beside the ledger and not in ``case.db``, which no line of the ledger may change: the last line seals it. It is
no seal itself. Whoever can cut a ledger can write this file too; what they cannot write is the head that was given to
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
    """Length and head of the ledger in a folder as last written; None if the file of this name is not there.

    Raises:
        CaseError: the file holds something else, or cannot be read.
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
    """Keep length and head of the ledger in a folder. The file is replaced whole. Raises OSError."""
    partial = folder / f"{name}.partial"
    descriptor = os.open(partial, careful(os.O_WRONLY | os.O_CREAT | os.O_TRUNC), 0o644)
    with os.fdopen(descriptor, "wb") as stream:
        stream.write(f"{length} {head}\n".encode())
        stream.flush()
        os.fsync(stream.fileno())
    partial.replace(folder / name)
