"""The case's numbered rows: writing joins and exhibits, and searching their text."""
