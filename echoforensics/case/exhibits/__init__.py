"""Rows as the case numbers them: what joining and numbering write, and how a text is found in them."""
