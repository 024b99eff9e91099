"""Real evidence, where it is at hand: every small file of a first-generation Echo is read, or named with the reason."""

from __future__ import annotations

import io
from collections import Counter
from pathlib import Path

import pytest

from parsers.bluetooth.bluez_folder import BluezFolder
from parsers.bluetooth.bluez_storage import BluezStorage
from parsers.bluetooth.btmd_lists import BtmdLists
from parsers.echo1.registration import EchoRegistration
from parsers.echo1.smarthome import EchoSmarthome
from parsers.echo1.state_files import StateFiles
from parsers.echo1.wifi import EchoWifi
from parsers.locator import resolve
from parsers.parser import Parser, Source
from parsers.record import Issue, Record
from parsers.times import iso

EVIDENCE = Path(__file__).parents[3].parent / "shared/evidence"
ECHO = EVIDENCE / "echo-1st-gen"
pytestmark = pytest.mark.skipif(not EVIDENCE.exists(), reason="../shared/evidence is absent")
PARSERS: tuple[Parser, ...] = (
    BluezFolder(), BluezStorage(), BtmdLists(), EchoRegistration(), EchoSmarthome(), StateFiles(), EchoWifi(),
)  # fmt: skip
#: Read by other parsers.
ELSEWHERE = ("var/log/", "var/local/log/", "var/local/metrics_outbox/")
#: Files that nothing here reads, and why.
LEFT = {
    "var/cache": "the target of a link, kept as text by the copy",
    "var/lock": "the target of a link, kept as text by the copy",
    "var/run": "the target of a link, kept as text by the copy",
    "var/local/alarmd/noticeEarcon.mp3": "the target of a link, kept as text by the copy",
    "var/local/bluez/audio.conf": "the target of a link, kept as text by the copy",
    "var/local/last-known-date.lock": "an empty lock",
    "var/syslog-ng.pid": "the number of a process",
}


def _source(path: str) -> Source | None:
    file = ECHO / path
    if not file.is_file():
        return None
    whole = Source.of(file.read_bytes(), path)
    return Source(path, whole.size, whole.head, whole.opener, _source)


def _state_files() -> list[str]:
    paths = (str(file.relative_to(ECHO)) for file in ECHO.rglob("*") if file.is_file())
    return sorted(path for path in paths if not path.startswith(ELSEWHERE) and not path.endswith(".db"))


def _read(path: str) -> list[Record | Issue]:
    """What the one parser that claims a file yields; every locator is followed."""
    source = _source(path)
    assert source is not None
    (claiming,) = [parser for parser in PARSERS if parser.claims(source)]
    found = list(claiming.parse(source))
    content = (ECHO / path).read_bytes()
    for item in found:
        resolve(io.BytesIO(content), item.locator)
        for timestamp in item.timestamps if isinstance(item, Record) else ():
            assert timestamp.recorded.encode() in resolve(io.BytesIO(content), timestamp.locator).content
    return found


def test_every_file_is_read_or_named_here() -> None:
    claimed = Counter(
        sum(parser.claims(source) for parser in PARSERS) for path in _state_files() if (source := _source(path))
    )
    left = {path for path in _state_files() if not any(p.claims(s) for p in PARSERS if (s := _source(path)))}

    assert left == set(LEFT)
    assert claimed == {1: 36, 0: len(LEFT)}


def test_records_are_counted_and_nothing_is_unread() -> None:
    found = [item for path in _state_files() if path not in LEFT for item in _read(path)]
    records = [item for item in found if isinstance(item, Record)]

    assert [item for item in found if isinstance(item, Issue)] == []
    assert Counter(record.data_type for record in records) == {
        "echo:bluetooth:adapter": 8,
        "echo:bluetooth:last_seen": 1,
        "echo:bluetooth:peer": 5,
        "echo:smarthome:endpoint": 1,
        "echo:smarthome:settings": 1,
        "echo:smarthome:state": 2,
        "echo:state:last_known_date": 1,
        "echo:state:scheduled_command": 2,
        "echo:state:setting": 35,
        "echo:wifi:configuration": 1,
    }
    # Two times in the whole of it; nothing else of these files is dated.
    assert [
        (iso(timestamp.timestamp), timestamp.description) for record in records for timestamp in record.timestamps
    ] == [
        ("2022-01-06T01:30:01.000000+00:00", "Recorded Time"),
        ("2017-10-13T19:32:58.000000+00:00", "Last Seen Time"),
    ]


def test_television_is_one_thing_in_every_file_that_names_it() -> None:
    records = [item for path in _state_files() if path not in LEFT for item in _read(path) if isinstance(item, Record)]
    television = [record for record in records if "bluetooth:D8:E0:E1:2F:E7:7D" in record.keys]

    assert sorted(str(record.fields["file"]) for record in television) == [
        "classes", "devices.proto", "eir", "lastseen", "names",
    ]  # fmt: skip
    answer = next(record for record in television if record.fields["file"] == "eir")
    assert (answer.fields["name"], answer.fields["class"]) == (
        "[TV] Samsung 8 Series (55)",
        "audio/video, video display and loudspeaker; services: capturing",
    )
    assert answer.fields["services"] == [
        "Audio Source (110a)", "A/V Remote Control Target (110c)", "A/V Remote Control (110e)",
        "PnP Information (1200)",
    ]  # fmt: skip


def test_device_is_named_by_its_endpoint() -> None:
    (path,) = [path for path in _state_files() if path.endswith("schema.json")]
    (record,) = _read(path)

    assert isinstance(record, Record)
    assert (record.device_serial, record.device_type) == ("G090LV0363720BXH", "AB72C64C86AW2")
    assert record.fields["friendlyName"] == "Michael's Echo"
    capabilities = record.fields["capabilities"]
    assert isinstance(capabilities, list)
    assert len(capabilities) == 3


def test_wifi_configuration_is_not_text() -> None:
    (record,) = _read("var/local/system/wifid.conf")

    assert isinstance(record, Record)
    assert (record.fields["bytes"], record.fields["entropy_bits_per_byte"]) == (320, 7.3)


@pytest.mark.parametrize("home", ["p8/", "copy/", ""])
def test_paths_of_an_image_and_of_a_copy_are_known_too(home: str) -> None:
    """The data partition is mounted on /var: in an image its paths begin with ``local`` or ``spool``."""
    for path in _state_files():
        source = _source(path)
        assert source is not None
        moved = Source.of(source.head, home + path.removeprefix("var/"))
        assert any(parser.claims(moved) for parser in PARSERS) == (path not in LEFT), path
