"""Queries sealed cases and Parquet timelines together with SQL."""
