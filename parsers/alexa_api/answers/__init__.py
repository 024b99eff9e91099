"""Which kind an answer is, and answers whose kind is not known."""
