"""Tables of SQLite databases: kinds of table, and the parsers that pass rows to them."""
