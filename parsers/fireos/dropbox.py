"""Entries of Android's dropbox other than logs: device starts, crashes, and further entries of the system.

References:
    AOSP frameworks/base, DropBoxManagerService: ``{tag}@{epoch milliseconds}.txt[.gz]``, ``.dat``, and ``.lost`` for an
    entry whose content was discarded. BootReceiver, ActivityManagerService (the tags and the headers).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import ClassVar
from urllib.parse import unquote

from parsers.parser import About, Parser, Source, looks_like_text
from parsers.record import Clock, Issue, Record, Timestamp, Value
from parsers.registry import register
from parsers.secret import masked
from parsers.times import from_milliseconds
from parsers.values import Keeper, shown

BOOT_TYPE, CRASH_TYPE, OTHER_TYPE = "echo:event:boot", "echo:event:crash", "echo:event:dropbox"
_NAME = re.compile(r"(?P<tag>[\w.%+ -]{1,120}?)(?P<sign>[@_])(?P<ms>\d{13})\.(?P<kind>txt|dat|lost)")
#: Another parser reads the logs; the archives that contain them are opened.
_LOG = re.compile(r"(?:Log|event_log|kernel_log)\b", re.IGNORECASE)
_HEADER = re.compile(r"(?P<name>[A-Za-z][\w -]{0,40}): ?(?P<value>.{0,1000})")
_FIRST_HEADER = re.compile(
    rb"(?:isPrevious|Build|Process|Hardware|Subject|Package|Flags|Boot info|Last boot reason|SystemUptimeMs):"
)
_BOOTS = {
    "SYSTEM_BOOT": "that the device was started", "SYSTEM_RESTART": "that the system was started again",
}  # fmt: skip
_CRASHES = (
    ("native_crash", "that a program crashed"), ("crash", "that a program crashed"),
    ("anr", "that a program did not answer"), ("watchdog", "that the system did not answer"),
    ("tombstone", "that a program crashed"), ("wtf", "a failure that its programmers thought impossible"),
    ("lowmem", "that memory was short"), ("panic", "that the kernel crashed"),
)  # fmt: skip
_TIME = (
    "Epoch milliseconds (UTC) in the file's name: when Android put the entry into its dropbox, by the device's clock."
    " Entries of one time are moved on by milliseconds."
)
#: The most bytes read of an entry, the most headers kept, and the most characters of its text.
_MAX_READ, _MAX_HEADERS, _MAX_TEXT = 65536, 60, 4000


@register
class AndroidDropbox(Parser):
    """Reads one entry, after unpacking."""

    name: ClassVar[str] = "android_dropbox"
    version: ClassVar[str] = "1"
    needs_path: ClassVar[tuple[str, ...]] = (".txt", ".dat", ".lost")
    about: ClassVar[About] = About(
        title="Entries of Android's dropbox: starts of the device, crashes",
        data_types=(BOOT_TYPE, CRASH_TYPE, OTHER_TYPE),
        known_by=(
            "{tag}@{epoch milliseconds}.txt, .dat or .lost, but for logs, in a folder named dropbox or with the headers"
            " of such an entry (Build:, Process:, isPrevious:)",
        ),
        shows="When, by the device's clock, Android noted a start of the device, a crash or another event.",
        does_not_show="Why the device was started; that no other start took place, for old entries are removed.",
        validated_on=("Made files only. That stock Android names entries so is known from its published source.",),
        limits=(
            f"Of an entry's text the first {_MAX_TEXT} characters are kept.",
            "Where a copy wrote _ for the @ of the name, the entry is only known in a folder named dropbox.",
        ),
        references=("AOSP frameworks/base, DropBoxManagerService, BootReceiver",),
    )

    def claims(self, source: Source) -> bool:
        """Whether the name matches, and the folder or the headers."""
        found = _NAME.fullmatch(source.name)
        if found is None or (_LOG.match(found["tag"]) and found["kind"] != "lost"):
            return False
        in_folder = re.search(r"(?:^|/)dropbox/", source.path) is not None
        return in_folder or (found["sign"] == "@" and _FIRST_HEADER.match(source.head) is not None)

    def parse(self, source: Source) -> Iterator[Record | Issue]:
        """Yield one record."""
        found = _NAME.fullmatch(source.name)
        if found is None:
            yield Issue("The name of an entry of the dropbox was expected.")
            return
        with source.open() as stream:
            content = stream.read(_MAX_READ)
        tag = unquote(found["tag"])
        timestamp = from_milliseconds(found["ms"])
        stamp = Timestamp("Recorded Time", found["ms"], Clock.DEVICE, timestamp, _TIME)
        if content and not looks_like_text(content):
            yield Issue(
                f'The entry "{shown(tag)}" of the dropbox is not text; only its name was read.', "", content[:64]
            )
            content = b""
        text = content.decode("utf-8", "backslashreplace")
        headers, rest = _headers(text)
        data_type, what = _kind(tag, lost=found["kind"] == "lost")
        message = f'Android noted {what} ("{shown(tag, 100)}")'
        if process := headers.get("Process") or headers.get("Package"):
            message += f", of {shown(process, 100)}"
        if first := next((line.strip() for line in rest.splitlines() if line.strip()), ""):
            message += f": {shown(masked(first), 200)}"
        fields: dict[str, Value] = {
            "tag": tag, "headers": {name: masked(value) for name, value in headers.items()},
            "text": masked(rest[:_MAX_TEXT]),
        }  # fmt: skip
        yield Record(data_type, message.rstrip(".") + ".", "", (stamp,), fields=Keeper().fields(fields))


def _headers(text: str) -> tuple[dict[str, str], str]:
    """The headers up to the first empty line, and what follows."""
    found: dict[str, str] = {}
    head, _, rest = text.replace("\r\n", "\n").partition("\n\n")
    lines = head.split("\n")
    for number, line in enumerate(lines):
        header = _HEADER.fullmatch(line)
        if header is None or len(found) >= _MAX_HEADERS:
            return found, "\n".join(lines[number:]) + ("\n\n" + rest if rest else "")
        found.setdefault(header["name"], header["value"])
    return found, rest


def _kind(tag: str, *, lost: bool) -> tuple[str, str]:
    """The data type of an entry, and what it reports."""
    if lost:
        return OTHER_TYPE, "an entry whose content was discarded"
    if what := _BOOTS.get(tag):
        return BOOT_TYPE, what
    for word, what in _CRASHES:
        if word in tag.lower():
            return CRASH_TYPE, what
    return OTHER_TYPE, "an entry"
