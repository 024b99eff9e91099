"""What every value of the service in a text holds: words that tell it from the values of others."""

from __future__ import annotations

import re
from functools import cache

from parsers.alexa_api.answers.responses import kinds
from parsers.alexa_api.items.service_names import KEYS

#: A key of an answer that is as long as this and has a capital letter in it is taken for the service's.
_LEAST = 10


@cache
def text_marks() -> re.Pattern[str]:
    """An expression that finds one: a key of an answer, a command, an identifier, a host, a path."""
    keys = {key for kind in kinds() for keys in kind.telltales for key in keys}
    words = "|".join(sorted({*KEYS, *(key for key in keys if len(key) >= _LEAST and not key.islower())}))
    return re.compile(rf"(?:{words}|PUSH_[A-Z]|Notify[A-Z]|amzn1\.|\.amazon\.|amazonalexa\.com|/alexa-|/api/)")
