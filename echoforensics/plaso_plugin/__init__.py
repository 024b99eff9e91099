"""plaso: its tools with our parsers in them, and its storage files written from a case."""
