"""The report's own text in its languages. Evidence is never translated."""
