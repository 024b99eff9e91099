"""The utterance id: what joins a recording, a cloud record and a line in a device's log.

``{source}:{version}/{YYYY}/{MM}/{DD}/{HH}/{serial}/{mm}:{ss}::{tag}.{uuid}{region}[/{segment}]``

The time is UTC, to the second, of the start of the audio stream; minutes and seconds follow the serial.
``source`` is a device type, or a word such as ``TextClient`` for what was typed. ``serial`` is
``DEVICE_UNSPECIFIED`` in ids since about October 2021. ``segment`` counts from 0 within one stream.

References:
    Measured on 17 activity records of the DFRWS 2017 challenge (dfrws/dfrws2017-challenge), the 2019
    records of cleminator/AlexaPaperDatasets and the 2021-22 logs of Mich21050/EchoSystemFiles.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime

_PATTERN = (
    r"(?P<source>[A-Za-z0-9]{1,40}):(?P<version>\d{1,4}(?:\.\d{1,4})*)"
    r"/(?P<year>\d{4})/(?P<month>\d\d)/(?P<day>\d\d)/(?P<hour>\d\d)/(?P<serial>\w{1,40})"
    r"/(?P<minute>\d\d):(?P<second>\d\d)::(?P<tag>\w{1,20})"
    r"\.(?P<uuid>[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})(?P<region>[A-Za-z0-9]{0,16})"
    r"(?:/(?P<segment>\d{1,6}))?"
)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_whole = re.compile(_PATTERN, re.ASCII)
#: Finds utterance ids inside other text.
FINDER = re.compile(_PATTERN, re.ASCII)


@dataclass(frozen=True, slots=True)
class UtteranceId:
    """An utterance id, taken apart.

    Attributes:
        text: the id as recorded.
        source: device type, or a word such as ``TextClient``.
        serial: serial number, or None where the id says ``DEVICE_UNSPECIFIED``.
        timestamp: microseconds since 1970 UTC, whole seconds: the start of the stream.
        uuid: names the stream; segments of one stream share it.
        region: what follows the uuid (``ZXV``, ``LPM``, ...), or empty.
        segment: number of the segment within the stream, or None for the whole stream.
    """

    text: str
    source: str
    serial: str | None
    timestamp: int
    uuid: str
    region: str
    segment: int | None

    @property
    def recorded_time(self) -> str:
        """The time part as found in the id, ``YYYY/MM/DD/HH`` and ``mm:ss``, joined by a space."""
        when = datetime.fromtimestamp(self.timestamp // 1_000_000, UTC)
        return when.strftime("%Y/%m/%d/%H %M:%S")

    @property
    def key(self) -> str:
        """The key that all records of this stream share."""
        return f"utterance:{self.uuid}"

    @classmethod
    def parse(cls, text: str) -> UtteranceId | None:
        """Take an id apart; None where the text is not one (or names a date that does not exist)."""
        match = _whole.fullmatch(text)
        return cls._of(match) if match else None

    @classmethod
    def find(cls, text: str) -> UtteranceId | None:
        """The first utterance id inside a text, or None."""
        for match in FINDER.finditer(text):
            if found := cls._of(match):
                return found
        return None

    @classmethod
    def _of(cls, match: re.Match[str]) -> UtteranceId | None:
        parts = [int(match[name]) for name in ("year", "month", "day", "hour", "minute", "second")]
        try:
            when = datetime(*parts, tzinfo=UTC)  # type: ignore[misc,arg-type]
        except ValueError:
            return None
        serial, since = match["serial"], when - _EPOCH
        return cls(
            text=match[0],
            source=match["source"],
            serial=None if serial == "DEVICE_UNSPECIFIED" else serial,
            timestamp=(since.days * 86400 + since.seconds) * 1_000_000,
            uuid=match["uuid"],
            region=match["region"],
            segment=int(match["segment"]) if match["segment"] is not None else None,
        )
