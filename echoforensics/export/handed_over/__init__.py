"""The content of a bundle and its consistency, for writing and verifying bundles."""
