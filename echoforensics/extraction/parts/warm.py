"""What each process that makes a part would compile and read for itself, done before the processes are forked."""

from __future__ import annotations

import io

from echoforensics.carving.account_json.json_words import json_words
from echoforensics.carving.carved import View
from echoforensics.carving.search import CarvingSearch
from parsers.parser import Source
from parsers.registry import claiming, imported

#: How files begin that most parsers look at; what they compile and read at the first of them, they keep.
_HEADS = (b"01-01 00:00:00.000  1  1 I AlexaService: WAKE_WORD\n" * 2, b'{"activities": []}', b"SQLite format 3\0")


def warm() -> None:
    """Import every parser, compile the signatures of the search and of the parsers, and read the definitions."""
    imported()
    for head in _HEADS:
        claiming(Source("file", len(head), head, io.BytesIO))
    json_words()
    CarvingSearch(View(0, lambda _offset, _size: b""))
