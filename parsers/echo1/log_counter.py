"""The counters beside an Echo's rotated logs: the oldest and newest chunk kept, and the next file to be sent."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import ClassVar

from parsers.locator import at_bytes
from parsers.parser import About, Parser, Source
from parsers.record import Issue, Record
from parsers.registry import register

DATA_TYPE = "echo:log:counter"
_NAME = re.compile(r"(?P<log>[\w.]{1,60})_(?P<which>youngest|oldest)|nexttosendfile")
_NUMBER = re.compile(rb"(\d{8})\s*")


@register
class LogCounter(Parser):
    """Reads one counter file."""

    name: ClassVar[str] = "echo_log_counter"
    version: ClassVar[str] = "1"
    needs_path: ClassVar[tuple[str, ...]] = ("_youngest", "_oldest", "nexttosendfile")
    about: ClassVar[About] = About(
        title="Counters of a first-generation Echo's rotated logs",
        data_types=(DATA_TYPE,),
        known_by=("a file of eight digits named {log}_youngest, {log}_oldest or nexttosendfile",),
        shows=(
            "How many rotations of a log there have been, and which were kept when the file was last written: chunks"
            " between the oldest and the youngest that are not in the evidence are missing from it."
        ),
        does_not_show="When a rotation took place, or why a chunk is missing.",
        validated_on=("Echo 1st generation (AB72C64C86AW2), 2022: Mich21050/EchoSystemFiles",),
        limits=("The file holds no time.",),
        references=("github.com/Mich21050/EchoSystemFiles: var/local/log",),
    )

    def claims(self, source: Source) -> bool:
        """Whether the name matches and the content is eight digits."""
        return bool(_NAME.fullmatch(source.name)) and source.size <= 16 and bool(_NUMBER.fullmatch(source.head))

    def parse(self, source: Source) -> Iterator[Record | Issue]:
        """Yield one record."""
        with source.open() as stream:
            content = stream.read(16)
        named, number = _NAME.fullmatch(source.name), _NUMBER.fullmatch(content)
        if named is None or number is None:
            yield Issue("Eight digits were expected.", "", content)
            return
        value = int(number[1])
        what = f"The {named['which']} chunk of the log {named['log']}" if named["log"] else "The next file to be sent"
        yield Record(
            DATA_TYPE,
            f"{what} is number {value}, as the file was last written.",
            at_bytes(0, 8),
            fields={"log": named["log"] or "", "which": named["which"] or "next to send", "number": value},
        )
