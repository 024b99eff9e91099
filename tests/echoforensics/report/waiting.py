"""Waiting for what a page comes to show."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

#: Seconds: how long a browser may take on a busy machine.
_PATIENCE = 600


def wait_until(page: Any, expression: str, arg: object = None) -> None:
    """Wait until an expression, or a function of ``arg``, is true in a page.

    The driver's own ``wait_for_function`` evaluates text within the page again and again, which the page's Content
    Security Policy refuses: it fails wherever the expression is not true at once.
    """
    end = time.monotonic() + _PATIENCE
    while not page.evaluate(expression, arg):
        assert time.monotonic() < end, expression
        page.wait_for_timeout(50)


def wait_for(page: Any, is_so: Callable[[], bool]) -> None:
    """Wait until something is so outside a page that follows from what was done in it, as a request that it sends."""
    end = time.monotonic() + _PATIENCE
    while not is_so():
        assert time.monotonic() < end, is_so
        page.wait_for_timeout(50)
