"""Text files with numbered addresses of recordings and activities, as somebody wrote them down.

It shows which recording of a folder, ``8.wav``, belongs to which utterance.

References:
    ``json and audio api.txt`` of the DFRWS 2017 challenge (005-Amazon-Echo-Alexa-Web-Scrape).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO, ClassVar
from urllib.parse import unquote

from parsers.alexa_api.items import spoken
from parsers.alexa_api.items.activity_key import ActivityKey
from parsers.alexa_api.items.address import ApiUrl
from parsers.locator import at_line
from parsers.parser import About, Parser, Source
from parsers.record import Clock, Issue, Record, Value
from parsers.registry import register

DATA_TYPE = "alexa:cloud:listed_url"
#: Longer lines are not read.
MAX_LINE = 65536
#: Malformed lines beyond this number are counted, not listed.
MAX_ISSUES = 50
_AUDIO = "/api/utterance/audio/data"
_ACTIVITY = "/api/activities/"
_NUMBERED = re.compile(r"\s*(?:(\d{1,9})\s{0,20}[.):\]\-]?\s{0,20}|[.*\-]\s{0,20})?(https?://\S+)\s*", re.IGNORECASE)
_SECTION = re.compile(r"\s*([^:/\r\n]{1,80}):\s*")
_TELLTALE = re.compile(
    rb"^[ \t]{0,20}(?:\d{1,9}[ \t]{0,20}[.):\]-]?[ \t]{0,20}|[.*-][ \t]{0,20})?"
    rb"https?://[\w.-]{1,80}/api/(?:utterance/audio/data\?id=|activities/)\S{8}",
    re.MULTILINE | re.IGNORECASE,
)


@register
class ApiUrlList(Parser):
    """Reads such a list, one record per address."""

    name: ClassVar[str] = "api_url_list"
    version: ClassVar[str] = "1"
    needs: ClassVar[tuple[bytes, ...]] = (
        rb"(?i)/api/utterance/audio/data\?id=",
        rb"(?i)/api/activities/",
    )
    text_only: ClassVar[bool] = True
    about: ClassVar[About] = About(
        title="Numbered list of addresses of recordings and activities",
        data_types=(DATA_TYPE,),
        known_by=(
            "text: two or more lines that hold only a number and an address of the Alexa service,"
            f" with {_AUDIO}?id= or {_ACTIVITY}",
        ),
        shows=(
            "That somebody wrote down these addresses, and so which number stands for which utterance or activity."
            " An address holds the utterance's time, or the time the activity was created, and the device."
        ),
        does_not_show="That the file with the number is the recording of the address: a person named the files.",
        validated_on=("The list of the DFRWS 2017 challenge: 36 addresses",),
        limits=(f"Lines longer than {MAX_LINE} bytes are not read.",),
        references=("https://github.com/dfrws/dfrws2017-challenge",),
    )

    def claims(self, source: Source) -> bool:
        """Whether two lines of the head consist of such an address and at most a number."""
        if b"://" not in source.head:  # much faster than the expression, and rejects most files
            return False
        head = source.head.replace(b"\r", b"\n")
        found = _TELLTALE.finditer(head)
        return next(found, None) is not None and next(found, None) is not None

    def parse(self, source: Source) -> Iterator[Record | Issue]:
        """Yield a record for each address."""
        section = ""
        unknown = 0
        with source.open() as stream:
            for line in _lines(stream):
                if line.text is None:
                    yield Issue(f"Line {line.number} is longer than {MAX_LINE} bytes; not read.", line.locator)
                    continue
                if not line.text.strip():
                    continue
                if heading := _SECTION.fullmatch(line.text):
                    section = heading[1].strip()
                    continue
                found = _NUMBERED.fullmatch(line.text)
                url = ApiUrl.parse(found[2]) if found else None
                if found and url:
                    yield _record(url, found[1], section, line, source)
                    continue
                unknown += 1
                if unknown <= MAX_ISSUES:
                    what = f"Line {line.number} holds no address of the Alexa service."
                    yield Issue(what, line.locator, line.text.encode("utf-8", "surrogateescape")[:64])
        if unknown > MAX_ISSUES:
            yield Issue(f"{unknown - MAX_ISSUES} more lines hold no address of the Alexa service.")


@dataclass(frozen=True, slots=True)
class _ListLine:
    number: int
    text: str | None

    @property
    def locator(self) -> str:
        return at_line(self.number)


def _lines(stream: BinaryIO) -> Iterator[_ListLine]:
    """The lines of a text; None as the text of a line that is too long."""
    number = 0
    while piece := stream.readline(MAX_LINE + 1):
        number += 1
        if len(piece) > MAX_LINE and not piece.endswith(b"\n"):
            while piece and not piece.endswith(b"\n"):
                piece = stream.readline(MAX_LINE + 1)
            yield _ListLine(number, None)
            continue
        if number == 1:
            piece = piece.removeprefix(b"\xef\xbb\xbf")
        for text in piece.rstrip(b"\r\n").split(b"\r"):
            yield _ListLine(number, text.decode("utf-8", "surrogateescape"))


def _record(url: ApiUrl, number: str | None, section: str, line: _ListLine, source: Source) -> Record:
    written = number or ""
    number = str(int(number)) if number else None
    fields: dict[str, Value] = {"section": section, "number": written, "request_url": url.text}
    if (requested := url.requested) is not None:
        fields["request_time_ms"] = requested
    asked = url.to_timestamp(Clock.UNKNOWN)
    timestamps = (asked,) if asked else ()
    listed = f"A list names, as number {number}," if number else "A list names, without a number,"
    utterance = spoken.in_url(url.query.get("id", "")) if url.path.rstrip("/") == _AUDIO else None
    if url.path.rstrip("/") == _AUDIO:
        fields["id"] = url.query.get("id", "")
        numbered = f"numbered-audio:{source.folder}#{number}"
        return Record(
            data_type=DATA_TYPE,
            message=f"{listed} the address of the recording of an utterance.",
            locator=line.locator,
            timestamps=(*((spoken.to_timestamp(utterance),) if utterance else ()), *timestamps),
            device_serial=utterance.serial if utterance else None,
            device_type=spoken.device_type(utterance),
            utterance_id=utterance.text if utterance else None,
            fields=fields,
            keys=(numbered,) if number else (),
        )
    key = ActivityKey.parse(unquote(url.path.removeprefix(_ACTIVITY))) if url.path.startswith(_ACTIVITY) else None
    created = key.to_timestamp() if key else None
    what = "the address of an activity" if key else f"an address of the Alexa service, {url.plain_path}"
    return Record(
        data_type=DATA_TYPE,
        message=f"{listed} {what}.",
        locator=line.locator,
        timestamps=(*((created,) if created else ()), *timestamps),
        device_serial=key.serial if key else url.query.get("deviceSerialNumber") or None,
        device_type=key.device_type if key else url.query.get("deviceType") or None,
        account=key.customer if key else None,
        fields=fields,
        keys=(key.key,) if key else (),
    )
