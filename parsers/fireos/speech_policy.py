"""A developer policy for the speech client of Fire OS: ``csm/policy.json`` on the user-visible storage.

References:
    bboe/overdub (docs/device.md) and the speech client's decompiled program name the file.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import ClassVar

from parsers.formats.json.text import JsonError, decode
from parsers.parser import About, Parser, Source
from parsers.record import Issue, Record
from parsers.registry import register
from parsers.secret import masked_values
from parsers.small_file import NO_TIME, text_of, whole
from parsers.values import Keeper, shown

DATA_TYPE = "echo:state:speech_policy"
_PATH = re.compile(r"(?:^|/)csm/policy\.json$")


@register
class SpeechPolicy(Parser):
    """Reads the file."""

    name: ClassVar[str] = "speech_policy"
    version: ClassVar[str] = "1"
    needs_path: ClassVar[tuple[str, ...]] = ("csm/policy.json",)
    about: ClassVar[About] = About(
        title="Policy of the speech client of Fire OS (csm/policy.json)",
        data_types=(DATA_TYPE,),
        known_by=("csm/policy.json, a JSON object",),
        shows="That somebody put, or a developers' build wrote, a policy for the speech client, and what it says.",
        does_not_show="That the speech client took it: builds that are sold may pass it over.",
        validated_on=("Made files only. The path is seen in the speech client's decompiled program.",),
        limits=("The file holds no time. What its members do is not documented.",),
        references=("https://github.com/bboe/overdub",),
    )

    def claims(self, source: Source) -> bool:
        """Whether the path matches and the content is JSON."""
        return _PATH.search(source.path) is not None and source.head.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"{")

    def parse(self, source: Source) -> Iterator[Record | Issue]:
        """Yield one record."""
        content, issues = whole(source)
        yield from issues
        try:
            value = decode(text_of(content))
        except JsonError as error:
            yield Issue(f"The policy of the speech client is not JSON: {error}.", "", content[:64])
            return
        if not isinstance(value, dict):
            yield Issue("The policy of the speech client is not an object.", "", content[:64])
            return
        held = ", ".join(f"{name} {shown(item, 60) or 'given'}" for name, item in list(value.items())[:6])
        fields = Keeper().fields({"policy": masked_values(value)})
        yield Record(
            DATA_TYPE, f"A policy for the speech client is kept: {held or 'empty'}.{NO_TIME}", "", fields=fields
        )
