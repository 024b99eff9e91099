"""Knows what each of our parsers states of itself, so that its module is imported only when it is asked."""
