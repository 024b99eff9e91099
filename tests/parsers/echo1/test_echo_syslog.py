from __future__ import annotations

import gzip
import io
from collections import Counter
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parsers.echo1.syslog import EchoSyslog
from parsers.formats.logs.yearless import count_back, key
from parsers.locator import resolve
from parsers.parser import Source
from parsers.record import Clock, Issue, Record, Timestamp
from parsers.times import iso

EVIDENCE = Path(__file__).parents[4] / "shared/evidence/echo-1st-gen/var"
NAME = "var/local/log/daemon.log_00000007_20220106010005"
NOTE = (
    "The device's clock, to the second; UTC, as the clock of these devices is. The line writes no year; it was counted"
    " back from when the log was rotated."
)


def _read(lines: Iterable[str], name: str = NAME) -> list[Record | Issue]:
    content = "".join(f"{line}\n" for line in lines).encode()
    source = Source.of(content, name)
    parser = EchoSyslog()
    assert parser.claims(source)
    found = list(parser.parse(source))
    for item in found:
        resolve(io.BytesIO(content), item.locator)
    return found


def _times(lines: Iterable[str], name: str = NAME) -> list[str | None]:
    """The times of the records of events, to the second."""
    records = [item for item in _read(lines, name) if isinstance(item, Record) and item.data_type != "echo:log:file"]
    return [(iso(item.timestamps[0].timestamp) or "none")[:19] for item in records]


def _ntpd(stamp: str) -> str:
    return f"{stamp} localhost ntpd[1]: adjusting local clock by 1.5s"


def test_whole_records() -> None:
    event, summary = _read([
        "Jan  6 00:53:28 localhost avahi-daemon[997]: Registering new address record for 192.168.1.61 on wlan0.IPv4.",
    ])  # fmt: skip
    recorded = Timestamp("Recorded Time", "Jan  6 00:53:28", Clock.DEVICE, 1641430408000000, NOTE)
    assert event == Record(
        data_type="echo:log:network",
        message="The log records that the device had the address 192.168.1.61 on wlan0.",
        locator="line:1",
        timestamps=(recorded,),
        fields={
            "host": "localhost", "program": "avahi-daemon", "pid": "997", "ip": "192.168.1.61", "interface": "wlan0",
            "text": "Registering new address record for 192.168.1.61 on wlan0.IPv4.",
        },
    )  # fmt: skip
    assert summary == Record(
        data_type="echo:log:file",
        message="The log holds 1 line, of 1 program.",
        locator="",
        timestamps=(
            Timestamp("Start Time", "Jan  6 00:53:28", Clock.DEVICE, 1641430408000000, NOTE),
            Timestamp("End Time", "Jan  6 00:53:28", Clock.DEVICE, 1641430408000000, NOTE),
        ),
        fields={"lines": 1, "lines_by_program": {"avahi-daemon": 1}},
    )


def test_the_year_goes_back_over_new_year() -> None:
    times = _times(
        [_ntpd("Dec 30 10:00:00"), _ntpd("Dec 31 23:59:59"), _ntpd("Jan  1 00:00:01"), _ntpd("Jan  5 00:00:00")]
    )
    assert times == ["2021-12-30T10:00:00", "2021-12-31T23:59:59", "2022-01-01T00:00:01", "2022-01-05T00:00:00"]


def test_a_log_rotated_early_in_january_ends_in_december() -> None:
    name = NAME.replace("20220106010005", "20220101000002")
    assert _times([_ntpd("Dec 30 10:00:00"), _ntpd("Dec 31 23:59:59")], name) == [
        "2021-12-30T10:00:00", "2021-12-31T23:59:59",
    ]  # fmt: skip


def test_the_29th_of_february_is_one_of_a_year_that_has_it() -> None:
    lines = [_ntpd("Feb 28 10:00:00"), _ntpd("Feb 29 10:00:00"), _ntpd("Mar  1 10:00:00")]
    assert _times(lines, NAME.replace("20220106", "20200301"))[1] == "2020-02-29T10:00:00"
    assert _times(lines, NAME.replace("20220106", "20210301")) == ["none", "none", "2021-03-01T10:00:00"]


def test_a_clock_that_was_not_set_is_not_a_new_year() -> None:
    lines = [
        _ntpd("Dec 28 10:00:00"), "Jan  1 00:00:03 (none) kernel: [    0.0] Linux version 2.6.37 (build@x)",
        "Jan  1 00:00:04 (none) kernel: [    1.0] Kernel command line: quiet", _ntpd("Dec 29 10:00:00"),
    ]  # fmt: skip
    assert _times(lines) == ["2021-12-28T10:00:00", "none", "none", "2021-12-29T10:00:00"]
    start = _read(lines)[1]
    assert isinstance(start, Record)
    assert start.timestamps[0].note == (
        "The device's clock had not been set when the line was written; the value is not a date."
    )


@pytest.mark.parametrize(
    "step",
    [
        "Dec 28 13:48:14 (none) ntpdate[3556]: step time server 137.190.2.4 offset 79635820.069614 sec",
        "Dec 28 13:48:14 (none) crond[1089]: time disparity of 1327263 minutes detected",
    ],
)
def test_a_step_of_the_clock_bridges_years(step: str) -> None:
    times = _times([_ntpd("Jun 19 10:00:00"), _ntpd("Jun 20 20:44:23"), step, _ntpd("Dec 28 13:48:20")])
    assert times == ["2019-06-19T10:00:00", "2019-06-20T20:44:23", "2021-12-28T13:48:14", "2021-12-28T13:48:20"]


def test_a_leap_that_nothing_explains_leaves_the_year_unknown() -> None:
    found = _read([_ntpd("Jun 20 20:44:23"), _ntpd("Dec 28 13:48:20")])
    first, second, summary = found
    assert isinstance(first, Record)
    assert first.timestamps[0].timestamp is None
    assert first.timestamps[0].recorded == "Jun 20 20:44:23"
    assert isinstance(second, Record)
    assert second.timestamps[0].timestamp == 1640699300000000
    assert isinstance(summary, Record)
    assert summary.fields["lines_without_year"] == 1
    assert "of 1 of them the year is not known" in summary.message


def test_a_step_that_does_not_lead_to_the_line_before_bridges_nothing() -> None:
    step = "Dec 28 13:48:14 (none) ntpdate[1]: step time server 1.2.3.4 offset 70000000.0 sec"
    assert _times([_ntpd("Jun 20 20:44:23"), step]) == ["none", "2021-12-28T13:48:14"]


def test_without_a_stamp_no_year_is_claimed() -> None:
    assert _times([_ntpd("Jan  5 10:00:00")], "var/log/daemon.log") == ["none"]


def test_a_metric_has_its_own_time() -> None:
    (metric, _) = _read(
        ["Jan  6 01:28:48 localhost dmld[1158]: metric_generic,1641432528,counter,dmld,lipc,com.x.uploadSucceeded,1"],
        "var/log/metrics_generic",
    )
    assert isinstance(metric, Record)
    assert metric.message == "The device counted for itself: com.x.uploadSucceeded of dmld, counter 1."
    assert [(timestamp.recorded, timestamp.timestamp) for timestamp in metric.timestamps] == [
        ("1641432528", 1641432528000000)
    ]


@pytest.mark.parametrize(
    ("line", "data_type", "message"),
    [
        ("kernel: [  4.0] init: ledd main process (77) killed by KILL signal", "process",
         "The kernel log records that the process of ledd was killed by KILL signal."),
        ("kernel: [  4.0] mmc1: new high speed SDHC card at address 0007", "storage",
         "The kernel log records a memory card (high speed SDHC) at mmc1."),
        ("dropbear[9]: Password auth succeeded for 'root' from 192.168.1.9:22", "authentication",
         "The log records of dropbear: Password auth succeeded for 'root' from 192.168.1.9:22"),
        ("bluetoothd[9]: HCI dev 0 up", "bluetooth", "The log records that the Bluetooth adapter 0 is up."),
        ("btmd[9]: I Adapter:propertyChanged::obj=XX-XX-XX-XX-2A-EF,prop=Pairable:new=true,old=false", "bluetooth",
         "The log records that the Bluetooth adapter's setting Pairable was false and is true."),
        ("dnsmasq-dhcp[9]: DHCPACK(p2p-p2p0-0) 192.168.11.2 4a:5c:6e:d1:e2:3f phone", "network",
         "The log records a DHCP ACK on the device's own network p2p-p2p0-0: 4a:5c:6e:d1:e2:3f phone"),
    ],
)  # fmt: skip
def test_events(line: str, data_type: str, message: str) -> None:
    event, _ = _read([f"Jan  6 00:00:00 localhost {line}"])
    assert isinstance(event, Record)
    assert (event.data_type, event.message) == (f"echo:log:{data_type}", message)


def test_lines_not_of_the_form_are_issues_and_then_counted() -> None:
    found = _read(["Jan  6 00:00:00 a ntpd: x", *(f"junk {number}" for number in range(60)), "Xyz  6 00:00:00 a b: c"])
    issues = [item for item in found if isinstance(item, Issue)]
    assert issues == [
        Issue(
            "61 lines are not of the form of this log; they were not read: lines 2 to 21 and 41 more.",
            "line:2",
            b"junk 0",
        )
    ]


def test_what_is_not_claimed() -> None:
    line = b"Jan  6 00:00:00 localhost ntpd[1]: x\n"
    assert not EchoSyslog().claims(Source.of(line, "var/log/messages"))
    assert not EchoSyslog().claims(Source.of(b"no log", "var/log/daemon.log"))
    assert not EchoSyslog().claims(Source.of(b"", "var/log/daemon.log"))


ODD = [
    b"Jan  1 00:00:03 (none) kernel: [ 0.0] Linux version 1",
    b"Dec 31 23:59:60 a ntpdate: step time server x offset -9 sec",
    b"Feb 29 00:00:00 a crond[1]: time disparity of 999999999 minutes detected",
    b"Jun 31 25:00:00 a b: c",
]
STAMPS = ["20220106010005", "20200229000000", "00010101000000", "99991231235959", "x"]


@given(st.lists(st.one_of(st.binary(max_size=80), st.sampled_from(ODD)), max_size=20), st.sampled_from(STAMPS))
def test_any_lines(lines: list[bytes], stamp: str) -> None:
    source = Source.of(b"\n".join(lines), f"daemon.log_00000001_{stamp}")
    for item in EchoSyslog().parse(source):
        assert isinstance(item, (Record, Issue))


@given(st.lists(st.integers(0, 366 * 86400), max_size=60), st.dictionaries(st.integers(0, 60), st.floats(-1e9, 1e9)))
def test_years_never_lie_after_the_rotation(offsets: list[int], steps: dict[int, float]) -> None:
    keys = [key(b"Jan", 1, 0, 0, 0) or 0 for _ in offsets]
    keys = [
        start + offset // 86400 // 31 * 32 * 86400 + offset % 86400 for start, offset in zip(keys, offsets, strict=True)
    ]
    found = count_back(keys, datetime(2022, 1, 6, tzinfo=UTC), steps)
    assert len(found.of) == len(found.unset) == len(keys)
    assert all(year == 0 for year in found.of[: found.unknown])


@pytest.mark.skipif(not EVIDENCE.exists(), reason="../shared/evidence is absent")
def test_the_logs_of_a_real_echo() -> None:
    counts: Counter[str] = Counter()
    for path in sorted(EVIDENCE.glob("local/log/*.gz")):
        content = gzip.decompress(path.read_bytes())
        source = Source.of(content, f"{path}!/{path.name.removesuffix('.gz')}")
        if not EchoSyslog().claims(source):
            assert path.name.startswith("messages")
            continue
        found = list(EchoSyslog().parse(source))
        assert [item for item in found if isinstance(item, Issue)] == []
        counts.update(item.data_type for item in found if isinstance(item, Record))
        (summary,) = (item for item in found if isinstance(item, Record) and item.data_type == "echo:log:file")
        assert summary.fields["lines"] == content.count(b"\n")
        stamp = path.name.removesuffix(".gz").rpartition("_")[2]
        last = iso(summary.timestamps[1].timestamp) or ""
        assert last[:19].translate({ord(sign): None for sign in "-:T"}) <= stamp
    assert counts["echo:log:file"] == 18
    assert counts["echo:log:clock_change"] == 35
