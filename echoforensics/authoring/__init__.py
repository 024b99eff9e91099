"""Tools for developers: documentation pages from the catalogue, and templates for a new parser."""
