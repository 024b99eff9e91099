"""Lets a worker keep memory that it freed, for the next block of evidence.

Dask has its workers give freed memory back at once (``MALLOC_TRIM_THRESHOLD_``). To read mebibytes then takes
a third more processor time, as the system hands out and clears the same pages again and again.

References:
    https://distributed.dask.org/en/stable/worker-memory.html#automatically-trim-memory
    https://man7.org/linux/man-pages/man3/mallopt.3.html
"""

from __future__ import annotations

import ctypes
import os

#: What Dask sets before it starts a worker.
TRIMMING = "MALLOC_TRIM_THRESHOLD_"
#: ``M_TRIM_THRESHOLD`` and ``M_MMAP_THRESHOLD``, with the bytes that are kept at most, and from which on a block is
#: given back by itself.
_SETTINGS = ((-1, 128 * 1024**2), (-3, 32 * 1024**2))


def keep_freed_memory() -> None:
    """Undo in this process what Dask set, where the C library can."""
    if TRIMMING not in os.environ:
        return
    set_option = getattr(ctypes.CDLL(None), "mallopt", None)
    if set_option is not None:
        for option, value in _SETTINGS:
            set_option(option, value)
