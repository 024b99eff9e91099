"""Cookies, whatever the file type: those of Amazon and Alexa hosts are listed, the others counted."""

from __future__ import annotations

import re

from parsers.record import Record

COOKIE_TYPE, COOKIE_FILE_TYPE = "alexa:web:cookie", "alexa:web:cookie_file"
_HOSTS = re.compile(r"amazon|alexa", re.IGNORECASE)


def is_listed(host: str) -> bool:
    """Whether a cookie's host belongs to Amazon or Alexa."""
    return _HOSTS.search(host) is not None


def other_cookies(count: int) -> Record:
    """The record that counts the cookies of other hosts."""
    cookies = f"{count} cookie{'' if count == 1 else 's'}"
    message = f"The file keeps {cookies} of hosts that are not Amazon's or Alexa's; not listed."
    return Record(COOKIE_FILE_TYPE, message, "", fields={"other_cookies": count})
