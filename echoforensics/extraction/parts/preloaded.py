"""Imported once by the process that local workers are forked from, so that each of them starts at once.

Importing it imports what a worker needs: the extraction, and every parser.
"""

from __future__ import annotations

import echoforensics.extraction.parts.part_task
from parsers.registry import load

load()
__all__ = ["echoforensics", "load"]
