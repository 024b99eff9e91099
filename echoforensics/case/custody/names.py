"""Names of a case's files, and the ledger's words that mark how far a case has come."""

from __future__ import annotations

DATABASE, LEDGER, ARTEFACTS, HEAD = "case.db", "custody.jsonl", "artefacts", "custody.head"
#: The seed for the keys that salt partial disclosures. It exists once something was bundled.
SALT_SEED = "custody.seed"
#: Suffixes of files that SQLite may leave beside a database that was not closed.
SIDE_FILES = ("-journal", "-wal", "-shm")

#: The ledger's word for a completed extraction.
SEALED = "sealed"
#: The ledger's words for an extraction that begins, and for one that resumes after an interruption.
BEGUN, RESUMED = "extraction begun", "extraction resumed"
#: The same, including the word for resuming in ledgers of earlier versions.
BEGINNINGS = (BEGUN, RESUMED, "extraction gone on with")
#: An evidence item was hashed and its entries were read; it was parsed completely; it was hashed again.
TAKEN_IN, READ, HASHED_AGAIN = "source taken in", "source read", "source hashed again"
#: A given source is one that the case has already, or has the bytes of one.
GIVEN_AGAIN = "source given again"
#: A given source could not be read.
SKIPPED = "source skipped"
#: The contents of another case were added to a case.
MERGED = "case added"
#: Artefacts and their records were removed from a case.
DROPPED = "artefacts dropped"
#: Records are added to a sealed case: the line announces the database that holds them, see :mod:`.announced`.
ADDED = "findings added"
#: Rows or a report were exported from a case.
EXPORTED = "exported"
#: The matter for a report's head was recorded.
DESCRIBED = "matter described"
#: The examiner named the owner of a case's key.
KEY_NAMED = "key named"
#: The signed list in a bundle or a report, as in :mod:`chain_of_custody.sealed_list`, which takes longer to import.
SIGNED_LIST = "custody.dsse.json"
