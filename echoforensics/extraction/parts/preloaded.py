"""Imported once by the process that local workers are forked from, so that each of them starts at once.

Importing it imports what a worker needs, every parser among it, and compiles the signatures of the search.
"""

from __future__ import annotations

import echoforensics.extraction.parts.part_task
from echoforensics.carving.account_json.json_words import json_words
from echoforensics.carving.carved import View
from echoforensics.carving.search import CarvingSearch
from parsers.registry import load

load()
json_words()
CarvingSearch(View(0, lambda _offset, _size: b""))
__all__ = ["echoforensics", "load"]
