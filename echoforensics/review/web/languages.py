"""The language of an answer: the first that its caller prefers (``Accept-Language``) and the room has.

The room's own pages send the language that they are written in, which is the account's where one is chosen.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from echoforensics.report.words.language import LANGUAGES

if TYPE_CHECKING:
    from starlette.requests import Request

_USUAL = "en"


def language_of(request: Request) -> str:
    """The code of the language in which a request is answered, one of ``LANGUAGES``."""
    for each in request.headers.get("accept-language", "")[:200].split(","):
        code = each.partition(";")[0].strip().partition("-")[0].lower()
        if code in LANGUAGES:
            return code
    return _USUAL
