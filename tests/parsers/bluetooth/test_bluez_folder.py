from __future__ import annotations

import hashlib

import pytest

from parsers.bluetooth.bluez_folder import BluezFolder
from parsers.parser import Source
from parsers.record import Clock, Issue, Record, Timestamp

ADAPTER = "02:00:00:00:00:0A"
FOLDER = f"p8/local/lib/bluetooth/{ADAPTER}"
PEER = "02:00:00:00:00:01"
NO_TIME = " The file holds no time: this is the state when the file was last written."
SEEN = (
    "The device's clock, GMT, to the second: when it last answered a search, or was noticed in one."
    " It need not have been connected."
)
KEY = "00112233445566778899AABBCCDDEEFF"
# Name "Kitchen", complete; 16-bit UUIDs 110b and 110e; transmit power -4; class 0x240404.
EIR = "08094B69746368656E" + "05030B110E11" + "020AFC" + "040D040424" + "0000"


def _source(files: dict[str, str | bytes], name: str, folder: str = FOLDER) -> Source:
    """A file among its neighbours."""

    def by_path(path: str) -> Source | None:
        content = files.get(path.removeprefix(folder + "/"))
        return None if content is None else made(path, content)

    def made(path: str, content: str | bytes) -> Source:
        whole = Source.of(content.encode() if isinstance(content, str) else content, path)
        return Source(whole.path, whole.size, whole.head, whole.opener, by_path)

    return made(f"{folder}/{name}", files[name])


def _read(files: dict[str, str | bytes], name: str, folder: str = FOLDER) -> list[Record | Issue]:
    source = _source(files, name, folder)
    assert BluezFolder().claims(source)
    return list(BluezFolder().parse(source))


def _fields(name: str, value: str) -> dict[str, object]:
    (record,) = _read({name: f"{PEER} {value}\n"}, name)
    assert isinstance(record, Record)
    assert record.message.endswith(NO_TIME)
    common = {"file": name, "adapter": ADAPTER, "peer": PEER}
    assert {key: record.fields[key] for key in common} == common
    return {key: value for key, value in record.fields.items() if key not in common}


def test_last_seen_is_a_time_with_the_name_of_the_neighbouring_file() -> None:
    files: dict[str, str | bytes] = {
        "lastseen": f"{PEER} 2019-05-04 18:00:01 GMT\n",
        "names": f"{PEER} Anna's {{}} phone\n",
    }

    assert _read(files, "lastseen") == [
        Record(
            "echo:bluetooth:last_seen",
            f"The device's Bluetooth store records that the Bluetooth device {PEER} (named \"Anna's {{}} phone\") was"
            " last seen in a search at 2019-05-04 18:00:01 GMT.",
            "line:1",
            (
                Timestamp(
                    "Last Seen Time", "2019-05-04 18:00:01 GMT", Clock.DEVICE, 1_556_992_801_000_000, SEEN, "line:1"
                ),
            ),
            fields={"file": "lastseen", "adapter": ADAPTER, "peer": PEER, "name": "Anna's {} phone"},
            keys=(f"bluetooth:{PEER}",),
        )
    ]


@pytest.mark.parametrize(
    ("written", "timestamp", "note"),
    [
        ("2019-05-04 18:00:01 UTC", 1_556_992_801_000_000, "The device's clock, GMT, to the second: when a connection"),
        ("2019-05-04 18:00:01 CEST", None, "The zone is not GMT or UTC"),
        ("2019-05-04 18:00:01", None, "The zone is not GMT or UTC"),
        ("2019-02-30 18:00:01 GMT", None, "There is no such date"),
    ],
)
def test_last_used_is_no_utc_time_where_the_file_does_not_say_so(
    written: str, timestamp: int | None, note: str
) -> None:
    (record,) = _read({"lastused": f"{PEER} {written}\r\n"}, "lastused")

    assert isinstance(record, Record)
    assert record.data_type == "echo:bluetooth:last_used"
    (stamp,) = record.timestamps
    assert (stamp.description, stamp.recorded, stamp.timestamp) == ("Last Used Time", written, timestamp)
    assert stamp.note.startswith(note)


def test_link_key_is_never_shown() -> None:
    (record,) = _read({"linkkeys": f"{PEER} {KEY} 5 0\n", "names": f"{PEER} Speaker\n"}, "linkkeys")

    assert isinstance(record, Record)
    assert record == Record(
        "echo:bluetooth:pairing",
        "The device's Bluetooth store keeps a link key (authenticated combination key (P-192)) for the Bluetooth device"
        f' {PEER} (named "Speaker"): it holds the two for paired.{NO_TIME}',
        "line:1",
        fields={
            "file": "linkkeys",
            "adapter": ADAPTER,
            "peer": PEER,
            "name": "Speaker",
            "link_key": f"present, 32 characters, SHA-256 {hashlib.sha256(KEY.encode()).hexdigest()}",
            "key_type": "authenticated combination key (P-192)",
            "pin_length": 0,
        },
        keys=(f"bluetooth:{PEER}",),
    )


def test_pin_is_described_by_its_length_alone() -> None:
    assert _fields("pincodes", "4711") == {"pin": "present, 4 characters"}


@pytest.mark.parametrize("name", ["linkkeys", "longtermkeys", "pincodes"])
def test_issue_of_a_file_of_keys_holds_no_part_of_it(name: str) -> None:
    found = _read({name: f"{PEER}\n{KEY} 5 0\n"}, name)

    assert len(found) == 2
    for issue in found:
        assert isinstance(issue, Issue)
        assert issue.excerpt == b""
        assert KEY not in issue.what


def test_answer_to_a_search_is_decoded() -> None:
    assert _fields("eir", EIR) == {
        "name": "Kitchen",
        "services": ["Audio Sink (110b)", "A/V Remote Control (110e)"],
        "transmit_power_dbm": -4,
        "class": "audio/video, headset; services: rendering, audio",
        "eir": EIR.lower(),
    }


def test_answer_that_breaks_off_is_reported_as_far_as_it_goes() -> None:
    record, issue = _read({"eir": f"{PEER} 0309414229FF\n"}, "eir")

    assert isinstance(record, Record)
    assert record.fields["name"] == "AB"
    assert record.fields["unread"] == "29ff"
    assert issue == Issue("The last 2 bytes of the answer are not of the form and were not decoded.", "line:1")


@pytest.mark.parametrize(
    ("name", "value", "fields"),
    [
        ("names", "Küche", {"name": "Küche"}),
        ("aliases", "my phone", {"alias": "my phone"}),
        (
            "classes",
            "0x5a020c",
            {
                "class": "0x5a020c",
                "class_in_words": "phone, smartphone; services: networking, capturing, object transfer, telephony",
            },
        ),
        (
            "profiles",
            "0000110b-0000-1000-8000-00805f9b34fb 12345678-1234-1234-1234-123456789abc",
            {"services": ["Audio Sink (110b)", "12345678-1234-1234-1234-123456789abc"]},
        ),
        ("trusts", "[all] hid", None),
        ("trusts", "all hid", {"trusted_for": ["all", "hid"]}),
        ("blocked", "", {"value": ""}),
        ("features", "BFFE8FFEDBFF5B87", {"features": "BFFE8FFEDBFF5B87"}),
        ("manufacturers", "15 6 16912", {"company": 15, "lmp_version": 6, "lmp_subversion": 16912}),
        (
            "did",
            "0001 04E8 8080 0000",
            {"source": "0x0001", "vendor": "0x04e8", "product": "0x8080", "version": "0x0000"},
        ),
        ("input", "0000 anything", {"value": "0000 anything"}),
    ],
)
def test_each_file_has_its_form(name: str, value: str, fields: dict[str, object] | None) -> None:
    if fields is None:
        (issue,) = _read({name: f"{PEER} {value}\n"}, name)
        assert issue == Issue(f'The line is not of the form that "{name}" has.', "line:1", f"{PEER} {value}".encode())
    else:
        assert _fields(name, value) == fields


def test_service_record_and_address_type_stand_after_the_address() -> None:
    (record,) = _read({"sdp": f"{PEER}#00010000 3503191101\n"}, "sdp")
    assert isinstance(record, Record)
    assert (record.fields["handle"], record.fields["service_record"]) == ("00010000", "3503191101")

    (record,) = _read({"aliases": f"{PEER}#1 band\n"}, "aliases")
    assert isinstance(record, Record)
    assert record.fields["address_type"] == "1"


def test_settings_of_the_adapter() -> None:
    records = _read({"config": "name Echo-1\nclass 0x0c0414\n"}, "config")

    lead = "The device's Bluetooth store keeps the setting"
    words = "audio/video, loudspeaker; services: rendering, capturing"
    common = {"file": "config", "adapter": ADAPTER}
    assert records == [
        Record(
            "echo:bluetooth:adapter",
            f"{lead} name of its own adapter {ADAPTER}: Echo-1.{NO_TIME}",
            "line:1",
            fields={**common, "name": "name", "value": "Echo-1"},
            keys=(f"bluetooth:{ADAPTER}",),
        ),
        Record(
            "echo:bluetooth:adapter",
            f"{lead} class of its own adapter {ADAPTER}: 0x0c0414 ({words}).{NO_TIME}",
            "line:2",
            fields={**common, "name": "class", "value": "0x0c0414", "class_in_words": words},
            keys=(f"bluetooth:{ADAPTER}",),
        ),
    ]


@pytest.mark.parametrize("separator", [":", "_", "-", "\uf03a", "%3A"])
def test_rewritten_folder_names_and_a_byte_order_mark_are_read(separator: str) -> None:
    folder = "copy/" + ADAPTER.lower().replace(":", separator)

    (record,) = _read({"names": f"\ufeff{PEER} Phone\r\n"}, "names", folder)

    assert isinstance(record, Record)
    assert record.fields == {"file": "names", "adapter": ADAPTER, "peer": PEER, "name": "Phone"}


@pytest.mark.parametrize(
    ("folder", "name", "content"),
    [
        ("etc", "names", f"{PEER} Phone\n"),
        (FOLDER, "other", f"{PEER} Phone\n"),
        (FOLDER, "names", "Phone\n"),
        (FOLDER, "names", ""),
        (FOLDER, "config", "colour red\n"),
        ("02:00:00:00:00", "names", f"{PEER} Phone\n"),
    ],
)
def test_other_files_are_not_claimed(folder: str, name: str, content: str) -> None:
    assert not BluezFolder().claims(Source.of(content.encode(), f"{folder}/{name}"))


def test_line_not_of_the_form_is_an_issue_and_the_rest_is_read() -> None:
    content = f"{PEER} A\nbroken\n{PEER} \xff\n".encode("latin-1")

    first, issue, last = _read({"names": content}, "names")

    assert issue == Issue('The line is not of the form that "names" has.', "line:2", b"broken")
    assert isinstance(first, Record)
    assert isinstance(last, Record)
    assert (last.locator, last.fields["name"]) == ("line:3", "\\xff")


def test_file_that_is_too_long_is_read_up_to_a_bound_that_is_reported() -> None:
    found = _read({"names": f"{PEER} A\n" * 10_001}, "names")

    assert found[0] == Issue("The file has 10001 lines; only the first 10000 were read.")
    assert len(found) == 10_001
