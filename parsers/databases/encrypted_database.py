"""Databases of an Alexa app or an Echo's own apps that are encrypted: recognised and reported, not read.

References:
    SQLCipher's design (https://www.zetetic.net/sqlcipher/design): the whole file is encrypted, in pages of 1024 or 4096
    bytes; only a salt of 16 bytes is before them.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from typing import ClassVar

from parsers.app.packages import app_of
from parsers.formats.sqlite.header import MAGIC
from parsers.parser import About, Parser, Source
from parsers.record import Issue, Record
from parsers.registry import register

_NAME = re.compile(
    r"(?:^|/)databases/[\w.:-]{1,120}(?<!-wal)(?<!-shm)(?<!-journal)$|\.(?:db3?|sqlite3?|sqlitedb)$", re.IGNORECASE
)
#: The least page of a database, how much of the file is looked at, and the least share of its values that random bytes
#: have of 256.
_PAGE, _LOOK, _LEAST_VALUES = 512, 4096, 240
#: What decides that bytes are compressed rather than encrypted.
_OTHERS = (b"\x1f\x8b", b"PK", b"\x28\xb5\x2f\xfd", b"BZh", b"\xfd7zXZ", b"\x89PNG", b"\xff\xd8\xff")
_WHAT = (
    "The file has the name and place of a database, and its bytes look random, as those of an encrypted one do"
    " (SQLCipher): it was not read. The key is with the app, as a rule kept by the phone's keystore. Decrypt a copy"
    " with the key (sqlcipher, sqlcipher_export), and bring in that."
)


@register
class EncryptedDatabase(Parser):
    """Reports encrypted databases."""

    name: ClassVar[str] = "encrypted_database"
    version: ClassVar[str] = "1"
    needs_path: ClassVar[tuple[str, ...]] = ("databases/", ".db", ".sqlite")
    about: ClassVar[About] = About(
        title="Encrypted databases in folders of the Alexa app and of an Echo's own apps",
        data_types=(),
        known_by=(
            "a file in the folder databases, or named .db, .sqlite or .sqlitedb, of such an app, in whole pages, whose"
            " first bytes look random",
        ),
        shows="Nothing by itself: it is an issue that says what the file seems to be, and how it becomes readable.",
        does_not_show="That it is encrypted: random bytes cannot be told from it. What it holds.",
        validated_on=("Made files only.",),
        limits=("Its contents are not read. Databases of other apps are not reported.",),
        references=("https://www.zetetic.net/sqlcipher/design",),
    )

    def claims(self, source: Source) -> bool:
        """Whether name, place, size and the first bytes match."""
        if source.size < 2 * _PAGE or source.size % _PAGE or _NAME.search(source.path) is None:
            return False
        head = source.head[:_LOOK]
        if head.startswith((MAGIC, *_OTHERS)) or app_of(source.path) is None:
            return False
        counts = Counter(head)
        return len(counts) >= _LEAST_VALUES and max(counts.values()) <= 4 * len(head) // 256 + 8

    def parse(self, source: Source) -> Iterator[Record | Issue]:  # noqa: ARG002
        """Yield a single issue."""
        yield Issue(_WHAT)
