"""Information in the file name of a recording: a number, an utterance id, or a time and a text.

References:
    The DFRWS 2017 web scrape (``1.wav`` .. ``14.WAV``, joined to utterance ids by a list in the same folder).
    jungheum/pycift, ``amazon_alexa.py``: ``({time})_TEXT({text}).wav``.
"""

from __future__ import annotations

import re
from typing import NamedTuple
from urllib.parse import unquote

from parsers.record import Clock, Timestamp
from parsers.times import utc
from parsers.utterance import UtteranceId

#: How many characters at the end of a name are read.
_MAX_NAME = 1024
#: File systems do not allow ``:`` and ``/`` in names; programs put one of these in their place.
_SIGN = "[:/_ -]"
_UTTERANCE = re.compile(
    rf"(?P<source>[A-Za-z0-9]{{1,40}}){_SIGN}(?P<version>\d{{1,4}}(?:\.\d{{1,4}})*)"
    rf"{_SIGN}(?P<date>\d{{4}}{_SIGN}\d\d{_SIGN}\d\d{_SIGN}\d\d){_SIGN}(?P<serial>\w{{1,40}})"
    rf"{_SIGN}(?P<minute>\d\d){_SIGN}(?P<second>\d\d){_SIGN}{_SIGN}(?P<tag>\w{{1,20}})"
    r"\.(?P<uuid>[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})(?P<region>[A-Za-z0-9]{0,16})"
    rf"(?:{_SIGN}(?P<segment>\d{{1,6}})(?!\w))?",
    re.ASCII,
)
_VOICE = re.compile(
    r"\((?P<time>(\d{4})-(\d\d)-(\d\d)T(\d\d)[_:](\d\d)[_:](\d\d)(?P<zone>[+-]\d{4})?)\)"
    r"_TEXT\((?P<text>.*)\)(?:\.\w{1,8})?",
    re.ASCII | re.DOTALL,
)


class Voice(NamedTuple):
    """The parts of a name given by CIFT.

    Attributes:
        text: the text, as far as CIFT kept it.
        timestamp: the time.
    """

    text: str
    timestamp: Timestamp


def ending(name: str) -> str:
    """The file name extension with its dot, in lower case, or empty."""
    stem, dot, last = name.rpartition(".")
    return f".{last.lower()}" if dot and stem else ""


def number(name: str) -> int | None:
    """The number, if a file name consists of one before its extension (``9.WAV``), or None."""
    stem = name.rpartition(".")[0].rstrip(".") or name
    return int(stem) if stem.isascii() and stem.isdecimal() and len(stem) <= 9 else None


def utterance(name: str) -> tuple[UtteranceId, str] | None:
    """The utterance id in a file name, restored to its original form, and the text it was in the name."""
    plain = unquote(name[-_MAX_NAME:])
    for match in _UTTERANCE.finditer(plain):
        date = "/".join(re.split(_SIGN, match["date"]))
        text = (
            f"{match['source']}:{match['version']}/{date}/{match['serial']}"
            f"/{match['minute']}:{match['second']}::{match['tag']}.{match['uuid']}{match['region']}"
        )
        if match["segment"] is not None:
            text += f"/{match['segment']}"
        found = UtteranceId.parse(text)
        if found is not None:
            return found, match[0]
    return None


def voice(name: str) -> Voice | None:
    """The time and text in a name given by CIFT, or None."""
    match = _VOICE.fullmatch(name[:_MAX_NAME])
    if match is None:
        return None
    year, month, day, hour, minute, second = (int(part) for part in match.groups()[1:7])
    stamp = utc(year, month, day, hour, minute, second)
    note = (
        "From the file's name, which CIFT made from the utterance id, in the time zone of the workstation it ran on:"
        " the start of the audio stream, to the second."
    )
    zone = match["zone"]
    if stamp is not None and zone is not None:
        offset = int(zone[1:3]) * 3600 + int(zone[3:]) * 60
        stamp += (offset if zone[0] == "-" else -offset) * 1_000_000
    elif zone is None:
        stamp, note = None, note + " The name gives no zone, so it is left unknown."
    return Voice(match["text"], Timestamp("Start Time", match["time"], Clock.EXAMINER, stamp, note))
