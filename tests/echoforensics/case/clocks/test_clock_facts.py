"""What a case says of its clocks and zones."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from echoforensics.case.case import Case
from echoforensics.library import extract


def test_the_devices_clock_is_measured_by_its_streams(sealed: Any) -> None:
    with Case.open(sealed.path) as case:
        unknown, read = case.clocks()
    assert (unknown.owner, unknown.clock, unknown.pairs) == ("alexa-cloud.zip", "device", 0)
    assert (read.owner, read.clock, read.pairs) == ("echo-data.img", "device", 4)
    assert (read.offset, read.least, read.most) == (1_377_000, 765_000, 2_399_000)


def test_a_time_server_corrections_and_steps(tmp_path: Path) -> None:
    log = tmp_path / "echo" / "var" / "local" / "log"
    log.mkdir(parents=True)
    line = "{} localhost ntpdate[7755]: step time server 206.108.0.132 offset {} sec\n"
    lines = line.format("Apr 27 10:01:55", "-0.250000") + line.format("Apr 27 11:01:55", "1506.688000")
    (log / "daemon.log_00001715_20190430223005").write_text(lines)
    with extract(tmp_path / "echo", tmp_path / "case", key=None) as case:
        (read,) = case.clocks()
        (setting,) = case.clock_settings()
    assert (read.pairs, read.offset, read.least, read.most) == (1, 250_000, 250_000, 250_000)
    assert (setting.by, setting.owner) == (1_506_688_000, "echo")
    assert read.end == setting.time


def test_zones_are_proposed_with_their_rows(tmp_path: Path) -> None:
    folder = tmp_path / "cloud"
    folder.mkdir()
    preference = {
        "deviceSerialNumber": "G1",
        "deviceType": "A1",
        "timeZoneId": "Europe/London",
        "locale": "en-GB",
    }
    (folder / "device-preferences.json").write_text(json.dumps({"devicePreferences": [preference]}))
    with extract(folder, tmp_path / "case", key=None) as case:
        (zone,) = case.zones()
        assert (zone.zone, zone.setting, zone.rows) == ("Europe/London", "timeZoneId", 1)
        assert zone.exhibits == tuple(row["exhibit"] for row in case.rows(types=["alexa:cloud:device_preference"]))
        assert zone.sentence == "1 row of alexa:cloud:device_preference gives Europe/London as timeZoneId."
