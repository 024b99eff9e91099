"""The names of what a bundle holds, below its folder."""

from __future__ import annotations

#: The files whose lines are the sealed set: rows, records, recordings.
TIMELINE, RECORDS, RECORDINGS = "data/timeline.jsonl", "data/records.jsonl", "data/recordings.jsonl"
SET_FILES = (TIMELINE, RECORDS, RECORDINGS)
#: The sounds, each named by its first exhibit.
SOUNDS = "data/recordings/"
#: Of the whole: the key of the salts. Of a part: a proof for each line.
SET_KEY, PROOFS = "data/sealed-set.key", "data/proofs.txt"
TABLE, GRAPH, ABOUT, README = "data/timeline.csv", "data/timeline.jsonld", "data/about.json", "data/README.txt"
#: What was redacted, and which files are withheld; there where the case has redactions.
REDACTIONS = "data/redactions.json"
DATABASE, LEDGER, REPORT = "data/case.db", "data/custody.jsonl", "data/report"
