"""Logs of home-automation hubs that name Alexa: openHAB's events, and what Echo Speaks writes on Hubitat.

::

    2024-03-09 21:14:24.169 [INFO ] [openhab.event.ItemStateChangedEvent ] - Item 'Echo_Volume' changed from 20 to 25
    dev:3872021-11-07 09:12:34.567 debugEcho (v4.1.9.9) | lastVoiceActivity: turn on the light

References:
    openhab/openhab-addons, issue 11780, and smarthomej/addons, issue 266 (lines of events.log; the channel
    ``lastVoiceCommand`` of the binding amazonechocontrol); tonesto7/echo-speaks, issue 270 (lines copied from Hubitat's
    page of logs) and its driver (``lastVoiceActivity``).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import ClassVar, NamedTuple

from parsers.formats.lazy_pattern import lazy
from parsers.formats.logs.lines import FILE_TYPE, MAX_LINES, LogSummary, OtherLine
from parsers.formats.logs.text import first_lines, raw_lines
from parsers.parser import About, Parser, Source
from parsers.record import Clock, Issue, Record, Timestamp, Value
from parsers.registry import register
from parsers.secret import masked
from parsers.values import shown

SPOKEN_TYPE, STATE_TYPE = "alexa:cloud:last_called", "alexa:app:kept_state"
MAX_LINE = 16384
#: How many of the first lines show the form, and how many may be in a head.
_LOOK, _MOST_IN_HEAD = 50, 5000
_DATE = rb"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{3}"
_OPENHAB = lazy(
    rb"(?P<time>" + _DATE + rb") (?:\[[A-Z]{4,5} ?\] )?\[(?P<source>[\w.]{0,60}Event) {0,40}\] - (?P<text>.*)",
    re.DOTALL,
)
_HUBITAT = lazy(
    rb"(?P<source>(?:dev|app):\d{1,6}?)\s?(?P<time>"
    + _DATE
    + rb"(?: [AP]M)?)\s?(?:trace|debug|info|warn|error)\s?(?P<text>.*)",
    re.DOTALL,
)
_ITEM = lazy(
    r"(?:Item '(?P<item>[^']{1,200})'|(?P<old>\w{1,200}))"
    r" (?P<what>changed from|updated to|received command|received update|predicted to become) ?(?P<value>.*)",
    re.DOTALL,
)
_THING = lazy(
    r"(?:Thing )?'(?P<thing>amazonechocontrol:[\w:-]{1,200})' changed from (?P<old>.{1,400}?) to (?P<new>.{1,400})"
)
_LINK = lazy(r"Link '(?P<item>\w{1,200})(?:-| => )amazonechocontrol:")
#: Items that their names give to Alexa. People name them as they like.
_ITEM_NAME = lazy(
    r"(?i:alexa|amazon_?echo|last_?voice_?command)|Echo(?![a-z])|(?<![A-Za-z])echo(?![a-z])|(?<![A-Z])ECHO(?![A-Z])"
)
_SPOKEN_NAME = lazy(r"(?i)last_?voice_?command")
_ECHO_SPEAKS = lazy(r"(?P<part>Echo\w{0,20}) ?\(v[\d.]{1,20}\) \| (?P<text>.*)", re.DOTALL)
_VOICE = "lastVoiceActivity: "
_NAMED = lazy(rb"(?i)alexa|amazon_?echo|echo|last_?voice_?command")
#: What gives an item a state; a command does not, until it is carried out.
_NEW_STATE = frozenset({"changed from", "updated to", "received update"})
_NOTHING = frozenset({"", "NULL", "UNDEF", "null"})
_NOTE = "When the program wrote the line, by its machine's clock. The line writes no zone."


@register
class HubLog(Parser):
    """Reads the lines of one log that are about Alexa."""

    name: ClassVar[str] = "hub_log"
    version: ClassVar[str] = "1"
    needs: ClassVar[tuple[bytes, ...]] = (rb"Event {0,40}\] - ", rb"Echo\w{0,20} ?\(v[\d.]{1,20}\) \| ")
    text_only: ClassVar[bool] = True
    reads_lines: ClassVar[bool] = True
    about: ClassVar[About] = About(
        title="Logs of home-automation hubs: openHAB's events, Echo Speaks on Hubitat",
        data_types=(SPOKEN_TYPE, STATE_TYPE, FILE_TYPE),
        known_by=(
            "lines of openHAB's events.log, of which one is about a thing of the binding amazonechocontrol, or about an"
            " item whose name has Alexa, Echo or lastVoiceCommand in it",
            "lines of Hubitat's log that Echo Speaks wrote",
        ),
        shows=(
            "That the hub got this state of a device or item, such as the last text recognised, when it wrote the line."
        ),
        does_not_show=(
            "The zone of the times. What was said, or by whom. Which Echo it was: people name items as they like, and"
            " Hubitat writes a number of its own."
        ),
        validated_on=("Made files only, in the form of published lines.",),
        limits=(
            f"Lines are read up to {MAX_LINE} bytes, and {MAX_LINES} lines of a file.",
            "Of openHAB's items those are read whose names say so, and those of which the log has the link before.",
            'A change from one text to another is split at the first " to ", if the old text is not known.',
        ),
        references=(
            "https://www.openhab.org/addons/bindings/amazonechocontrol/",
            "https://github.com/tonesto7/echo-speaks",
        ),
    )

    def claims(self, source: Source) -> bool:
        """Whether most of the first lines have a form, and a line of the head is about Alexa."""
        lines = first_lines(source.head, _LOOK, MAX_LINE)
        found = sum(_form_of(line) is not None for line in lines)
        if not found or 2 * found < len(lines):
            return False
        reader = _HubReader()
        named = (line for line in first_lines(source.head, _MOST_IN_HEAD, MAX_LINE) if _NAMED.search(line))
        return any(reader.find(line) for line in map(_form_of, named) if line)

    def parse(self, source: Source) -> Iterator[Record | Issue]:
        """Yield a record for each line about Alexa, and one for the file."""
        summary, reader = LogSummary(), _HubReader()
        with source.open() as stream:
            for raw in raw_lines(stream, MAX_LINE):
                if (line := _form_of(raw.content)) is None:
                    summary.other(OtherLine(raw.locator, raw.content, raw.cut))
                elif summary.of_form >= MAX_LINES:
                    summary.beyond += 1
                else:
                    timestamp = _timestamp(line)
                    summary.line(line["source"].decode("ascii", "replace"), timestamp)
                    if raw.cut:
                        summary.cut(raw.locator)
                    if found := reader.find(line):
                        yield found.record(raw.locator, timestamp)
        yield from summary.end(None)


class _HubLine(NamedTuple):
    """What a line is about.

    Attributes:
        message: in words.
        fields: its parts.
        transcript: what was recognised; empty if the line is of something else.
    """

    message: str
    fields: dict[str, Value]
    transcript: str = ""

    def record(self, locator: str, timestamp: Timestamp) -> Record:
        """The record of the line."""
        kind = SPOKEN_TYPE if self.transcript else STATE_TYPE
        return Record(kind, self.message, locator, (timestamp,), transcript=self.transcript or None, fields=self.fields)


@dataclass(slots=True)
class _HubReader:
    """Reads the lines of one log in order.

    Attributes:
        linked: the items that the log links with a thing of the binding.
        values: the last value of each item that is read.
    """

    linked: set[str] = field(default_factory=set)
    values: dict[str, str] = field(default_factory=dict)

    def find(self, line: re.Match[bytes]) -> _HubLine | None:
        """What a line is about; None if it is not about Alexa."""
        text = line["text"].decode("utf-8", "backslashreplace").rstrip()
        source = line["source"].decode("ascii", "replace")
        return _of_echo_speaks(text, source) if source.startswith(("dev:", "app:")) else self._of_openhab(text)

    def _of_openhab(self, text: str) -> _HubLine | None:
        if thing := _THING.match(text):
            old, new = thing["old"], thing["new"]
            went = f"went from {shown(old, 100)} to {shown(new, 200)}"
            message = f"openHAB's log records that the thing {thing['thing']} {went}."
            return _HubLine(message, {"thing": thing["thing"], "from": old, "to": new})
        if link := _LINK.match(text):
            self.linked.add(link["item"])
            return _HubLine(f"openHAB's log records a link of an item: {shown(text, 300)}", {"text": masked(text)})
        found = _ITEM.fullmatch(text)
        item = (found["item"] or found["old"]) if found else ""
        if found is None or not (_ITEM_NAME.search(item) or item in self.linked):
            return None
        return self._of_item(item, found["what"], found["value"])

    def _of_item(self, item: str, what: str, value: str) -> _HubLine:
        fields: dict[str, Value] = {"item": item, "event": what}
        if what == "changed from":
            known = self.values.get(item)
            old = known if known is not None and value.startswith(f"{known} to ") else value.partition(" to ")[0]
            fields["from"] = old
            value = value[len(old) :].removeprefix(" to ")
            words = f"changed from {shown(old, 200) or 'nothing'} to {shown(value, 300)}"
        else:
            words = f"{what} {shown(value, 300)}"
        fields["value"] = value
        if what in _NEW_STATE:
            self.values[item] = value
        spoken = value if _SPOKEN_NAME.search(item) and what in _NEW_STATE and value not in _NOTHING else ""
        return _HubLine(f"openHAB's log records of the item {shown(item, 100)}: {words}.", fields, spoken)


def _of_echo_speaks(text: str, source: str) -> _HubLine | None:
    found = _ECHO_SPEAKS.match(text)
    if found is None:
        return None
    fields: dict[str, Value] = {"source": source, "text": masked(text)}
    if found["text"].startswith(_VOICE) and (spoken := found["text"].removeprefix(_VOICE)) not in _NOTHING:
        message = f'Echo Speaks on Hubitat ({source}) had as the last text recognised "{shown(spoken, 300)}".'
        return _HubLine(message, fields, spoken)
    return _HubLine(f"Echo Speaks on Hubitat ({source}) wrote: {shown(masked(found['text']), 300)}", fields)


def _form_of(content: bytes) -> re.Match[bytes] | None:
    return _OPENHAB.fullmatch(content) or _HUBITAT.fullmatch(content)


def _timestamp(line: re.Match[bytes]) -> Timestamp:
    return Timestamp("Recorded Time", line["time"].decode("ascii"), Clock.UNKNOWN, None, _NOTE)
