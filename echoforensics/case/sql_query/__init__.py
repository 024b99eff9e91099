"""SQL over cases: their contents as tables of a DuckDB database."""
