"""Chain of custody: digests, keys, and a signed ledger that can be checked without this package.

Stands alone: nothing here knows what the evidence is, and nothing here imports ``echoforensics`` or
``parsers``.
"""

from chain_of_custody.digest import ALGORITHMS, DEFAULT_ALGORITHMS, Digests, Hasher, hash_bytes, hash_file, hash_stream
from chain_of_custody.envelope import canonical, pae
from chain_of_custody.keys import KeyFileError, PublicKey, SigningKey
from chain_of_custody.ledger import Ledger, LedgerEntry, LedgerError, LedgerReport
from chain_of_custody.ledger import read as read_ledger
from chain_of_custody.ledger import verify as verify_ledger
from chain_of_custody.verify import Check, Verification

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
    "Verification",
    "canonical",
    "hash_bytes",
    "hash_file",
    "hash_stream",
    "pae",
    "read_ledger",
    "verify_ledger",
]
