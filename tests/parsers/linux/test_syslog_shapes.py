"""System logs in the shapes in which people bring them: each is read, or named. docs/logs.md lists them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest

from parsers.parser import Source
from parsers.record import Clock, Issue, Record, Timestamp
from parsers.registry import claiming
from parsers.times import iso

DOCS = Path(__file__).parents[3] / "docs" / "logs.md"
AVS = "2024-03-14 09:26:53.563 [ 11] 0 AlsaHardwareController:read:event=keywordDetection,begin=8000,end=20160"
WIFI = "wlan0: CTRL-EVENT-CONNECTED - Connection to aa:bb:cc:dd:ee:ff completed"
MESSAGE = (
    "The log records that a detector took something for its wake word, from sample 8000 to sample 20160 of its stream."
    " There are 16,000 samples in a second."
)
UTC = "2024-03-14T08:26:53.600000+00:00"
JOURNAL = (
    "__CURSOR=s=1;i=1\n__REALTIME_TIMESTAMP=1710404813600000\nSYSLOG_IDENTIFIER=avs\nMESSAGE={avs}\n\n"
    "__CURSOR=s=1;i=2\n__REALTIME_TIMESTAMP=1710404813600000\nSYSLOG_IDENTIFIER=wpa_supplicant\nMESSAGE={wifi}\n\n"
)


@dataclass(frozen=True)
class Shape:
    """A log of two lines, of the AVS Device SDK and of the Wi-Fi: what is before each, or the whole of it.

    The Wi-Fi's line has the time of the log itself: as it is written, and in UTC.
    """

    name: str
    before: str
    recorded: str | None
    utc: str | None = None
    whole: str | bytes = ""
    path: str = "case/device.txt"
    parser: str = "syslog"
    places: tuple[str, str] = ("line:1", "line:2")
    note: str = ""


_JSON = '{"__REALTIME_TIMESTAMP":"1710404813600000","SYSLOG_IDENTIFIER":"%s","MESSAGE":"%s"}\n'
_VERBOSE = (
    "Thu 2024-03-14 09:26:53.600000 CET [s=1;i=1;b=2;m=3;t=4;x=5]\n    SYSLOG_IDENTIFIER=avs\n    MESSAGE={avs}\n"
    "Thu 2024-03-14 09:26:53.600000 +01 [s=1;i=2;b=2;m=3;t=4;x=5]\n    SYSLOG_IDENTIFIER=wpa_supplicant\n   "
    " MESSAGE={wifi}\n"
)
_RFC = "<14>1 2024-03-14T09:26:53.600+01:00 host @"
SHAPES = (
    Shape("RFC 3164", "Mar 14 09:26:53 host @[4718]: ", "Mar 14 09:26:53", note="The line writes no year"),
    Shape("RFC 3164, a day of one digit", "Mar  4 09:26:53 host @: ", "Mar  4 09:26:53"),
    Shape("RFC 3164, without a host", "Mar 14 09:26:53 @[4718]: ", "Mar 14 09:26:53"),
    Shape("RFC 3164, with a priority", "<14>Mar 14 09:26:53 host @[4718]: ", "Mar 14 09:26:53"),
    Shape("RFC 3164, with a priority, without a host", "<14>Mar 14 09:26:53 @: ", "Mar 14 09:26:53"),
    Shape("RFC 3164, with the year before the time", "Mar 14 2024 09:26:53 host @: ", "Mar 14 2024 09:26:53",
          note="in a zone that neither"),
    Shape("RFC 3164, with milliseconds", "Mar 14 09:26:53.600 host @: ", "Mar 14 09:26:53.600"),
    Shape("BusyBox, with the facility", "Mar 14 09:26:53 host user.info @: ", "Mar 14 09:26:53"),
    Shape("OpenWrt's logread", "Thu Mar 14 09:26:53 2024 daemon.info @[1]: ", "Thu Mar 14 09:26:53 2024"),
    Shape("RFC 5424", f"{_RFC} 4718 - - ", "2024-03-14T09:26:53.600+01:00", UTC, note="in the zone the line gives"),
    Shape("RFC 5424, with structured data", f'{_RFC} 4718 ID7 [x@1 a="b]\\"c" d="e"][y@2] ',
          "2024-03-14T09:26:53.600+01:00", UTC),
    Shape("RFC 5424, in UTC", "<14>1 2024-03-14T08:26:53.600Z host @ - - - ", "2024-03-14T08:26:53.600Z", UTC),
    Shape("RFC 5424, without a time", "<14>1 - host @ - - - ", None),
    Shape("RFC 5424, with a byte order mark before the text", f"{_RFC} 4718 - - \ufeff",
        "2024-03-14T09:26:53.600+01:00",
          UTC),
    Shape("ISO 8601 with a zone", "2024-03-14T09:26:53.600+01:00 host @[1]: ", "2024-03-14T09:26:53.600+01:00", UTC),
    Shape("ISO 8601 with a zone without a colon", "2024-03-14T09:26:53.600+0100 host @[1]: ",
          "2024-03-14T09:26:53.600+0100", UTC),
    Shape("ISO 8601 with blanks", "2024-03-14 09:26:53,600 +0100 host @[1]: ", "2024-03-14 09:26:53,600 +0100", UTC),
    Shape("ISO 8601 without a host", "2024-03-14T08:26:53.600Z @[1]: ", "2024-03-14T08:26:53.600Z", UTC),
    Shape("ISO 8601 without a zone", "2024-03-14 09:26:53.600 host @[1]: ", "2024-03-14 09:26:53.600",
          note="in a zone that neither"),
    Shape("a date with slashes", "2024/03/14 09:26:53 host @[1]: ", "2024/03/14 09:26:53",
          note="in a zone that neither"),
    Shape("tabs between host and program", "Mar 14 09:26:53\thost\t@[1]:\t", "Mar 14 09:26:53"),
    Shape("an offset from GMT", "2024-03-14 17:26:53.600 GMT+9 host @[1]: ", "2024-03-14 17:26:53.600 GMT+9", UTC),
    Shape("JST", "2024-03-14 17:26:53.600 JST host @[1]: ", "2024-03-14 17:26:53.600 JST", UTC),
    Shape("journalctl, short-monotonic", "[  123.456789] host @[1]: ", "123.456789",
          note="since the device was started"),
    Shape("journalctl, short-delta", "[  123.456789 <    0.000012 >] host @[1]: ", "123.456789"),
    Shape("journalctl, short-full", "Thu 2024-03-14 08:26:53.600 UTC host @[1]: ", "Thu 2024-03-14 08:26:53.600"
    " UTC", UTC),
    Shape("a zone of letters that has no one meaning", "Thu 2024-03-14 09:26:53 CET host @[1]: ",
          "Thu 2024-03-14 09:26:53 CET", note='calls "CET"'),
    Shape("journalctl, short-unix", "1710404813.600000 host @[1]: ", "1710404813.600000", UTC),
    Shape("journalctl, export", "", "1710404813600000", UTC, JOURNAL.format(avs=AVS, wifi=WIFI), parser=
        "journal_export",
          places=("bytes:77+112", "bytes:278+80")),
    Shape("journalctl, json", "", "1710404813600000", UTC, _JSON % ("avs", AVS) + _JSON % ("wpa_supplicant", WIFI),
          parser="journal_export"),
    Shape("journalctl, json-seq", "", "1710404813600000", UTC, "\x1e" + _JSON % ("avs", AVS) + "\x1e"
          + _JSON % ("wpa_supplicant", WIFI), parser="journal_export"),
    Shape("journalctl, json-sse", "", "1710404813600000", UTC, "data: " + _JSON % ("avs", AVS) + "\ndata: "
          + _JSON % ("wpa_supplicant", WIFI), parser="journal_export", places=("line:1", "line:3")),
    Shape("journalctl, json-pretty", "", "1710404813600000", UTC,
          (_JSON % ("avs", AVS) + _JSON % ("wpa_supplicant", WIFI)).replace(',"', ',\n\t"').replace("{", "{\n\t"),
          parser="journal_export", places=("bytes:0+191", "bytes:192+170")),
    Shape("journalctl, json, in a list", "", "1710404813600000", UTC,
          "[" + _JSON % ("avs", AVS) + "," + _JSON % ("wpa_supplicant", WIFI) + "]\n",
          parser="journal_export", places=("bytes:1+185", "bytes:188+164")),
    Shape("journalctl, verbose", "", "Thu 2024-03-14 09:26:53.600000 +01", UTC, _VERBOSE.format(avs=AVS, wifi=WIFI),
          parser="journal_export", places=("line:3", "line:6")),
    Shape("syslog in UTF-16", "", "Mar 14 09:26:53", None,
          b"\xff\xfe" + f"Mar 14 09:26:53 h avs: {AVS}\r\nMar 14 09:26:53 h wpa_supplicant: {WIFI}\r\n".encode(
              "utf-16-le"),
          places=("bytes:2+252", "bytes:258+210")),
    Shape("syslog in a rotated file", "Mar 14 09:26:53 host @: ", "Mar 14 09:26:53", path="log_00000001_20240315000000",
          note="in a zone that neither"),
    Shape("syslog behind other lines", "", "Mar 14 09:26:53", None,
          f"U-Boot 2015\n\nStarting kernel\nMar 14 09:26:53 h avs: {AVS}\nMar 14 09:26:53 h wpa_supplicant: {WIFI}\n",
          places=("line:4", "line:5")),
    Shape("syslog with marks and repetitions", "", "Mar 14 09:26:53", None,
          f"Mar 14 09:26:53 h avs: {AVS}\nMar 14 09:26:53 h wpa_supplicant: {WIFI}\n"
          "Mar 14 09:26:54 h last message repeated 2 times\nMar 14 09:46:54 h -- MARK --\n"),
)  # fmt: skip


def _content(shape: Shape) -> bytes:
    if isinstance(shape.whole, bytes):
        return shape.whole
    lines = f"{shape.before.replace('@', 'avs-app')}{AVS}\n{shape.before.replace('@', 'wpa_supplicant')}{WIFI}\n"
    return (shape.whole or lines).encode()


@pytest.mark.parametrize("shape", SHAPES, ids=lambda shape: shape.name)
def test_a_log_is_read_whatever_its_shape(shape: Shape) -> None:
    (parser,) = claiming(source := Source.of(_content(shape), shape.path))
    assert parser.name == shape.parser
    wake, wifi, summary = found = list(parser.parse(source))
    assert all(isinstance(item, Record) for item in found)
    assert isinstance(wake, Record)
    assert (wake.data_type, wake.message, wake.locator) == ("echo:avs:wake_word", MESSAGE, shape.places[0])
    assert [(at.recorded, iso(at.timestamp)) for at in wake.timestamps] == [
        ("2024-03-14 09:26:53.563", "2024-03-14T09:26:53.563000+00:00")
    ]
    assert isinstance(wifi, Record)
    assert (wifi.data_type, wifi.message, wifi.locator) == (
        "echo:log:network",
        "The log records on wlan0: CTRL-EVENT-CONNECTED - Connection to aa:bb:cc:dd:ee:ff completed",
        shape.places[1],
    )
    times = [(at.description, at.recorded, iso(at.timestamp)) for at in wifi.timestamps]
    assert times == ([("Recorded Time", shape.recorded, shape.utc)] if shape.recorded else [])
    assert all(shape.note in at.note for at in wifi.timestamps)
    assert isinstance(summary, Record)
    assert summary.data_type == "echo:log:file"


def test_a_whole_record_names_the_line_s_own_time_and_that_around_it() -> None:
    source = Source.of(_content(SHAPES[0]), SHAPES[0].path)
    wake, *_ = claiming(source)[0].parse(source)
    note = (
        "The device's clock, UTC to the millisecond, as the line of the AVS Device SDK writes it. The log"
        " around it writes"
        " Mar 14 09:26:53."
    )
    assert wake == Record(
        "echo:avs:wake_word",
        MESSAGE,
        "line:1",
        (Timestamp("Recorded Time", "2024-03-14 09:26:53.563", Clock.DEVICE, 1710408413563000, note),),
        fields={
            "source": "AlsaHardwareController",
            "event": "read",
            "text": "read:event=keywordDetection,begin=8000,end=20160",
            "values": {"event": "keywordDetection", "begin": "8000", "end": "20160"},
            "time_of_the_log_around": "Mar 14 09:26:53",
        },
    )


def test_a_router_s_log_that_names_the_service_has_a_record_of_that() -> None:
    lines = "Mar 14 09:26:5{} router dnsmasq[1]: query[A] {} from 192.0.2.5\n"
    content = lines.format(3, "avs-alexa-4-na.amazon.com") + lines.format(4, "example.org")
    source = Source.of(content.encode(), "router.log")
    (parser,) = claiming(source)
    named, summary = parser.parse(source)
    assert isinstance(named, Record)
    assert (named.data_type, named.locator, named.message) == (
        "echo:log:named",
        "line:1",
        'The log holds a line of "dnsmasq" that names the service or its programs and is of no kind that is'
        " read; the first:"
        " query[A] avs-alexa-4-na.amazon.com from 192.0.2.5",
    )
    assert isinstance(summary, Record)
    other = Source.of(lines.format(3, "example.org").encode() * 2, "router.log")
    assert list(parser.parse(other)) == []


def test_lines_of_no_form_are_one_issue() -> None:
    content = _content(SHAPES[0]) + b"junk\n" * 30 + _content(SHAPES[0])
    source = Source.of(content, "device.txt")
    issues = [item for item in claiming(source)[0].parse(source) if isinstance(item, Issue)]
    assert issues == [
        Issue(
            "30 lines are not of the form of this log; they were not read: lines 3 to 22 and 10 more.",
            "line:3",
            b"junk",
        )
    ]


def test_the_documentation_lists_each_shape() -> None:
    text = DOCS.read_text()
    for shape in SHAPES:
        assert f"| {shape.name} | read |" in text, shape.name
