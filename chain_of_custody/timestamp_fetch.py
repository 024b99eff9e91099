"""Requests timestamps from an authority over HTTP (RFC 3161, 3.4)."""

from __future__ import annotations

import http.client
import threading
from urllib.error import HTTPError, URLError
from urllib.parse import urlsplit
from urllib.request import (
    HTTPDefaultErrorHandler,
    HTTPErrorProcessor,
    HTTPHandler,
    HTTPSHandler,
    OpenerDirector,
    ProxyHandler,
    Request,
)

from chain_of_custody.timestamp import (
    MAX_RESPONSE,
    REQUEST_TYPE,
    RESPONSE_TYPE,
    TimestampError,
    TimestampRequest,
    TrustedTimestamp,
    check_answer,
)

#: How long an authority may take in total, in seconds.
TIME_LIMIT = 30.0


def fetch(url: str, request: TimestampRequest, *, time_limit: float = TIME_LIMIT) -> TrustedTimestamp:
    """Send a request to an authority, and check that the response answers it.

    Only the request leaves the machine: a digest and a nonce. The proxy set in the environment (``https_proxy``) is
    used. Redirects are not followed. The signature is not checked here: see :func:`chain_of_custody.timestamp.verify`.

    Args:
        url: the authority's http or https URL.
        request: the request to send.
        time_limit: total seconds allowed.

    Raises:
        TimestampError: the URL is invalid, no response arrives in time, or the response does not answer this request.
    """
    _refuse_address(url)
    outcome: list[bytes | TimestampError] = []
    # Runs in its own thread, because an authority that trickles bytes would keep each single wait short.
    thread = threading.Thread(target=_ask, args=(url, request, time_limit, outcome), daemon=True)
    thread.start()
    thread.join(time_limit)
    if not outcome:
        raise _too_late(url, time_limit)
    if isinstance(outcome[0], TimestampError):
        raise outcome[0]
    try:
        return check_answer(outcome[0], request)
    except TimestampError as error:
        raise TimestampError(f"{url}: {error}") from None


def _refuse_address(url: str) -> None:
    try:
        parts = urlsplit(url)
        usable = parts.scheme in ("http", "https") and parts.hostname and url.isascii() and url.isprintable()
        secret = parts.username is not None or parts.password is not None
    except ValueError:
        usable, secret = False, False
    if secret:
        raise TimestampError("the address of a timestamp authority must not hold a user name or password")
    if not usable or " " in url:
        raise TimestampError(f"{url!r} is not the address of a timestamp authority; it begins with http:// or https://")


def _ask(url: str, request: TimestampRequest, time_limit: float, outcome: list[bytes | TimestampError]) -> None:
    # Without a redirect handler, redirects become errors; there is no file handler either.
    opener = OpenerDirector()
    for handler in (ProxyHandler(), HTTPHandler(), HTTPSHandler(), HTTPErrorProcessor(), HTTPDefaultErrorHandler()):
        opener.add_handler(handler)
    headers = {"Content-Type": REQUEST_TYPE, "Accept": RESPONSE_TYPE, "User-Agent": "chain_of_custody"}
    try:
        query = Request(url, data=request.der, headers=headers, method="POST")  # noqa: S310 (the scheme was looked at)
        with opener.open(query, timeout=time_limit) as answer:
            content, kind = answer.read(MAX_RESPONSE + 1), answer.headers.get_content_type()
    except HTTPError as error:
        outcome.append(TimestampError(f"{url}: {_http_error(error)}"))
        error.close()
    except (OSError, http.client.HTTPException, ValueError) as error:
        why = error.reason if isinstance(error, URLError) else error
        if isinstance(why, TimeoutError):
            outcome.append(_too_late(url, time_limit))
        else:
            outcome.append(TimestampError(f"{url}: cannot be reached: {why or type(why).__name__}"))
    else:
        outcome.append(_answer(url, content, kind))


def _too_late(url: str, time_limit: float) -> TimestampError:
    return TimestampError(f"{url}: no answer within {time_limit:g} seconds")


def _http_error(error: HTTPError) -> str:
    if 300 <= error.code < 400:
        target = str(error.headers.get("location", ""))[:200]
        return f"redirects to {target!r}, which is not followed; give that address if you trust it"
    return f"answered {error.code} {error.reason}"


def _answer(url: str, content: bytes, kind: str) -> bytes | TimestampError:
    if len(content) > MAX_RESPONSE:
        return TimestampError(f"{url}: answered with more than {MAX_RESPONSE} bytes, which is not a timestamp")
    if kind.startswith("text/") or content.lstrip()[:1] == b"<":
        return TimestampError(f"{url}: answered with a page for people ({kind}), not with a timestamp")
    return content
