"""The case folder: the database, the vault of extracted files and the ledger."""
