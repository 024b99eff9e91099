"""YAML: the documents of a text, as values with their places."""
