"""Chain of custody: digests, keys, and a signed ledger that can be checked without this package.

This package stands alone: it knows nothing about the evidence and imports neither ``echoforensics`` nor ``parsers``.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from chain_of_custody.digest import (
        ALGORITHMS,
        DEFAULT_ALGORITHMS,
        Digests,
        Hasher,
        hash_bytes,
        hash_file,
        hash_stream,
    )
    from chain_of_custody.envelope import canonical, pae
    from chain_of_custody.keys import KeyFileError, PublicKey, SigningKey
    from chain_of_custody.ledger import Ledger, LedgerEntry, LedgerError, LedgerReport
    from chain_of_custody.ledger import read as read_ledger
    from chain_of_custody.ledger import verify as verify_ledger
    from chain_of_custody.timestamp import TimestampError, TimestampRequest, TrustedTimestamp
    from chain_of_custody.verify import Check, Verification

#: The name of the project. ``echoforensics`` uses it to tell this package from another one with the same name.
__distribution__ = "echoforensics"
__version__ = "1.0.0"

__all__ = [
    "ALGORITHMS",
    "DEFAULT_ALGORITHMS",
    "Check",
    "Digests",
    "Hasher",
    "KeyFileError",
    "Ledger",
    "LedgerEntry",
    "LedgerError",
    "LedgerReport",
    "PublicKey",
    "SigningKey",
    "TimestampError",
    "TimestampRequest",
    "TrustedTimestamp",
    "Verification",
    "canonical",
    "hash_bytes",
    "hash_file",
    "hash_stream",
    "pae",
    "read_ledger",
    "verify_ledger",
]

#: Maps each public name to the module that defines it; the module is imported on first use.
_HOMES = {
    "digest": ("ALGORITHMS", "DEFAULT_ALGORITHMS", "Digests", "Hasher", "hash_bytes", "hash_file", "hash_stream"),
    "envelope": ("canonical", "pae"),
    "keys": ("KeyFileError", "PublicKey", "SigningKey"),
    "ledger": ("Ledger", "LedgerEntry", "LedgerError", "LedgerReport"),
    "timestamp": ("TrustedTimestamp", "TimestampError", "TimestampRequest"),
    "verify": ("Check", "Verification"),
}
_RENAMED = {"read_ledger": ("ledger", "read"), "verify_ledger": ("ledger", "verify")}
_WHERE = {name: (module, name) for module, names in _HOMES.items() for name in names} | _RENAMED


def __getattr__(name: str) -> object:
    """Return a public name, importing its module."""
    if name not in _WHERE:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    module, defined = _WHERE[name]
    found: object = getattr(import_module(f"{__name__}.{module}"), defined)
    globals()[name] = found
    return found
