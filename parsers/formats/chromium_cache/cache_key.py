"""Parse the keys of Chromium's caches, and the URL in them.

A key is the URL alone. If a cache is partitioned by site, it is ``_dk_``, the site of the page, the site of the frame
and the URL, separated by spaces. The upload's number, or whether credentials were sent and that number, may come
first, each followed by a slash. Within a URL a space is always written ``%20``.

References:
    net/http/http_cache.cc of Chromium; plaso's parser ``chrome_cache``; keys that Chromium 156 wrote.
"""

from __future__ import annotations

import re
from typing import NamedTuple

#: Limit on the length of a key.
MAX_KEY = 32768
_NUMBERS = re.compile(r"(?:\d{1,20}/){1,2}(?=[A-Za-z_])")
_SPLIT = "_dk_"


class CacheKey(NamedTuple):
    """A parsed key.

    Attributes:
        text: the key, as recorded.
        url: the URL in it.
        sites: the sites of the page and of the requesting frame, if the key names them.
    """

    text: str
    url: str
    sites: tuple[str, ...] = ()

    @classmethod
    def parse(cls, key: bytes) -> CacheKey | None:
        """Parse a key; None if it holds no URL."""
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
