from __future__ import annotations

import random

import pytest

from parsers.databases.encrypted_database import EncryptedDatabase
from parsers.parser import Source
from parsers.record import Issue

RANDOM = random.Random(5).randbytes(20480)
APP = "data/data/com.amazon.dee.app/databases/"


@pytest.mark.parametrize("path", [f"{APP}comms.db", f"{APP}comms-core-identity-database"])
def test_random_bytes_in_place_of_a_database_are_named(path: str) -> None:
    source = Source.of(RANDOM, path)
    assert EncryptedDatabase().claims(source)
    (issue,) = EncryptedDatabase().parse(source)
    assert isinstance(issue, Issue)
    assert "SQLCipher" in issue.what


@pytest.mark.parametrize(
    ("content", "path"),
    [
        (RANDOM, "data/data/org.example/databases/x.db"),
        (RANDOM, f"{APP}comms.db-wal"),
        (RANDOM, "data/data/com.amazon.dee.app/files/x"),
        (RANDOM[:-1], f"{APP}comms.db"),
        (bytes(20480), f"{APP}comms.db"),
        (b"SQLite format 3\0" + RANDOM[16:], f"{APP}comms.db"),
        (b"\x1f\x8b" + RANDOM[2:], f"{APP}comms.db"),
        (b"some text " * 2048, f"{APP}comms.db"),
    ],
)
def test_other_files_are_not(content: bytes, path: str) -> None:
    assert not EncryptedDatabase().claims(Source.of(content, path))
