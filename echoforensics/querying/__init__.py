"""Asking SQL over sealed cases and timelines in Parquet together."""
