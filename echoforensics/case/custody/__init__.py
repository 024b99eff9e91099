"""What a case rests on: its files, the ledger's words and head, the seal and its check, and writing on top of that."""
