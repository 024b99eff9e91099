"""Rewords the messages of DuckDB: in one sentence, without what only concerns its own settings and files.

References:
    The messages of DuckDB 1.x, https://github.com/duckdb/duckdb/tree/main/src
"""

from __future__ import annotations

import re

#: What a message says, and what is said instead.
_REWORDED = (
    # Advice that cannot be followed: a query can neither install nor set anything.
    (r"\bPlease try installing and loading the \w+ extension\b.*", "A query can load no extensions."),
    (
        r"\b(?:Table|Scalar|Aggregate)? ?Function with name (\"?[\w.]+\"?) is not in the catalog,"
        r" but it exists in the \w+ extension\.",
        r"There is no function \1.",
    ),
    (
        r"Cannot access (?:file|directory) (\".*?\") - file system operations are disabled by configuration",
        r"\1 cannot be opened: a query reads only the cases and timelines that the command names",
    ),
    (r"\bDid you mean \"(?:pg_|duckdb_|sqlite_|pragma_|information_schema|held\b)[^\"]*\"(?: or \"[^\"]*\")?\?", ""),
    # The place in the query, with marks below it, which one line cannot show.
    (r"\bLINE \d+: .*", ""),
    (r"(?:\bfile )?[\"']?[^\s\"']*echoforensics-query-[^\s\"',]*[\"']?", "a temporary file"),
)


def database_message(error: BaseException) -> str:
    """Return a message of DuckDB in one line, reworded, without a full stop at its end."""
    text = " ".join(str(error).split())
    for pattern, instead in _REWORDED:
        text = re.sub(pattern, instead, text)
    return " ".join(text.split()).rstrip(".!")
