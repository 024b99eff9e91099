"""Words in text that identify values of the Alexa service."""

from __future__ import annotations

import re
from functools import cache

from parsers.alexa_api.answers.responses import kinds
from parsers.alexa_api.items.service_names import KEYS

#: An answer key of at least this length with a capital letter is attributed to the service.
_LEAST = 10
#: How the log of a home-automation program (alexa_media) prints the last utterance.
_LOGGED = r"serialNumber['\"]: ?['\"][^'\"\n]{1,40}['\"], ?['\"]timestamp['\"]"

#: States of ioBroker, entries of Home Assistant's registries, headers of directives.
_OF_PROGRAMS = (
    r"alexa2\.\d{1,4}\.History\.|adapter\.alexa2\.|alexa_(?:media|devices)['\"]|dialogRequestId|correlationToken"
)


@cache
def text_marks() -> re.Pattern[str]:
    """An expression that finds an answer key, a command, an identifier, a host or a path of the service."""
    keys = {key for kind in kinds() for keys in kind.telltales for key in keys}
    words = "|".join(sorted({*KEYS, *(key for key in keys if len(key) >= _LEAST and not key.islower())}))
    return re.compile(
        rf"(?:{words}|{_LOGGED}|{_OF_PROGRAMS}|PUSH_[A-Z]|Notify[A-Z]|amzn1\.|\.amazon\.|amazonalexa\.com|/alexa-|/api/)"
    )
