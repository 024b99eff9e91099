"""The keys under which Chromium's caches keep answers, and the address in them.

A key is the address alone; or, where a cache is split by site, ``_dk_``, the site of the page, the site of the frame
and the address, with a space between; before that may be the number of the upload, or whether credentials were sent
and that number, each with a slash. Within an address a space is always written ``%20``.

References:
    net/http/http_cache.cc of Chromium; plaso's parser ``chrome_cache``; keys that Chromium 156 wrote.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

#: A longer key is not read.
MAX_KEY = 32768
_NUMBERS = re.compile(r"(?:\d{1,20}/){1,2}(?=[A-Za-z_])")
_SPLIT = "_dk_"


@dataclass(frozen=True, slots=True)
class CacheKey:
    """A key, taken apart.

    Attributes:
        text: the key, as recorded.
        url: the address in it.
        sites: the sites of the page and of the frame that asked, where the key names them.
    """

    text: str
    url: str
    sites: tuple[str, ...] = ()

    @classmethod
    def parse(cls, key: bytes) -> CacheKey | None:
        """Take a key apart. None if it holds no address."""
        if len(key) > MAX_KEY:
            return None
        text = key.decode("utf-8", "replace")
        rest = text
        if numbers := _NUMBERS.match(rest):
            rest = rest[numbers.end() :]
        sites: tuple[str, ...] = ()
        if rest.startswith(_SPLIT):
            before, _, rest = rest.rpartition(" ")
            sites = tuple(re.sub(r"^(?:s_|cn_|cnX_)+", "", site) for site in before[len(_SPLIT) :].split(" ")[:4])
        return cls(text, rest, sites) if "://" in rest else None
