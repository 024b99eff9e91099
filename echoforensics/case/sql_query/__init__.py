"""SQL over cases: what they hold as tables of a database that DuckDB asks."""
