"""The names of a case's files, and the words of its ledger that decide how far a case has come."""

from __future__ import annotations

DATABASE, LEDGER, ARTEFACTS, HEAD = "case.db", "custody.jsonl", "artefacts", "custody.head"
#: From which the keys are made that salt what is disclosed in part; there once something was bundled.
SALT_SEED = "custody.seed"
#: What SQLite may leave beside a database that was not closed.
SIDE_FILES = ("-journal", "-wal", "-shm")

#: The ledger's last word on a case whose extraction came to its end.
SEALED = "sealed"
#: What the ledger says when an extraction begins, and when it is resumed after it was interrupted.
BEGUN, RESUMED = "extraction begun", "extraction resumed"
#: The same, with the word for the second that ledgers of earlier versions have.
BEGINNINGS = (BEGUN, RESUMED, "extraction gone on with")
#: An evidence item was hashed and its entries were read; all of it was parsed; it was hashed again.
TAKEN_IN, READ, HASHED_AGAIN = "source taken in", "source read", "source hashed again"
#: A source was given and could not be read.
SKIPPED = "source skipped"
#: What another case holds was added to a case.
MERGED = "case added"
#: Artefacts and what they say were removed from a case.
DROPPED = "artefacts dropped"
#: Records are added to a sealed case: the line announces the database that holds them, see :mod:`.announced`.
ADDED = "findings added"
#: Rows or a report were written out of a case.
EXPORTED = "exported"
#: What a report's head says of the matter was recorded.
DESCRIBED = "matter described"
#: The examiner put a name to the key of a case.
KEY_NAMED = "key named"
