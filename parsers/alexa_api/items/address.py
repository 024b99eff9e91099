"""Addresses of the Alexa service, and the time a client wrote into them.

References:
    The list of interfaces in pycift (Chung, Park and Lee, 2017); the addresses in the DFRWS 2017 challenge, in
    cleminator/AlexaPaperDatasets (2019) and in CIFT's example result. That ``_`` counts up by one with each
    request, from the time the page was loaded, is jQuery's behaviour (jquery/api.jquery.com, issue 1241), and is
    what the real addresses show: a card created at 1499931577707 was asked for with ``_=1499931336585``.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import NamedTuple
from urllib.parse import parse_qsl, unquote, urlsplit

from parsers.record import Clock, Timestamp
from parsers.times import from_milliseconds

#: Longer addresses are cut at this length.
MAX_URL = 16384
#: Host names, ignoring case: any with a part that names Alexa, and the service's other hosts.
HOST = (
    r"(?:[\w-]+\.){0,6}"
    r"(?:[\w-]{0,60}alexa[\w-]{0,60}|pitangui|layla|echo|skills-store|project-wink-[\w-]+|avs(?:-[\w-]+)?|bob-dispatch-[\w-]+"
    r"|dp-gw-[\w-]+|dcape-[\w-]+|ffs-provisioner-[\w-]+)"
    r"(?:\.[\w-]+){0,3}\.(?:amazon\.(?:com?\.)?[a-z]{2,3}|a2z\.com)"
    r"|(?:[\w-]+\.){0,6}amazonalexa\.com"
)
_HOST = re.compile(HOST, re.ASCII | re.IGNORECASE)
#: Pages on the shop's own site, not on a host of the service.
_SHOP_HOST = re.compile(r"www\.amazon\.[a-z.]{2,6}", re.ASCII | re.IGNORECASE)
_SHOP_PATHS = ("/alexa-privacy/", "/alexashoppinglists/")
#: Paths that identify the service even without a host.
_OWN_PATHS = (*_SHOP_PATHS, "/nexus/v1/graphql", "/app/secure/yourskills")
_COMMS_PATH = re.compile(r"/users/(?:amzn1\.comms\.|amzn1%2Ecomms)[^/]{1,300}/.{1,600}", re.ASCII)
_NOTE = (
    "Epoch milliseconds that the client wrote into the address as _. By the client's clock; it is the time the"
    " client's page was loaded, counted up by one with each request, so the request was made then or later."
    " What the answer shows may be older than the request."
)


class ApiUrl(NamedTuple):
    """An address of the Alexa service.

    Attributes:
        text: as recorded.
        path: its path, with percent signs as recorded.
        query: its parameters, decoded; the first value if a name repeats.
    """

    text: str
    path: str
    query: Mapping[str, str]

    @classmethod
    def parse(cls, text: str) -> ApiUrl | None:
        """Parse an address. Returns None if it is not one of the Alexa service.

        A bare path is accepted if it contains ``/api/`` or begins in a way that no other service uses.
        """
        text = text[:MAX_URL]
        try:
            parts = urlsplit(text.strip())
            host = parts.hostname or ""
            pairs = parse_qsl(parts.query, keep_blank_values=True, max_num_fields=200)
        except ValueError:
            return None
        if host or parts.scheme:
            shop = parts.path.startswith(_SHOP_PATHS) and _SHOP_HOST.fullmatch(host)
            known = bool(_HOST.fullmatch(host) or shop)
        else:
            own = parts.path.startswith(_OWN_PATHS) or _COMMS_PATH.fullmatch(parts.path)
            known = bool(own or (parts.path.startswith("/") and "/api/" in parts.path))
        if not known:
            return None
        return cls(text, parts.path, dict(reversed(pairs)))

    @property
    def plain_path(self) -> str:
        """The path, percent-decoded, at most 200 characters."""
        path = " ".join(unquote(self.path).split())
        return path if len(path) <= 200 else path[:200] + "…"

    @property
    def requested(self) -> int | None:
        """The value of ``_`` in epoch milliseconds, or None."""
        written = self.query.get("_", "")
        return None if from_milliseconds(written) is None else int(written)

    def to_timestamp(self, clock: Clock, locator: str = "") -> Timestamp | None:
        """The time the client wrote into the address, or None. plaso has no term for a request."""
        written = self.query.get("_", "")
        timestamp = from_milliseconds(written)
        if timestamp is None:
            return None
        return Timestamp("Recorded Time", written, clock, timestamp, _NOTE, locator)


def pattern(path: str) -> re.Pattern[str]:
    """Compile an address path into an expression; ``{name}`` matches one part of the path and names the group."""
    parts = (f"(?P<{part[1:-1]}>[^/]+)" if part.startswith("{") else re.escape(part) for part in path.split("/"))
    return re.compile("/".join(parts) + "/?")
