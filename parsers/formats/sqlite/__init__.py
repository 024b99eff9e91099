"""SQLite database files, read page by page and never opened for writing: what is live, what the write-ahead log holds,
and what deleted rows have left behind.

References:
    https://www.sqlite.org/fileformat2.html
"""
