"""Recognise JSON captures of several programs, so that none is mistaken for another or for a plain answer."""

from __future__ import annotations

import re

_HAR = re.compile(rb'\s*\{\s*"log"\s*:\s*\{')
_HAR_KEYS = (b'"entries"', b'"creator"', b'"version"', b'"pages"', b'"browser"')
_CHARLES = re.compile(rb'\s*(?:\[\s*)?\{\s*"[A-Za-z]{1,30}"\s*:')
_CHARLES_KEYS = (b'"protocolVersion"', b'"actualPort"', b'"tunnel"', b'"keptAlive"', b'"webSocket"', b'"remoteAddress"')
_CHARLES_NEEDED = (b'"scheme"', b'"host"', b'"path"')
_PROXYMAN_NAME = re.compile(r"(?:^|[/\\])request_\d{1,9}_[\w-]{1,100}$")
_PROXYMAN_KEYS = (b'"fullPath"', b'"compressedBodyDataCount"', b'"bodyEncodedSize"', b'"isIntercepted"')
_NET_LOG = re.compile(rb'\s*\{\s*"constants"\s*:\s*\{')
_NET_LOG_KEYS = (b'"logEventTypes"', b'"logSourceType"', b'"activeFieldTrialGroups"', b'"logFormatVersion"')
_FIREFOX = re.compile(r"(?:^|[/\\])cache2[/\\](?:entries|doomed)[/\\][0-9A-Fa-f]{40}$")
_NEAR = 4096


def is_har(head: bytes) -> bool:
    """Whether a UTF-8 text begins like an HTTP archive."""
    return bool(_HAR.match(head)) and any(key in head[:_NEAR] for key in _HAR_KEYS)


def is_charles_session(head: bytes) -> bool:
    """Whether a UTF-8 text begins like a session that Charles exported as JSON."""
    near = head[:_NEAR]
    return (
        bool(_CHARLES.match(near))
        and all(key in near for key in _CHARLES_NEEDED)
        and sum(key in near for key in _CHARLES_KEYS) > 1
    )


def is_proxyman_entry(head: bytes, path: str) -> bool:
    """Whether a file is one exchange from an archive saved by Proxyman, judged by its name or its members."""
    if not head.lstrip().startswith(b"{"):
        return False
    return bool(_PROXYMAN_NAME.search(path)) or sum(key in head for key in _PROXYMAN_KEYS) > 1


def is_net_log(head: bytes) -> bool:
    """Whether a UTF-8 text begins like a net log, as Chrome and programs based on it write it."""
    return bool(_NET_LOG.match(head)) and any(key in head for key in _NET_LOG_KEYS)


def is_firefox_entry(path: str) -> bool:
    """Whether a path is that of an entry in the cache of Firefox, whose body may be JSON."""
    return _FIREFOX.search(path) is not None


def is_capture(head: bytes, path: str) -> bool:
    """Whether a UTF-8 text begins like any of these."""
    return (
        is_har(head)
        or is_charles_session(head)
        or is_proxyman_entry(head, path)
        or is_net_log(head)
        or is_firefox_entry(path)
    )
