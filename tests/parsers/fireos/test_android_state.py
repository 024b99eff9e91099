from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parsers.fireos.android_property import AndroidProperty
from parsers.fireos.android_settings import AndroidSettings
from parsers.fireos.dropbox import AndroidDropbox
from parsers.fireos.log import FireOsLog
from parsers.fireos.package_list import PackageList
from parsers.fireos.speech_policy import SpeechPolicy
from parsers.fireos.turn_recording import TurnRecording
from parsers.locator import resolve
from parsers.parser import Parser, Source
from parsers.record import Clock, Issue, Record, Timestamp
from parsers.times import iso

SourceIn = Callable[..., Source]
NO_TIME = " The file holds no time: this is the state when the file was last written."
HOST = "The device's speech client connects to the host that it names; a device as it is sold does not have it."
BOOT = "isPrevious: false\nBuild: Amazon/biscuit/biscuit:5.1.1/LVY48F/1:user/release-keys\nHardware: biscuit\n"
CRASH = "Process: com.amazon.knight\nFlags: 0x1\n\njava.lang.RuntimeException: Bearer Atza|abcdefghijkl\n\tat x\n"
IN_NAME = (
    "Epoch milliseconds (UTC) in the file's name: when Android put the entry into its dropbox, by the device's clock."
    " Entries of one time are moved on by milliseconds."
)


def _read(parser: Parser, content: str | bytes, path: str) -> list[Record | Issue]:
    data = content.encode() if isinstance(content, str) else content
    source = Source.of(data, path)
    assert parser.claims(source)
    found = list(parser.parse(source))
    for item in found:
        resolve(io.BytesIO(data), item.locator)
    return found


def _persistent(*pairs: tuple[str, str]) -> bytes:
    made = b""
    for name, value in pairs:
        inner = bytes([10, len(name)]) + name.encode() + bytes([18, len(value)]) + value.encode()
        made += bytes([10, len(inner)]) + inner
    return made


def test_a_property_in_a_file_of_its_own_as_a_whole_record() -> None:
    assert _read(AndroidProperty(), "127.0.0.1", "data/property/persist.amazon.scl.host") == [
        Record(
            "echo:state:property",
            f'The property persist.amazon.scl.host is kept as "127.0.0.1". {HOST}{NO_TIME}',
            "bytes:0+9",
            fields={"name": "persist.amazon.scl.host", "value": "127.0.0.1", "file": "persist.amazon.scl.host"},
        )
    ]


@pytest.mark.parametrize("path", ["data/property/persistent_properties", "property/persistent_properties"])
def test_properties_in_one_file_for_all(path: str) -> None:
    content = _persistent(("persist.sys.timezone", "Europe/Berlin"), ("persist.x.token", "topsecretvalue"))
    zone, secret = _read(AndroidProperty(), content, path)
    assert isinstance(zone, Record)
    assert zone.message.startswith('The property persist.sys.timezone is kept as "Europe/Berlin".')
    assert isinstance(secret, Record)
    assert secret.fields["value"] == "present, 14 characters"
    (issue,) = _read(AndroidProperty(), content[:-3], path)
    assert isinstance(issue, Issue)


def test_lists_and_builds_give_what_speaks_of_the_device() -> None:
    listed = "[persist.sys.timezone]: [UTC]\n[ro.serialno]: [G090LF1180000001]\n[dalvik.vm.x]: [1]\n"
    zone, serial = _read(AndroidProperty(), listed, "getprop.txt")
    assert isinstance(serial, Record)
    assert (serial.device_serial, serial.locator) == ("G090LF1180000001", "line:2")
    built = "# comment\nro.product.model=AEOBC\nro.build.type=user\nro.other=1\n"
    records = _read(AndroidProperty(), built, "system/build.prop")
    assert [record.fields["name"] for record in records if isinstance(record, Record)] == [
        "ro.product.model", "ro.build.type",
    ]  # fmt: skip
    assert isinstance(zone, Record)


def test_the_zone_beside_a_log_is_the_log_s(source_in: SourceIn) -> None:
    line = b"2023-04-07 17:53:57.748  1714  1714 I ECS_ECService: Received event: WAKE_WORD\n"
    for folder, where in (("data/", "data/"), ("", ""), ("seized.zip!/data/", "seized.zip!/data/")):
        log = f"{folder}system/dropbox/Log.main@1680897600000.txt.zip!/Log.main_0"
        for name, content in (
            ("persist.sys.timezone", b"Europe/Berlin"),
            ("persistent_properties", _persistent(("persist.sys.timezone", "Europe/Berlin"))),
        ):
            files = {log: line, f"{where}property/{name}": content}
            event, _ = FireOsLog().parse(source_in(files, log))
            assert isinstance(event, Record)
            assert iso(event.timestamps[0].timestamp) == "2023-04-07T15:53:57.748000+00:00"
            assert event.timestamps[0].note == (
                f"The device's clock, in the zone Europe/Berlin, as {where}property/{name} in the evidence says."
            )


def test_an_hour_that_occurs_twice_is_not_placed(source_in: SourceIn) -> None:
    log = "data/system/dropbox/Log.main_0"
    for stamp, how in (("10-29 02:30", "occurs twice"), ("03-26 02:30", "does not exist")):
        line = f"2023-{stamp}:00.000  1714  1714 I ECS_ECService: Received event: WAKE_WORD\n".encode()
        files = {log: line, "data/property/persist.sys.timezone": b"Europe/Berlin"}
        event, _ = FireOsLog().parse(source_in(files, log))
        assert isinstance(event, Record)
        assert event.timestamps[0].timestamp is None
        assert event.timestamps[0].note.endswith(f"In Europe/Berlin that hour {how} on this day.")


def test_a_start_of_the_device_as_a_whole_record() -> None:
    assert _read(AndroidDropbox(), BOOT, "system/dropbox/SYSTEM_BOOT@1710400000000.txt") == [
        Record(
            "echo:event:boot",
            'Android noted that the device was started ("SYSTEM_BOOT").',
            "",
            (Timestamp("Recorded Time", "1710400000000", Clock.DEVICE, 1710400000000000, IN_NAME),),
            fields={
                "tag": "SYSTEM_BOOT",
                "headers": {
                    "isPrevious": "false",
                    "Build": "Amazon/biscuit/biscuit:5.1.1/LVY48F/1:user/release-keys",
                    "Hardware": "biscuit",
                },
                "text": "",
            },
        )
    ]


@pytest.mark.parametrize(
    ("name", "content", "data_type", "message"),
    [
        ("data_app_crash@1710400000000.txt", CRASH, "crash",
         'Android noted that a program crashed ("data_app_crash"), of com.amazon.knight:'
         ' java.lang.RuntimeException: Bearer'
         " <present, 17 characters>."),
        ("system_app_anr_1710400000000.txt", CRASH, "crash", 'Android noted that a program did not answer'
        ' ("system_app_anr")'),
        ("SYSTEM_RESTART@1710400000000.txt", BOOT, "boot", "Android noted that the system was started again"),
        ("netstats@1710400000000.dat", b"\0\1\2\3" * 9, "dropbox", 'Android noted an entry ("netstats").'),
        ("Log.main@1710400000000.lost", "", "dropbox", "Android noted an entry whose content was discarded"),
    ],
)  # fmt: skip
def test_entries_of_the_dropbox(name: str, content: str | bytes, data_type: str, message: str) -> None:
    *issues, record = _read(AndroidDropbox(), content, f"system/dropbox/{name}")
    assert isinstance(record, Record)
    assert record.data_type == f"echo:event:{data_type}"
    assert record.message.startswith(message)
    assert "Atza" not in str(record)
    assert len(issues) == (1 if name.endswith(".dat") else 0)


def test_logs_and_other_files_are_not_entries() -> None:
    for path in ("system/dropbox/Log.main@1710400000000.txt", "x/SYSTEM_BOOT_1710400000000.txt", "dropbox/readme.txt"):
        assert not AndroidDropbox().claims(Source.of(BOOT.encode(), path))
    assert AndroidDropbox().claims(Source.of(BOOT.encode(), "exported/SYSTEM_BOOT@1710400000000.txt"))


def test_settings_in_xml() -> None:
    content = (
        "<?xml version='1.0' encoding='UTF-8' standalone='yes' ?>\n<settings version=\"1\">\n"
        '  <setting id="1" name="volume_master_mute" value="1" package="android" />\n'
        '  <setting id="2" name="font_scale" value="1.0" package="android" />\n</settings>\n'
    )
    (record,) = _read(AndroidSettings(), content, "data/system/users/0/settings_system.xml")
    assert isinstance(record, Record)
    assert record.message == f'Android keeps the setting volume_master_mute as "1".{NO_TIME}'
    assert record.fields == {
        "file": "settings_system.xml", "id": "1", "name": "volume_master_mute", "value": "1", "package": "android",
    }  # fmt: skip


def test_the_list_of_packages() -> None:
    content = "amazon.speech.sim 32037 0 /data/data/amazon.speech.sim default 3003\n"
    content += "org.x 10001 1 /data/data/org.x default none\n"
    (record,) = _read(PackageList(), content, "data/system/packages.list")
    assert isinstance(record, Record)
    assert record.message == (
        f"Android's list names 1 of Amazon's packages and 1 other, among them amazon.speech.sim.{NO_TIME}"
    )
    assert record.fields["user_ids"] == {"amazon.speech.sim": 32037}
    issue, *_ = _read(PackageList(), content + "junk\n", "data/system/packages.list")
    assert issue == Issue("1 line of the list is not of its form; it was not read.", "line:3")


def test_the_policy_of_the_speech_client() -> None:
    (record,) = _read(SpeechPolicy(), '{"enable_wakeword_download":true}', "sdcard/csm/policy.json")
    assert record == Record(
        "echo:state:speech_policy",
        f"A policy for the speech client is kept: enable_wakeword_download true.{NO_TIME}",
        "",
        fields={"policy": {"enable_wakeword_download": True}},
    )
    (issue,) = _read(SpeechPolicy(), '{"a":', "sdcard/csm/policy.json")
    assert isinstance(issue, Issue)


def test_a_note_on_a_recording_of_other_firmware() -> None:
    (record,) = _read(
        TurnRecording(), '{"slot":0,"bytes":64000,"at":1787327783}', "data/misc/echolocal/recordings/17.json"
    )
    assert isinstance(record, Record)
    assert record.message == (
        'Firmware that is not Amazon\'s notes a recording of a turn, "17.wav", of 64000 bytes of sound, slot 0.'
    )
    assert [(time.recorded, time.timestamp, time.locator) for time in record.timestamps] == [
        ("1787327783", 1787327783000000, "json:/at")
    ]
    assert record.keys == ("numbered-audio:data/misc/echolocal/recordings#17",)
    for other in ('{"slot":0,"bytes":64000}', '{"slot":"0","bytes":64000,"at":1}', "[]"):
        assert not TurnRecording().claims(Source.of(other.encode(), "recordings/17.json"))


PATHS = (
    "data/property/persist.x", "data/property/persistent_properties", "build.prop", "getprop.txt",
    "system/dropbox/a@1710400000000.txt", "settings_system.xml", "packages.list", "csm/policy.json",
    "recordings/1.json",
)  # fmt: skip
STARTS = (
    "",
    "<settings>",
    '{"slot":1,"bytes":2,"at":',
    "[a.b]: [c]\n" * 3,
    "a.b 10000 0 /x\n",
    "ro.x=1\n",
    "\n\x05\n\x01a",
)


@given(st.binary(max_size=120), st.sampled_from(PATHS), st.sampled_from(STARTS))
def test_any_bytes(content: bytes, path: str, start: str) -> None:
    source = Source.of(start.encode() + content, path)
    for parser in (
        AndroidProperty(), AndroidDropbox(), AndroidSettings(), PackageList(), SpeechPolicy(), TurnRecording(),
    ):  # fmt: skip
        if parser.claims(source):
            for item in parser.parse(replace(source)):
                assert isinstance(item, (Record, Issue))
