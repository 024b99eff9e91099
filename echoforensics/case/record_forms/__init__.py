"""Record forms: what the records of a kind have in common, stored once, and what each has of its own."""
