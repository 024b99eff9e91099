"""Redactions: the parts removed from recordings, and the redacted case for handing over."""
