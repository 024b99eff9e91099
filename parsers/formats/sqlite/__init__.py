"""SQLite database files, read page by page and never opened for writing.

Covers live rows, the write-ahead log, and the remains of deleted rows.

References:
    https://www.sqlite.org/fileformat2.html
"""
