"""``audit.checked``: how far the signatures of the room's ledger were checked, signed with the ledger's key.

A ledger of many days has a million lines, and checking a signature takes half a millisecond. So the server records
from time to time how far they are checked. The next server trusts that, as nobody else can sign it, and checks the
hash of every line, and the signatures of later lines. ``verify ROOM`` never trusts it.
"""

from __future__ import annotations

import base64
import binascii
import json
import os
from typing import TYPE_CHECKING

from chain_of_custody.envelope import canonical, sign, verify

if TYPE_CHECKING:
    from pathlib import Path

    from chain_of_custody.signer import Signer

CHECKED = "audit.checked"
_TYPE = "application/vnd.echoforensics.audit-checked+json"


def write_checked(folder: Path, key: Signer, length: int, head: str) -> None:
    """Record that every signature of a ledger was checked. The file is replaced atomically. Raises OSError."""
    statement = {"head": head, "length": length}
    signature = base64.b64encode(sign(_TYPE, canonical(statement), key)).decode("ascii")
    partial = folder / f"{CHECKED}.partial"
    with partial.open("wb") as stream:
        stream.write(canonical({"sig": signature, "statement": statement}) + b"\n")
        stream.flush()
        os.fsync(stream.fileno())
    partial.replace(folder / CHECKED)


def read_checked(folder: Path, key: Signer) -> tuple[int, str] | None:
    """Length and head of a ledger with checked signatures; None if there is no such record with this key.

    Raises:
        OSError: it cannot be read.
    """
    path = folder / CHECKED
    if not path.is_file():
        return None
    with path.open("rb") as stream:
        content = stream.read(4096)
    try:
        found = json.loads(content)
        statement, signature = found["statement"], base64.b64decode(found["sig"], validate=True)
        length, head = statement["length"], statement["head"]
        signed = verify(_TYPE, canonical(statement), signature, key.public)
    except (ValueError, TypeError, KeyError, RecursionError, binascii.Error):
        return None
    if not signed or not isinstance(length, int) or not isinstance(head, str):
        return None
    return length, head
