"""The audit: every event of the room in its own signed, chained ledger, and the check of it."""
