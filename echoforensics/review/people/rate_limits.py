"""Limits on guessing: by account, by address, and by browser.

Of each, only so many tries may fail within a quarter of an hour; further ones are not looked at. Nobody is locked out
for good. Tries from elsewhere cannot keep out a person who has signed in with the same browser before: such a browser
is counted by itself. And a new link, which is made on the server, sets an account up again whatever was counted.
"""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from echoforensics.review.room_errors import TooManyTriesError
from echoforensics.review.store.session_table import add_attempt, attempts_since, forget_attempts

if TYPE_CHECKING:
    from echoforensics.review.store.room_database import Change, Connection

#: Milliseconds in which tries are counted.
WINDOW = 15 * 60 * 1000
#: How many may fail in it.
BY_ACCOUNT, BY_ADDRESS, BY_BROWSER = 10, 40, 10


@dataclass(frozen=True, slots=True)
class Limit:
    """How many tries of one thing may fail.

    Attributes:
        counted_for: what is counted, by name.
        most: how many may fail within :data:`WINDOW`.
    """

    counted_for: str
    most: int


def limits_of(account: str, address: str, browser: str, step: str) -> list[Limit]:
    """What is counted of a try to sign in.

    Args:
        account: the name that was given.
        address: where the try comes from.
        browser: the hash of a browser with which this account signed in before; empty for any other.
        step: ``password`` or ``second``.
    """
    if browser:
        return [Limit(f"{step} browser {browser}", BY_BROWSER)]
    return [
        Limit(f"{step} account {account.casefold()[:200]}", BY_ACCOUNT),
        Limit(f"{step} address {_network(address)}", BY_ADDRESS),
    ]


def _network(address: str) -> str:
    """What one caller can choose addresses from: of IPv6, whoever has one has 2 to the power of 64."""
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return address[:100]
    return str(ipaddress.ip_network((found, 64), strict=False)) if found.version == 6 else address


def refuse_too_many(db: Connection, limits: list[Limit], at: int) -> None:
    """Refuse to look at a try where too many have failed.

    Raises:
        TooManyTriesError: says how long to wait.
    """
    wait = 0
    for limit in limits:
        failed = attempts_since(db, limit.counted_for, at - WINDOW)
        if len(failed) >= limit.most:
            wait = max(wait, failed[-limit.most] + WINDOW - at)
    if wait > 0:
        minutes = -(-wait // 60_000)
        raise TooManyTriesError(
            f"Too many tries failed. Wait {minutes} {'minute' if minutes == 1 else 'minutes'} and try again, or ask"
            " a supervisor for a new link.",
            -(-wait // 1000),
        )


def count_failed(change: Change, limits: list[Limit]) -> None:
    """Count a try that failed."""
    for limit in limits:
        add_attempt(change, limit.counted_for)


def count_succeeded(change: Change, limits: list[Limit]) -> None:
    """Forget what failed before a try that succeeded; not what was counted for the address."""
    for limit in limits:
        if " address " not in limit.counted_for:
            forget_attempts(change, limit.counted_for, change.at - WINDOW)
