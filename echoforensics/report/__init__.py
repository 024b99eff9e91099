"""The reviewers' report: one page with its recordings and rows, for a browser without a network."""
