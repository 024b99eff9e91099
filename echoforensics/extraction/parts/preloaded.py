"""Imported once by the process that local workers are forked from, so that each of them starts at once.

Importing it imports what a worker needs, every parser among it, compiles the signatures of the search and of the
parsers, and reads the definitions.
"""

from __future__ import annotations

import io

import echoforensics.extraction.parts.part_task
from echoforensics.carving.account_json.json_words import json_words
from echoforensics.carving.carved import View
from echoforensics.carving.search import CarvingSearch
from parsers.parser import Source
from parsers.registry import claiming, imported

#: How files begin that most parsers look at; what they compile and read at the first of them, they keep.
_HEADS = (b"01-01 00:00:00.000  1  1 I AlexaService: WAKE_WORD\n" * 2, b'{"activities": []}', b"SQLite format 3\0")
imported()
for _head in _HEADS:
    claiming(Source("file", len(_head), _head, io.BytesIO))
json_words()
CarvingSearch(View(0, lambda _offset, _size: b""))
__all__ = ["echoforensics"]
