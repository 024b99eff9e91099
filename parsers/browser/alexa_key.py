"""Browser cache keys with an address of the Alexa service."""

from __future__ import annotations

from dataclasses import dataclass

from parsers.alexa_api.items.address import ApiUrl
from parsers.formats.chromium_cache.cache_key import CacheKey

_HINTS = (b"alexa", b"amazon")


@dataclass(frozen=True, slots=True)
class AlexaKey:
    """A key with an address of the Alexa service.

    Attributes:
        text: the key, as recorded.
        url: the address.
        sites: as for :class:`CacheKey`.
    """

    text: str
    url: ApiUrl
    sites: tuple[str, ...]


def alexa_key(key: bytes) -> AlexaKey | None:
    """Parse a key; None if its address is not one of the Alexa service. Cheap for other keys."""
    lower = key.lower()
    if not any(hint in lower for hint in _HINTS):
        return None
    found = CacheKey.parse(key)
    url = ApiUrl.parse(found.url) if found else None
    return AlexaKey(found.text, url, found.sites) if found and url else None
