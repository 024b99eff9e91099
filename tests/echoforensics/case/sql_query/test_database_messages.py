"""Messages of DuckDB as they are shown."""

from __future__ import annotations

import pytest

from echoforensics.case.sql_query.database_messages import database_message


@pytest.mark.parametrize(
    ("message", "shown"),
    [
        (
            'Permission Error: Cannot access file "x.csv" - file system operations are disabled by configuration',
            'Permission Error: "x.csv" cannot be opened: a query reads only the cases and timelines that the command'
            " names",
        ),
        (
            'Catalog Error: Table Function with name "sqlite_scan" is not in the catalog, but it exists in the'
            " sqlite_scanner extension.\n\nPlease try installing and loading the sqlite_scanner extension by running:\n"
            "INSTALL sqlite_scanner;\nLOAD sqlite_scanner;\n\nAlternatively, SET autoload_known_extensions=1;",
            'Catalog Error: There is no function "sqlite_scan". A query can load no extensions',
        ),
        (
            'Catalog Error: Table with name nosuch does not exist!\nDid you mean "pg_sequences"?',
            "Catalog Error: Table with name nosuch does not exist",
        ),
        (
            'Catalog Error: Table with name row does not exist!\nDid you mean "rows"?',
            'Catalog Error: Table with name row does not exist! Did you mean "rows"?',
        ),
        (
            'Parser Error: syntax error at or near "selec"\n\nLINE 1: selec 1\n        ^^^^^',
            'Parser Error: syntax error at or near "selec"',
        ),
        (
            'IO Error: Could not write file "/tmp/echoforensics-query-hu5/waiting/duckdb_0.tmp": No space left.',
            "IO Error: Could not write a temporary file: No space left",
        ),
    ],
)
def test_a_message_is_one_sentence_without_paths_of_our_own(message: str, shown: str) -> None:
    assert database_message(ValueError(message)) == shown
