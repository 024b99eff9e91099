"""The seal of a case's tables: digests of tables, in blocks for large ones, and tracking of changed blocks."""
