"""The names in a bundle, below its folder."""

from __future__ import annotations

#: The files whose lines are the sealed set: rows, records, recordings.
TIMELINE, RECORDS, RECORDINGS = "data/timeline.jsonl", "data/records.jsonl", "data/recordings.jsonl"
SET_FILES = (TIMELINE, RECORDS, RECORDINGS)
#: The recordings, each named by its first exhibit.
SOUNDS = "data/recordings/"
#: For the whole set, the key of the salts; for a part, a proof for each line.
SET_KEY, PROOFS = "data/sealed-set.key", "data/proofs.txt"
TABLE, GRAPH, ABOUT, README = "data/timeline.csv", "data/timeline.jsonld", "data/about.json", "data/README.txt"
#: The redactions and the withheld files; present if the case has redactions.
REDACTIONS = "data/redactions.json"
DATABASE, LEDGER, REPORT = "data/case.db", "data/custody.jsonl", "data/report"
