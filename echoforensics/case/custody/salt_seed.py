"""The seed of a case, for the keys that salt partial disclosures.

It is 32 random bytes in the case folder, readable by its owner only. It is created when first needed and is
never handed over. Each seal has its own key: whoever has a complete earlier state of a case can guess
nothing about a later one.
"""

from __future__ import annotations

import hmac
import os
import secrets
from contextlib import closing
from typing import TYPE_CHECKING

from chain_of_custody.open_flags import careful
from echoforensics.case.custody.names import SALT_SEED
from echoforensics.case.lock import FolderLock
from echoforensics.errors import CaseError

if TYPE_CHECKING:
    from pathlib import Path

#: Bytes of a seed.
SEED_SIZE = 32
_PARTIAL = f"{SALT_SEED}.partial"


def set_key(case: Path, seal: str, *, make: bool = True) -> bytes:
    """The key for the salts of what a seal covers, 32 bytes.

    Args:
        case: the case folder.
        seal: SHA-256 of the ledger's line that seals it, in hexadecimal.
        make: whether to create a seed if the case has none.

    Raises:
        CaseError: there is no seed and ``make`` is false, or it cannot be read or written.
    """
    path = case / SALT_SEED
    try:
        if not os.path.lexists(path):
            if not make:
                raise CaseError(f"{path}: is missing; without it what was disclosed before cannot be disclosed again")
            _make(case)
        descriptor = os.open(path, careful(os.O_RDONLY))
        with os.fdopen(descriptor, "rb") as stream:
            seed = stream.read(SEED_SIZE + 1)
    except OSError as error:
        raise CaseError(f"{path}: cannot be read or made: {error.strerror or error}") from error
    if len(seed) != SEED_SIZE:
        raise CaseError(
            f"{path}: is damaged: it has to be {SEED_SIZE} bytes. Put back the file from a copy of the case"
        )
    return hmac.digest(seed, b"key of a sealed set\0" + seal.encode("ascii"), "sha256")


def _make(case: Path) -> None:
    partial = case / _PARTIAL
    with closing(FolderLock(case)):
        if os.path.lexists(case / SALT_SEED):
            return
        partial.unlink(missing_ok=True)
        with os.fdopen(os.open(partial, careful(os.O_WRONLY | os.O_CREAT | os.O_EXCL), 0o600), "wb") as stream:
            stream.write(secrets.token_bytes(SEED_SIZE))
            stream.flush()
            os.fsync(stream.fileno())
        partial.replace(case / SALT_SEED)
