"""Two cases of the same evidence, record by record: what is equal, and which exhibit of one is which of the other."""
