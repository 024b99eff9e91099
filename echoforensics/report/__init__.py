"""The reviewers' bundle: one page, its recordings and its rows, for a browser without a network."""
