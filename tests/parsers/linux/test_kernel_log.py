from __future__ import annotations

import io
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parsers.definition.log_lines import line_kinds
from parsers.linux.kernel_log import TABLE, KernelLog
from parsers.locator import resolve
from parsers.parser import Source
from parsers.record import Clock, Issue, Record, Timestamp
from parsers.registry import claiming

DOCS = Path(__file__).parents[3] / "docs" / "logs.md"
UPTIME = "Seconds since the device was started; the line gives no date."
PATH = "cache/recovery/last_kmsg"
EXAMPLES = {
    "partition": ("[mmcblk0p01]  bootloader  offset 0x000000000000  size 0x000000400000 ", "storage",
        "The kernel log lists the partition bootloader (mmcblk0p01) at the offset 0x000000000000, of the size"
        " 0x000000400000 in bytes."),
    "storage_device": ("mmcblk0: mmc0:0001 DG4016 14.7 GiB ", "storage",
        "The kernel log names the storage DG4016 (mmcblk0), of 14.7 GiB."),
    "clock_from_hardware": ("rtc0: setting system clock to 2024-03-14 09:26:53 UTC (1710408413)", "clock_change",
        "The kernel log records that the clock was set to 2024-03-14 09:26:53 UTC, from the clock that runs"
        " without power."),
    "suspended": ("PM: suspend exit 2024-03-14 09:26:53.123456789 UTC", "boot",
        "The kernel log records of the device being put to sleep: exit, at 2024-03-14 09:26:53.123456789 UTC."),
}  # fmt: skip


def _read(*lines: str, path: str = PATH) -> list[Record | Issue]:
    content = "".join(f"{line}\n" for line in lines).encode()
    source = Source.of(content, path)
    assert "kernel_log" in [parser.name for parser in claiming(source)]
    found = list(KernelLog().parse(source))
    for item in found:
        resolve(io.BytesIO(content), item.locator)
    return found


@pytest.mark.parametrize("kind", line_kinds(TABLE), ids=lambda kind: kind.name)
def test_a_line_of_each_kind(kind: object) -> None:
    name = getattr(kind, "name")  # noqa: B009 (named by the parametrisation)
    text, data_type, message = EXAMPLES[name]
    record, _ = _read(f"<6>[    0.943217@0]  {text}")
    assert isinstance(record, Record)
    assert (record.data_type, record.message) == (f"echo:log:{data_type}", message)
    assert record.timestamps[0] == Timestamp("Recorded Time", "0.943217", Clock.DEVICE, None, UPTIME)


def test_a_line_that_sets_the_clock_has_its_time() -> None:
    record, _ = _read(f"[    1.000000] {EXAMPLES['clock_from_hardware'][0]}")
    assert isinstance(record, Record)
    assert [time.timestamp for time in record.timestamps] == [None, 1710408413000000]


@pytest.mark.parametrize("form", ["[    0.000000] {}", "<5>[    0.000000] {}", "[    0.000000][  T1] {}", "5,1,0,-;{}"])
def test_the_serial_number_is_in_the_arguments_of_the_kernel(form: str) -> None:
    line = form.format("Kernel command line: console=ttyS0 androidboot.serialno=G090LF1180000001 quiet")
    record, summary = _read(line, path="dmesg.txt")
    assert isinstance(record, Record)
    assert (record.data_type, record.device_serial) == ("echo:log:boot", "G090LF1180000001")
    assert isinstance(summary, Record)
    assert summary.message == "The log holds 1 line, of 1 program."


DATE = "Thu Mar 14 09:26:53 2024"
UNKNOWN = "The device's clock, in a zone that neither the line nor the file gives."
DMESG = " dmesg worked it out from the seconds since the start; where the device has slept since, it is too early."
SINCE = "As dmesg writes it: a minute without a year, or the seconds since the line before. It gives no date."
FORMS = {
    "dmesg -T": (f"[{DATE}] ", DATE, None, UNKNOWN + DMESG),
    "dmesg -x": ("kern  :info  : [    0.943217] ", "0.943217", None, UPTIME),
    "dmesg -x -T": (f"kern  :info  : [{DATE}] ", DATE, None, UNKNOWN + DMESG),
    "dmesg -d": ("[    0.943217 <    0.000012>] ", "0.943217", None, UPTIME),
    "dmesg --time-format iso": ("2024-03-14T09:26:53,600000+01:00 ", "2024-03-14T09:26:53,600000+01:00",
        1710404813600000, "The device's clock, in the zone the line gives." + DMESG),
    "dmesg --reltime": ("[Mar14 09:26] ", "Mar14 09:26", None, SINCE),
    "dmesg --reltime, a later line": ("[  +0.000012] ", "+0.000012", None, SINCE),
}  # fmt: skip


@pytest.mark.parametrize("form", FORMS)
def test_the_times_that_dmesg_writes(form: str) -> None:
    before, recorded, timestamp, note = FORMS[form]
    record, summary = _read(before + EXAMPLES["storage_device"][0], path="dmesg-ramoops-0")
    assert isinstance(record, Record)
    assert record.timestamps == (Timestamp("Recorded Time", recorded, Clock.DEVICE, timestamp, note),)
    assert isinstance(summary, Record)
    assert f"| {form} | read |" in DOCS.read_text()


def test_a_date_that_is_none_is_an_issue() -> None:
    *_, issue, _ = _read("[    0.100000] x", "[    0.100000] x", "[Thu Mar 32 09:26:53 2024] x")
    assert issue == Issue(
        "The line is not of the form of this log; it was not read.", "line:3", b"[Thu Mar 32 09:26:53 2024] x"
    )


def test_journalctl_s_lines_are_not_taken_for_the_kernel_s() -> None:
    content = b"[    5.123456] host kernel: androidboot.serialno=G090LF1180000001\n" * 3
    assert [parser.name for parser in claiming(Source.of(content, "journal.txt"))] == ["syslog"]


def test_kernel_logs_of_other_machines_are_not_claimed() -> None:
    content = b"[    0.000000] Linux version 6.1\n[    0.100000] usb 1-1: new high-speed USB device\n" * 3
    assert claiming(Source.of(content, "var/log/dmesg")) == ()
    assert not KernelLog().claims(Source.of(b"androidboot. [    0.000000] in a text\n" * 3, "notes.txt"))


def test_lines_of_no_form_are_one_issue() -> None:
    *_, issue, _ = _read("[    0.100000] Linux version 3.18", "junk", "junk", "[    0.200000] x", "[    0.300000] y")
    assert isinstance(issue, Issue)
    assert issue.what == "2 lines are not of the form of this log; they were not read: lines 2 to 3."


@given(
    st.binary(max_size=200),
    st.sampled_from([b"", b"[    0.100000] ", b"<6>[    0.1@0]  [mmcblk0p1] a offset 0x", b"1,2,3,-;"]),
)
def test_any_bytes(content: bytes, start: bytes) -> None:
    for item in KernelLog().parse(Source.of(start + content, PATH)):
        assert isinstance(item, (Record, Issue))
