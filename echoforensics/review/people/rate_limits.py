"""Limits on guessing passwords and codes: by account, by address, and by browser.

For each, only a limited number of attempts may fail within a quarter of an hour; further ones are rejected unchecked.
Nobody is locked out permanently. Attempts from elsewhere cannot lock out a person who has signed in with the same
browser before: it is counted separately. And a new link, made on the server, resets an account regardless of counts.
"""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from echoforensics.review.room_errors import TooManyTriesError
from echoforensics.review.store.session_table import add_attempt, attempts_since, forget_attempts

if TYPE_CHECKING:
    from echoforensics.review.store.room_database import Change, Connection

#: Length in milliseconds of the window in which attempts are counted.
WINDOW = 15 * 60 * 1000
#: Maximum number of failures in the window.
BY_ACCOUNT, BY_ADDRESS, BY_BROWSER = 10, 40, 10


@dataclass(frozen=True, slots=True)
class Limit:
    """A limit on failed attempts.

    Attributes:
        counted_for: the name of what is counted.
        most: maximum number of failures within :data:`WINDOW`.
    """

    counted_for: str
    most: int


def limits_of(account: str, address: str, browser: str, step: str) -> list[Limit]:
    """Return the limits that apply to an attempt to sign in.

    Args:
        account: the given name.
        address: the client's address.
        browser: hash of a browser with which this account signed in before; empty for others.
        step: ``password`` or ``second``.
    """
    if browser:
        return [Limit(f"{step} browser {browser}", BY_BROWSER)]
    return [
        Limit(f"{step} account {account.casefold()[:200]}", BY_ACCOUNT),
        Limit(f"{step} address {_network(address)}", BY_ADDRESS),
    ]


def _network(address: str) -> str:
    """The network from which one caller can choose addresses: an IPv6 user has 2 to the power of 64."""
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return address[:100]
    return str(ipaddress.ip_network((found, 64), strict=False)) if found.version == 6 else address


def refuse_too_many(db: Connection, limits: list[Limit], at: int) -> None:
    """Refuse an attempt unchecked if too many have failed.

    Raises:
        TooManyTriesError: too many have failed; says how long to wait.
    """
    wait = 0
    for limit in limits:
        failed = attempts_since(db, limit.counted_for, at - WINDOW)
        if len(failed) >= limit.most:
            wait = max(wait, failed[-limit.most] + WINDOW - at)
    if wait > 0:
        raise TooManyTriesError(
            "Too many tries failed. Wait {minutes} min and try again, or ask a supervisor for a new link.",
            {"minutes": -(-wait // 60_000)},
            -(-wait // 1000),
        )


def count_failed(change: Change, limits: list[Limit]) -> list[int]:
    """Count a failed attempt; returns the numbers under which it is counted."""
    return [add_attempt(change, limit.counted_for) for limit in limits]


def count_succeeded(change: Change, limits: list[Limit]) -> None:
    """Reset the counts after a successful attempt, except that of the address."""
    for limit in limits:
        if " address " not in limit.counted_for:
            forget_attempts(change, limit.counted_for, change.at - WINDOW)
