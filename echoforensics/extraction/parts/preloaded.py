"""Imported once by the process that local workers of a cluster are forked from, so that each of them starts at once."""

from __future__ import annotations

import echoforensics.extraction.parts.part_task
from echoforensics.extraction.parts.warm import warm

warm()
__all__ = ["echoforensics"]
