"""Logs of Android in the shapes in which people bring them: each is read, or named. docs/logs.md lists them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest

from parsers.parser import Source
from parsers.record import Issue, Record
from parsers.registry import claiming
from parsers.times import iso

DOCS = Path(__file__).parents[3] / "docs" / "logs.md"
TAG, EVENT = "ECS_EventService", "Received event: WAKE_WORD"
MESSAGE = "The log records that the device's event service received WAKE_WORD."
STAMP = "03-09 21:14:24.169"
ENTRY = f"1234  1299 I {TAG}: {EVENT}"
LINE = f"{STAMP}  {ENTRY}"
OTHER = f"{STAMP}  1234  1299 I other: nothing of interest"
YEAR = f"2024-{STAMP}"
UTC = "2024-03-09T21:14:24.169000+00:00"


@dataclass(frozen=True)
class Shape:
    """A file, and the one event in it: when it was written, as the line writes it and in UTC, and where it stands."""

    name: str
    content: str | bytes
    recorded: str | None = STAMP
    utc: str | None = None
    locator: str = "line:1"
    lines: int = 1
    issue: str = ""
    path: str = "case/adb-output.txt"
    note: str = ""


def _text(*lines: str, end: str = "\n") -> str:
    return end.join(lines) + end


_BRIEF = _text(f"I/{TAG}( 1234): {EVENT}", "I/other(  940): nothing")
_TWO = _text(LINE, OTHER)
_ZONE = "in the zone the line gives"
_REPORT = _text(
    "=" * 56, "== dumpstate: 2024-03-09 22:00:00", "=" * 56, "Build: LVY48F", "------ UPTIME (uptime) ------",
    "up 1 day",
    "------ SYSTEM LOG (logcat -v threadtime -v printable -d *:v) ------", "--------- beginning of main", LINE,
    "------ 0.100s was the duration of 'SYSTEM LOG' ------", "------ KERNEL LOG (dmesg) ------",
    "<6>[    0.1] Linux", "------ SYSTEM PROPERTIES (getprop) ------", "[a.b]: [c]",
)  # fmt: skip
SHAPES = (
    Shape("threadtime", _text(LINE), note="The line writes no year"),
    Shape("threadtime, behind a divider", _text("--------- beginning of main", LINE), locator="line:2"),
    Shape("time", _text(f"{STAMP} I/{TAG}( 1234): {EVENT}")),
    Shape("long", _text("--------- beginning of main", f"[ {STAMP}  1234: 1299 I/{TAG} ]", EVENT, "",
                        f"[ {STAMP}  1: 2 I/other ]", "one", "two", ""), locator="line:3", lines=3),
    Shape("long, with year, zone and user", _text(f"[ {YEAR} +0900  1000: 1234: 1299 I/{TAG} ]", EVENT, ""),
          f"{YEAR} +0900", "2024-03-09T12:14:24.169000+00:00", "line:2", note=_ZONE),
    Shape("brief", _BRIEF, None, lines=2, issue="logcat's form brief, which writes no time: its 2 lines were read"),
    Shape("brief, one line, in a folder named logcat", f"I/{TAG}( 1234): {EVENT}\n", None, path="logcat/a.txt",
          issue="logcat's form brief, which writes no time: its one line was read"),
    Shape("brief, with users", _text(f"I/{TAG}( 1000: 1234): {EVENT}", "I/other( 1000:  940): nothing"), None, lines=2,
          issue="logcat's form brief"),
    Shape("process", _text(f"I( 1234) {EVENT}  ({TAG})", "I(  940) nothing  (other)"), None, lines=2,
          issue="logcat's form process"),
    Shape("tag", _text(f"I/{TAG}: {EVENT}", "I/other   : nothing"), None, lines=2, issue="logcat's form tag"),
    Shape("thread", _text(f"I( 1234: 1299) {EVENT}", "I(  940:0x3ac) nothing"), None, lines=2,
          issue="logcat's form thread"),
    Shape("epoch", _text(f"         1710018864.169  {ENTRY}"), "1710018864.169", UTC, note="counted from 1970 in UTC"),
    Shape("time, epoch", _text(f"1710018864.169 I/{TAG}( 1234): {EVENT}"), "1710018864.169", UTC),
    Shape("monotonic", _text(f"   1234.567  {ENTRY}"), "1234.567", note="Seconds since the device was started"),
    Shape("year", _text(f"{YEAR}  {ENTRY}"), YEAR, note="in a zone that neither the line nor the file gives"),
    Shape("year and zone, east", _text(f"{YEAR} +0900  {ENTRY}"), f"{YEAR} +0900", "2024-03-09T12:14:24.169000+00:00",
          note=_ZONE),
    Shape("year and zone, west", _text(f"{YEAR} -0500  {ENTRY}"), f"{YEAR} -0500", "2024-03-10T02:14:24.169000+00:00"),
    Shape("year and zone, half hours", _text(f"{YEAR} +0530  {ENTRY}"), f"{YEAR} +0530",
          "2024-03-09T15:44:24.169000+00:00"),
    Shape("year and UTC", _text(f"{YEAR} +0000  {ENTRY}"), f"{YEAR} +0000", UTC),
    Shape("year and zone, with a colon", _text(f"{YEAR} +09:00  {ENTRY}"), f"{YEAR} +09:00",
          "2024-03-09T12:14:24.169000+00:00", note=_ZONE),
    Shape("ISO 8601, in UTC", _text(f"{YEAR.replace(' ', 'T')}Z  {ENTRY}"), f"{YEAR.replace(' ', 'T')}Z", UTC),
    Shape("year and GMT+9", _text(f"{YEAR} GMT+9  {ENTRY}"), f"{YEAR} GMT+9", "2024-03-09T12:14:24.169000+00:00",
          note=_ZONE),
    Shape("year and UTC+09:00", _text(f"{YEAR} UTC+09:00  {ENTRY}"), f"{YEAR} UTC+09:00",
          "2024-03-09T12:14:24.169000+00:00"),
    Shape("year and JST", _text(f"{YEAR} JST  {ENTRY}"), f"{YEAR} JST", "2024-03-09T12:14:24.169000+00:00", note=_ZONE),
    Shape("year and a zone of letters with several meanings", _text(f"{YEAR} EST  {ENTRY}"), f"{YEAR} EST",
          note='calls "EST"'),
    Shape("tabs between columns", _text(LINE.replace("  ", "\t").replace(" I ", "\tI\t"))),
    Shape("zone without a year", _text(f"{STAMP} +0900  {ENTRY}"), f"{STAMP} +0900"),
    Shape("microseconds", _text(f"{YEAR}123 +0000  {ENTRY}"), f"{YEAR}123 +0000",
          "2024-03-09T21:14:24.169123+00:00"),
    Shape("nanoseconds", _text(f"{YEAR}123456 +0000  {ENTRY}"), f"{YEAR}123456 +0000",
          "2024-03-09T21:14:24.169123+00:00"),
    Shape("users by name", _text(f"{YEAR} +0000 u0_a12  {ENTRY}"), f"{YEAR} +0000", UTC),
    Shape("users by number", _text(f"{STAMP}  1000  {ENTRY}")),
    Shape("colours", _text(f"\x1b[38;5;40m{LINE}\x1b[0m")),
    Shape("a clock that was not set", _text(f"1970-01-01 00:00:05.000 +0000  {ENTRY}"), "1970-01-01 00:00:05.000 +0000",
          note="had not been set"),
    Shape("UTF-8 with a byte order mark", b"\xef\xbb\xbf" + _text(LINE).encode()),
    Shape("UTF-16, little end first", b"\xff\xfe" + _text(LINE, OTHER, end="\r\n").encode("utf-16-le"), lines=2,
          locator=f"bytes:2+{2 * len(LINE)}"),
    Shape("UTF-16, big end first", b"\xfe\xff" + _text(LINE, OTHER, end="\r\n").encode("utf-16-be"), lines=2,
          locator=f"bytes:2+{2 * len(LINE)}"),
    Shape("UTF-16 without a byte order mark", _text(LINE, OTHER, end="\r\n").encode("utf-16-le"), lines=2,
          locator=f"bytes:0+{2 * len(LINE)}"),
    Shape("UTF-16 behind other text", (OTHER + "\n").encode() + _text(LINE, OTHER, end="\r\n").encode("utf-16-le"),
          lines=3, locator=f"bytes:{len(OTHER) + 1}+{2 * len(LINE) + 2}"),
    Shape("a character set that is not known", _text(OTHER + " \xe4\xf6", LINE).encode("latin-1"), lines=2,
          locator="line:2"),
    Shape("CR at line ends", _text(LINE, OTHER, end="\r"), lines=2, locator=f"bytes:0+{len(LINE)}"),
    Shape("CR LF at line ends", _text(LINE, OTHER, end="\r\n"), lines=2),
    Shape("CR CR LF at line ends", _text(LINE, OTHER, end="\r\r\n"), lines=2),
    Shape("zero bytes before the log", b"\0" * 5000 + _text(LINE).encode(), locator=f"bytes:5000+{len(LINE)}"),
    Shape("more zero bytes than a line may be long", (OTHER + "\n").encode() + b"\0" * 70_000 + (LINE + "\n").encode(),
          lines=2, locator=f"bytes:{len(OTHER) + 1 + 70_000}+{len(LINE)}"),
    Shape("zero bytes within a line", (OTHER.encode() + b"\0" * 500 + (LINE + "\n").encode()), lines=2,
          locator=f"bytes:{len(OTHER) + 500}+{len(LINE)}"),
    Shape("Android Studio, older", _text(f"{YEAR} 1234-1299/amazon.speech.sim I/{TAG}: {EVENT}"), YEAR),
    Shape("Android Studio, newer", _text(f"{YEAR}  1234-1299  {TAG}        amazon.speech.sim        I  {EVENT}"), YEAR),
    Shape("DDMS", _text(f"{STAMP}: I/{TAG}(1234): {EVENT}")),
    Shape("words of adb before it", _text("* daemon not running; starting now at tcp:5037",
                                          "* daemon started successfully", "- waiting for device -", LINE), locator=
                                          "line:4"),
    Shape("a terminal's record", _text("=~=~=~=~= PuTTY log 2024.03.09 21:10:00 =~=~=~=~=", "biscuit:/ $ logcat", LINE,
                                       "^C", "130|biscuit:/ $ exit"), locator="line:3"),
    Shape("other lines before it", _text("Collected by the lab", "Device 4711", LINE), locator="line:3"),
    Shape("lines between that are of no form", _text(LINE, "junk", "junk", OTHER), lines=2,
          issue="2 lines are not of the form of this log; they were not read: lines 2 to 3."),
    Shape("a line without end", _text(f"{STAMP}  1  2 I x: {'a' * 100_000}", LINE), lines=2, locator="line:2",
          issue="The line is too long"),
    Shape("a first line that rotation cut", _text("nt: WAKE_WORD", LINE), locator="line:2", path="logcat.01"),
    Shape("a last line that is cut", _text(LINE) + STAMP[:9], issue="The line is not of the form", path="logcat.01"),
    Shape("several forms in one file", _text(LINE, "--------- beginning of system", f"{STAMP} I/other( 940): nothing",
          "--------- switch to crash", f"[ {STAMP}  1: 2 I/other ]", "one", ""), lines=3),
    Shape("a date in the name", _text(LINE), path="logcat_2024-03-10.txt", note="in a zone that neither"),
    Shape("a bug report", _REPORT, locator="line:9", note="in a zone that neither"),
    Shape("a bug report that names the zone", _REPORT.replace("[a.b]: [c]", "[persist.sys.timezone]: [Europe/Berlin]"),
          locator="line:9", utc="2024-03-09T20:14:24.169000+00:00", note="Europe/Berlin, as"
          " persist.sys.timezone in this"),
    Shape("a bug report with the log before its last start", _text(
          "== dumpstate: 2024-03-09 22:00:00", "------ LAST LOGCAT (logcat -L -b all -v threadtime -v uid -d) ------",
          LINE.replace("  1234", "  1000  1234")), locator="line:3"),
    Shape("Fire OS's own store", _text(LINE), path="logd/Log.main@1710020000000.txt.zip!/Log.main_0", utc=UTC,
          note="Its zone is UTC, as the published examination"),
    Shape("Fire OS's own store, of a clock that is not UTC", _text(LINE), note="not known: it is not UTC",
          path="logd/Log.main@1709990000000.txt.zip!/Log.main_0"),
)  # fmt: skip


def _read(shape: Shape) -> tuple[list[Record], list[Issue]]:
    content = shape.content.encode() if isinstance(shape.content, str) else shape.content
    source = Source.of(content, shape.path)
    (parser,) = claiming(source)
    assert parser.name == "fireos_log"
    found = list(parser.parse(source))
    return [item for item in found if isinstance(item, Record)], [item for item in found if isinstance(item, Issue)]


@pytest.mark.parametrize("shape", SHAPES, ids=lambda shape: shape.name)
def test_a_log_is_read_whatever_its_shape(shape: Shape) -> None:
    records, issues = _read(shape)
    records = [record for record in records if record.data_type != "echo:state:property"]
    event, summary = records
    fields = {"tag": "" if shape.name == "thread" else TAG, "event": "WAKE_WORD"}
    assert (event.data_type, event.message, event.locator, event.fields) == (
        "echo:event:wake_word", MESSAGE, shape.locator, fields,
    )  # fmt: skip
    times = [(at.description, at.recorded, iso(at.timestamp)) for at in event.timestamps]
    assert times == ([("Recorded Time", shape.recorded, shape.utc)] if shape.recorded else [])
    assert all(shape.note in at.note for at in event.timestamps)
    assert (summary.data_type, summary.fields["lines"]) == ("echo:log:file", shape.lines)
    assert [shape.issue in issue.what for issue in issues] == ([True] if shape.issue else [])


def test_the_raw_form_is_named() -> None:
    records, (issue,) = _read(Shape("raw", _text("--------- beginning of main", EVENT, "nothing")))
    assert issue == Issue(
        "The log is in logcat's form raw, which writes neither times nor the names of programs: its 2 lines"
        " were not read."
        " Ask for the log in the form threadtime, with its year and zone, if the device still has it.",
        "line:2",
    )
    assert [(record.data_type, record.locator) for record in records] == [
        ("echo:log:named", "line:2"), ("echo:log:file", ""),
    ]  # fmt: skip


def test_the_year_is_known_where_each_line_writes_it() -> None:
    (_, summary), _ = _read(next(shape for shape in SHAPES if shape.name == "year"))
    assert summary.message == "The log holds 1 line, of 1 program."
    (_, summary), _ = _read(SHAPES[0])
    assert summary.message == (
        "The log holds 1 line, of 1 program; of 1 of them the year is not known, because neither its name nor"
        " that of the"
        " zip it lies in says when it was written."
    )


@pytest.mark.parametrize(
    "content", [b"I/O error\n" * 3, b"E/mail: see\n\n\nmany\nother\nlines\nof\ntext\n", b"a: b\n" * 9]
)
def test_other_text_is_not_claimed(content: bytes) -> None:
    assert claiming(Source.of(content, "notes.txt")) == ()


def test_the_documentation_lists_each_shape() -> None:
    rows = [line for line in DOCS.read_text().splitlines() if line.startswith("| ")]
    for shape in (*SHAPES, Shape("raw", "", issue="raw")):
        outcome = "read, and named" if shape.issue else "read"
        outcome = "named" if shape.name == "raw" else outcome
        assert any(row.startswith(f"| {shape.name} | {outcome} |") for row in rows), shape.name
