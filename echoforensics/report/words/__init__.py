"""The report's own words in its languages; what the evidence says is never translated."""
