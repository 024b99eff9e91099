"""Tables of SQLite databases: kinds of table, and the parsers that hand rows to them."""
