"""Inflates and sums as :mod:`zlib` does, by zlib-ng: the same bytes, the same errors, up to twice as fast.

The functions take what zlib's take, but only the greatest window (:data:`zlib.MAX_WBITS` and its like): of a smaller
one, zlib lets damaged data refer to bytes before it, and zlib-ng does not.

References:
    RFC 1950 (zlib), 1951 (deflate), 1952 (gzip); github.com/zlib-ng/zlib-ng, github.com/pycompression/python-zlib-ng.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    # The functions are the same; zlib-ng's have fewer types.
    from zlib import adler32, crc32, decompressobj, error
else:
    from zlib_ng.zlib_ng import adler32, crc32, decompressobj, error

__all__ = ["adler32", "crc32", "decompressobj", "error"]
