"""Custody of a case: its files, the ledger and its head, the seal and its check, and writing to a sealed case."""
