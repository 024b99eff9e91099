"""The audit: every event of the room in a signed, chained ledger of its own, and the check of it."""
