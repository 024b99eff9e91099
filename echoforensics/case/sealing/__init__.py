"""What seals the tables of a case: digests of tables, of large ones in blocks, and which blocks a run changed."""
