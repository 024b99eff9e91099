"""Lines of a log that a container's engine, a service manager or a collector keeps in lines of its own.

=================================  ===================================================================================
Docker, json-file                  ``{"log":"text\\n","stream":"stdout","time":"2024-03-01T09:26:53.9Z"}``
Kubernetes (CRI), Podman           ``2024-03-01T09:26:53.9Z stdout F text``; ``P`` where the next line continues
collectors, in JSON                an object with the text as ``message``, ``msg``, ``line``, ``textPayload``, ``log``
Fluentd                            time, tag and such an object, with tabs between
Docker Compose, PM2                ``name-1  | text``
``docker logs -t``, svlogd, tai64n  a time and the text
RFC 6587                           ``94 <14>1 2024-...``: the length of each message before it
=================================  ===================================================================================

References:
    docs.docker.com (JSON File logging driver; docker logs; docker compose logs); kubernetes/cri-api (the format of
    log lines, with the tags P and F); docs.fluentd.org (out_file); RFC 6587, section 3.4.1; cr.yp.to (tai64n).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import NamedTuple

from parsers.formats.json.text import JsonError, decode

#: How many lines of a head are checked, and how many of ten must have the form.
_LOOK, _OF_TEN = 50, 9
_ISO = rb"\d{4}-\d\d-\d\d[T_ ]\d\d:\d\d:\d\d(?:[.,]\d{1,9})?(?:Z|[+-]\d\d:\d\d)?"
_CRI = re.compile(rb"(?P<time>" + _ISO + rb") std(?:out|err) (?P<tag>[FP])(?::\w{1,20})* (?P<text>.*)", re.DOTALL)
_TAGGED = re.compile(rb"(?P<time>" + _ISO + rb")\t[\w.*:/-]{1,200}\t(?P<json>\{.*\})\s*", re.DOTALL)
_NAMED = re.compile(
    rb"(?:\x1b\[[\d;]{0,20}m){0,4}[\w.-]{1,60}(?:\|[\w. -]{1,60}?)? {0,60}(?:\x1b\[[\d;]{0,20}m){0,4}\| (?P<text>.*)",
    re.DOTALL,
)
_STAMPED = re.compile(rb"(?P<time>" + _ISO + rb"|@[0-9a-f]{24}) (?P<text>.*)", re.DOTALL)
_COUNTED = re.compile(rb"(?P<length>[1-9]\d{1,5}) (?=<\d{1,3}>1 )")
_TEXTS = ("log", "message", "msg", "line", "textPayload")
_KEYED = re.compile(rb'"(?:log|message|msg|line|textPayload)"\s{0,8}:')
_TIMES = ("time", "@timestamp", "timestamp", "ts")
_JSON_ENDS = (b"}", b"},")


class KeptLine(NamedTuple):
    """A piece of a log, from one line of the file that keeps it.

    Attributes:
        content: the text; without a line feed at its end if the next piece continues it.
        start, end: the byte range of the line in the file.
        text_at: where the text begins in the file; negative if it is not there as it is (it is in JSON).
        time: the time that the collector wrote, as text.
    """

    content: bytes
    start: int
    end: int
    text_at: int = -1
    time: str = ""


class KeepingForm(NamedTuple):
    """How a program keeps lines.

    Attributes:
        title: its name.
        read: returns the piece in a line, or None; takes the line, its offset and its end.
        sure: whether no other text has the form. The others are only a sign where a device's log is inside.
        counted: whether messages follow one another by their lengths, not in lines.
    """

    title: str
    read: Callable[[bytes, int, int], KeptLine | None]
    sure: bool
    counted: bool = False


def form_of(head: bytes) -> KeepingForm | None:
    """The form in which a file keeps lines, by its head; None if it is of none."""
    if _COUNTED.match(head):
        return _FORMS[-1]
    end = head.rfind(b"\n") + 1 or len(head)
    lines = [line for line in head[:end].split(b"\n", _LOOK)[:_LOOK] if line.strip()]
    for form in _FORMS[:-1] if lines else ():
        if form.read(lines[0], 0, 0) is None:
            continue
        if sum(form.read(line, 0, 0) is not None for line in lines) * 10 >= len(lines) * _OF_TEN:
            return form
    return None


def is_container_log(head: bytes) -> bool:
    """Whether a UTF-8 text begins like a log that Docker or Kubernetes keeps."""
    form = form_of(head) if head[:1] in b"{2" else None
    return form is not None and form.sure


def kept_lines(content: bytes, form: KeepingForm, base: int = 0) -> Iterator[KeptLine | tuple[int, int]]:
    """Yield each piece of a text, and the byte range of each line that is not of the form.

    Args:
        content: the text.
        form: its form.
        base: its offset in the file.
    """
    at = 0
    while at < len(content):
        counted = _COUNTED.match(content, at) if form.counted else None
        if counted:
            end = following = min(len(content), counted.end() + int(counted["length"]))
            following += content[end : end + 1] == b"\n"
            yield KeptLine(
                content[counted.end() : end].rstrip(b"\n") + b"\n", base + at, base + end, base + counted.end()
            )
        else:
            end = content.find(b"\n", at)
            end, following = (len(content), len(content)) if end < 0 else (end, end + 1)
            line = content[at:end].rstrip(b"\r")
            if piece := form.read(line, base + at, base + end) if line else None:
                yield piece
            elif line.strip():
                yield base + at, base + end
        at = following


def _docker(line: bytes, start: int, end: int) -> KeptLine | None:
    value = _object(line)
    if value is None or not {"log", "stream", "time"} <= value.keys() or not isinstance(value["log"], str):
        return None
    return _of_object(value, "log", start, end, ends=value["log"].endswith("\n"))


def _cri(line: bytes, start: int, end: int) -> KeptLine | None:
    if (found := _CRI.fullmatch(line)) is None:
        return None
    text = found["text"] + (b"\n" if found["tag"] == b"F" else b"")
    return KeptLine(text, start, end, start + found.start("text"), found["time"].decode("ascii"))


def _collected(line: bytes, start: int, end: int) -> KeptLine | None:
    value = _object(line)
    name = next((name for name in _TEXTS if value and isinstance(value.get(name), str)), "")
    return _of_object(value, name, start, end) if value and name else None


def _tagged(line: bytes, start: int, end: int) -> KeptLine | None:
    found = _TAGGED.fullmatch(line)
    return _collected(found["json"], start, end) if found else None


def _prefixed(form: re.Pattern[bytes]) -> Callable[[bytes, int, int], KeptLine | None]:
    def read(line: bytes, start: int, end: int) -> KeptLine | None:
        if (found := form.fullmatch(line)) is None:
            return None
        time = found.groupdict().get("time") or b""
        return KeptLine(found["text"] + b"\n", start, end, start + found.start("text"), time.decode("ascii"))

    return read


def _counted(_line: bytes, _start: int, _end: int) -> KeptLine | None:
    return None


def _object(line: bytes) -> Mapping[str, object] | None:
    line = line.strip()
    if not line.startswith(b"{") or not line.endswith(_JSON_ENDS) or not _KEYED.search(line):
        return None
    try:
        value = decode(line.removesuffix(b",").decode("utf-8", "surrogateescape"))
    except JsonError:
        return None
    return value if isinstance(value, dict) else None


def _of_object(value: Mapping[str, object], name: str, start: int, end: int, *, ends: bool = True) -> KeptLine:
    text = str(value[name]).encode("utf-8", "surrogateescape").rstrip(b"\r\n") + (b"\n" if ends else b"")
    times = (value.get(key) for key in _TIMES)
    return KeptLine(text, start, end, -1, next((time for time in times if isinstance(time, str)), ""))


_FORMS = (
    KeepingForm("Docker (json-file)", _docker, sure=True),
    KeepingForm("a container engine (CRI)", _cri, sure=True),
    KeepingForm("a collector, in JSON", _collected, sure=False),
    KeepingForm("Fluentd", _tagged, sure=False),
    KeepingForm("Docker Compose or PM2", _prefixed(_NAMED), sure=False),
    KeepingForm("a service manager, with a time before each line", _prefixed(_STAMPED), sure=False),
    KeepingForm("a receiver of syslog (RFC 6587)", _counted, sure=False, counted=True),
)
