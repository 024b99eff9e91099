"""Redactions: what was removed from recordings, and the case without it, as it is handed over."""
