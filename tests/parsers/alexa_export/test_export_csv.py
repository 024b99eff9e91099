"""Tables of a data export: whole records of each kind, in the forms that published readers' tests show."""

from __future__ import annotations

import io
from collections.abc import Callable

import pytest

from parsers.alexa_export.csv_file import UNKNOWN, AlexaExportCsv
from parsers.locator import resolve
from parsers.parser import Source
from parsers.record import Clock, Issue, Record, Timestamp
from parsers.registry import claiming

Parse = Callable[..., list[Record | Issue]]
PARSER = AlexaExportCsv()
NOTE = "When the service recorded the utterance."
UTC = "The recorded zone is UTC."


def _records(found: list[Record | Issue]) -> list[Record]:
    assert [item for item in found if isinstance(item, Issue)] == []
    return [item for item in found if isinstance(item, Record)]


def _utterance(text: str, recorded: str, timestamp: int, locator: str, **fields: str) -> Record:
    return Record(
        data_type="alexa:cloud:export_utterance",
        message=f'The export records an utterance that the service transcribed as "{text}".',
        locator=locator,
        timestamps=(Timestamp("Creation Time", recorded, Clock.CLOUD, timestamp, f"{NOTE} {UTC}"),),
        transcript=text,
        fields={**fields, "Utterance text": text, "Utterance Creation Date": recorded},
        parser="alexa_export_utterances",
        parser_version="1",
    )


@pytest.mark.parametrize("delimiter", [";", "\t", "|"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "utf-16-be", "cp1252"])
def test_a_table_is_read_whatever_is_between_its_values_and_in_whatever_encoding(delimiter: str, encoding: str) -> None:
    rows = (
        ("Contact Name", "Utterance text", "Utterance Creation Date"),
        ("Zoë", "öffne die Tür", "21.08.2024 13:53:36 UTC"),
    )
    source = Source.of("\r\n".join(map(delimiter.join, rows)).encode(encoding), "Intent.csv")
    assert PARSER.name in [parser.name for parser in claiming(source)]
    (record,) = (item for item in PARSER.parse(source) if isinstance(item, Record))
    assert (record.transcript, record.timestamps[0].timestamp) == ("öffne die Tür", 1724248416000000)
    assert "öffne" in resolve(source.open(), record.locator).content.decode()


def test_utterances_are_whole_records(parse_all: Parse) -> None:
    content = (
        b"\xef\xbb\xbfCurrently Playing Song,Screen Contents,Contact Name,Utterance text,Utterance Creation Date\r\n"
        b"Not Available,Not Available,Alice Sample,alexa play radio two,2024-08-21T13:53:36.929Z\r\n"
        b"Data Not Available,Not Applicable,N/A,,\r\n"
        b"A Song,Not Available,Not Available,=cmd()|'/c'!A1,2024-08-21T13:53:37Z\r\n"
    )
    assert _records(parse_all(PARSER, content)) == [
        _utterance(
            "alexa play radio two",
            "2024-08-21T13:53:36.929Z",
            1724248416929000,
            "line:2",
            **{"Contact Name": "Alice Sample"},
        ),
        _utterance(
            "=cmd()|'/c'!A1", "2024-08-21T13:53:37Z", 1724248417000000, "line:4", **{"Currently Playing Song": "A Song"}
        ),
    ]


def test_columns_in_another_order_and_fewer_and_more(parse_all: Parse) -> None:
    content = b"new column,Utterance Creation Date,Utterance text\nkept,2026-04-21T16:12:36.937Z,alexa stop\n"
    expected = _utterance(
        "alexa stop", "2026-04-21T16:12:36.937Z", 1776787956937000, "line:2", **{"new column": "kept"}
    )
    assert _records(parse_all(PARSER, content, "renamed.bin")) == [expected]


def test_a_row_over_several_lines_is_located_by_its_bytes(parse_all: Parse) -> None:
    header = b"Utterance text,Utterance Creation Date\n"
    long = b'"alexa, say ""one""\nand two",2024-08-21T13:53:36Z\n'
    content = header + long + b"alexa stop,2024-08-21T13:53:37Z\n"
    first, second = _records(parse_all(PARSER, content))
    assert (first.transcript, first.locator) == ('alexa, say "one"\nand two', f"bytes:{len(header)}+{len(long)}")
    assert first.message == (
        'The export records an utterance that the service transcribed as "alexa, say "one" and two".'
    )
    assert (second.transcript, second.locator) == ("alexa stop", "line:4")


def test_a_device_is_a_whole_record(parse_all: Parse) -> None:
    content = (
        b"Account Name,Amazon Device Model Name,Current Firmware Version,Customer Login Pool,Customer Type,"
        b"Device Account Role,Device Model,Device Pairing Details,Device Serial Number,First Time Registered,"
        b"IP Address,Last Time Registered,Local Time Offset,State,Time Deregistered\n"
        b"Everywhere,Echo Dot,1.0,Amazon,ADULT,PRIMARY,Echo Dot (3rd Gen),Not Applicable,G090SAMPLE000001,"
        b"2024-01-01T09:00:00Z,203.0.113.50,2024-01-02T09:00:00Z,Not Available,ACTIVE,Not Available\n"
    )
    added = "When the device was first registered."
    updated = "When the device was last registered."
    assert _records(parse_all(PARSER, content)) == [
        Record(
            data_type="alexa:cloud:export_device",
            message=(
                'The export lists the device G090SAMPLE000001, model "Echo Dot (3rd Gen)", with the account name'
                ' "Everywhere", state: ACTIVE, IP address: 203.0.113.50.'
            ),
            locator="line:2",
            timestamps=(
                Timestamp("Added Time", "2024-01-01T09:00:00Z", Clock.CLOUD, 1704099600000000, f"{added} {UTC}"),
                Timestamp("Update Time", "2024-01-02T09:00:00Z", Clock.CLOUD, 1704186000000000, f"{updated} {UTC}"),
            ),
            device_serial="G090SAMPLE000001",
            fields={
                "Account Name": "Everywhere",
                "Amazon Device Model Name": "Echo Dot",
                "Current Firmware Version": "1.0",
                "Customer Login Pool": "Amazon",
                "Customer Type": "ADULT",
                "Device Account Role": "PRIMARY",
                "Device Model": "Echo Dot (3rd Gen)",
                "Device Serial Number": "G090SAMPLE000001",
                "First Time Registered": "2024-01-01T09:00:00Z",
                "IP Address": "203.0.113.50",
                "Last Time Registered": "2024-01-02T09:00:00Z",
                "State": "ACTIVE",
            },
            parser="alexa_export_device_registration",
            parser_version="1",
        )
    ]


#: A table of each further kind: path, header, row, data type, message, times, device serial.
KINDS = [
    (
        "x.csv",
        "sourceOfLocation,longitudeInDegrees,coordinatesAccuracyInMeters,latitudeInDegrees,eventDate,deviceSerialNumber",
        "DEVICE,-84.087,17.5,9.936,2023-06-08T00:30:36.252Z,G0911SAMPLE00001",
        "alexa:cloud:export_location",
        "The export lists a location of the device G0911SAMPLE00001: latitude 9.936, longitude -84.087, accuracy in"
        " metres: 17.5, source: DEVICE.",
        [("Recorded Time", 1686184236252000)],
        "G0911SAMPLE00001",
    ),
    (
        "x.csv",
        "SkillName,SkillStage,EnablementStatus,Enablement Date",
        "Sample Radio,live,ENABLED,2024-01-01T09:00:00Z",
        "alexa:cloud:export_skill",
        'The export lists the skill "Sample Radio" with the enablement status ENABLED.',
        [("Added Time", 1704099600000000)],
        None,
    ),
    (
        "x.csv",
        "Enablement Date,EnablementStatus,Skill Name",
        "Not Available,DISABLED,Sample Radio",
        "alexa:cloud:export_skill",
        'The export lists the skill "Sample Radio" with the enablement status DISABLED.',
        [],
        None,
    ),
    (
        "x.csv",
        "Event Recording Date,Device Type,Device Application,Device Locale,Marketplace",
        "2024-01-01T09:00:00Z,A0SAMPLETYPE1,Music,en-GB,A0MARKET",
        "alexa:cloud:export_device_session",
        "The export lists a session event of a device of type A0SAMPLETYPE1, application: Music.",
        [("Recorded Time", 1704099600000000)],
        None,
    ),
    (
        "x.csv",
        "Event Creation Date,Voice Engagement Count,Touch Engagement Count,Impression Count",
        "2024-01-01T09:00:00Z,1,0,12",
        "alexa:cloud:export_show_event",
        "The export lists an event of an Echo Show with the counts voice engagements: 1, touch engagements: 0,"
        " impressions: 12.",
        [("Creation Time", 1704099600000000)],
        None,
    ),
    (
        "x.csv",
        "interaction_date,event_name,device_platform_name,device_make,device_model",
        "2024-01-01T09:00:00Z,app_open,Android,Sample,One",
        "alexa:cloud:export_interaction",
        'The export lists the interaction "app_open" on a device of platform Android, make Sample, model One.',
        [("Recorded Time", 1704099600000000)],
        None,
    ),
    (
        "Additional Data/Alexa/Communications/Contacts/contacts-2.csv",
        "First Name,Last Name,Email Address",
        "Alice,Sample,Not Available",
        "alexa:cloud:export_contact",
        'The export lists a contact with the first name "Alice" and the last name "Sample".',
        [],
        None,
    ),
    (
        "Location/Country of Residence-1.csv",
        "Timestamp,Country",
        "2020-01-01T00:00:00Z,GB",
        "alexa:cloud:export_country",
        'The export records the country of residence "GB".',
        [("Recorded Time", 1577836800000000)],
        None,
    ),
    (
        "FileDescriptions.csv",
        "File name,Description",
        "Alexa/NLU/Intent-2-1.csv,Your requests",
        "alexa:cloud:export_file",
        'The list of the files of an export describes "Alexa/NLU/Intent-2-1.csv" as "Your requests".',
        [],
        None,
    ),
]


@pytest.mark.parametrize(("path", "header", "row", "data_type", "message", "times", "serial"), KINDS)
def test_each_kind(
    parse_all: Parse,
    path: str,
    header: str,
    row: str,
    data_type: str,
    message: str,
    times: list[tuple[str, int]],
    serial: str | None,
) -> None:
    content = f"\ufeff{header}\r\n{row}\r\n".encode()
    assert [parser.name for parser in claiming(Source.of(content, path))] == ["alexa_export_csv"]
    (record,) = _records(parse_all(PARSER, content, path))
    assert (record.data_type, record.message, record.locator, record.device_serial) == (
        data_type,
        message,
        "line:2",
        serial,
    )
    assert [(timestamp.description, timestamp.timestamp) for timestamp in record.timestamps] == times
    pairs = zip(header.split(","), row.split(","), strict=True)
    assert record.fields == {name: value for name, value in pairs if value != "Not Available"}


def test_the_older_device_list(parse_all: Parse) -> None:
    content = b"FirstTimeRegistered,AccountName\n2019-01-01T00:00:00Z,Sample\n"
    (record,) = _records(parse_all(PARSER, content))
    assert (record.data_type, record.device_serial) == ("alexa:cloud:export_device", None)
    assert [timestamp.timestamp for timestamp in record.timestamps] == [1546300800000000]


@pytest.mark.parametrize(
    ("recorded", "timestamp", "note"),
    [
        ("2024-08-21T13:53:36", None, "The zone is not recorded."),
        ("2024-08-21 13:53", None, "The zone is not recorded."),
        ("2024-08-21", None, "A date without a time of day and a zone."),
        ("2024-08-21T15:53:36+02:00", 1724248416000000, "UTC is computed from the recorded offset."),
        ("2024-08-21T13:53:36.9291234Z", 1724248416929123, f"{UTC} Digits behind the microsecond are cut."),
    ],
)
def test_zones_keep_what_was_recorded(parse_all: Parse, recorded: str, timestamp: int | None, note: str) -> None:
    content = f"Utterance text,Utterance Creation Date\nalexa,{recorded}\n".encode()
    (record,) = _records(parse_all(PARSER, content))
    assert record.timestamps == (Timestamp("Creation Time", recorded, Clock.CLOUD, timestamp, f"{NOTE} {note}"),)


@pytest.mark.parametrize("recorded", ["1970-01-01T00:00:00Z", "0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z"])
def test_years_that_stand_for_no_time_make_none(parse_all: Parse, recorded: str) -> None:
    content = f"Utterance text,Utterance Creation Date\nalexa,{recorded}\n".encode()
    (record,) = _records(parse_all(PARSER, content))
    assert record.timestamps == ()


@pytest.mark.parametrize(
    "recorded", ["21/08/2024", "yesterday", "2024-02-30T00:00:00Z", "17242484", "2024-01-01T00:00:00+99:00"]
)
def test_a_time_in_another_form_is_an_issue_beside_the_record(parse_all: Parse, recorded: str) -> None:
    content = f"Utterance text,Utterance Creation Date\nalexa,{recorded}\n".encode()
    issue, record = parse_all(PARSER, content)
    assert issue == Issue(
        f'utterancecreationdate: an ISO 8601 time is expected, not "{recorded}".', "line:2",
        parser="alexa_export_utterances",
    )  # fmt: skip
    assert isinstance(record, Record)
    assert (record.timestamps, record.transcript) == ((), "alexa")


def test_a_table_not_known_is_shown_as_it_stands(parse_all: Parse) -> None:
    content = (
        b"deviceSerialNumber,eventTime,plainTime,note\r\n"
        b"G000SAMPLE000001,2024-01-01T09:00:00Z,2024-01-01T09:00:00,on\r\n"
        b"Data Not Available,Data Not Available,Data Not Available,Data Not Available\r\n"
        b"G000SAMPLE000001,Not Available,,=1+1\r\n"
    )
    found = parse_all(PARSER, content, "Additional Data/Alexa/Devices/Novelties-1-1.csv")
    note = f'The column is named "eventTime"; what the time is of is not known. {UTC}'
    assert found == [
        Issue(UNKNOWN),
        Record(
            data_type="alexa:cloud:export_row",
            message=(
                'A row of the table "Novelties-1-1.csv" gives deviceSerialNumber "G000SAMPLE000001", eventTime'
                ' "2024-01-01T09:00:00Z", plainTime "2024-01-01T09:00:00", note "on".'
            ),
            locator="line:2",
            timestamps=(Timestamp("Unknown Time", "2024-01-01T09:00:00Z", Clock.CLOUD, 1704099600000000, note),),
            device_serial="G000SAMPLE000001",
            fields={
                "deviceSerialNumber": "G000SAMPLE000001",
                "eventTime": "2024-01-01T09:00:00Z",
                "plainTime": "2024-01-01T09:00:00",
                "note": "on",
            },
        ),
        Record(
            data_type="alexa:cloud:export_row",
            message=(
                'A row of the table "Novelties-1-1.csv" gives deviceSerialNumber "G000SAMPLE000001", note "=1+1".'
            ),
            locator="line:4",
            device_serial="G000SAMPLE000001",
            fields={"deviceSerialNumber": "G000SAMPLE000001", "note": "=1+1"},
        ),
    ]


def test_a_table_known_by_its_name_alone_gives_its_rows_and_no_issue(parse_all: Parse) -> None:
    content = b"Device,Suggestion Time,Text\r\nKitchen,2021-03-04T05:06:07Z,lights off?\r\n"
    found = parse_all(PARSER, content, "Alexa.zip!/Smart Home/Hunches.csv")
    note = f'The column is named "Suggestion Time"; what the time is of is not known. {UTC}'
    assert found == [
        Record(
            data_type="alexa:cloud:export_hunch",
            message=(
                'The export lists a suggestion that Alexa made (a hunch); the row gives Device "Kitchen", Suggestion'
                ' Time "2021-03-04T05:06:07Z", Text "lights off?".'
            ),
            locator="line:2",
            timestamps=(Timestamp("Unknown Time", "2021-03-04T05:06:07Z", Clock.CLOUD, 1614834367000000, note),),
            fields={"Device": "Kitchen", "Suggestion Time": "2021-03-04T05:06:07Z", "Text": "lights off?"},
            parser="alexa_export_hunches",
            parser_version="1",
        )
    ]


def test_the_older_table_of_registrations(parse_all: Parse) -> None:
    content = b"FirstTimeRegistered,AccountName\r\n2019-01-02T03:04:05Z,Ann's Echo\r\n"
    (record,) = _records(parse_all(PARSER, content, "Devices.Registration.zip!/registration.csv"))
    assert record.data_type == "alexa:cloud:export_device"
    assert [(timestamp.description, timestamp.timestamp) for timestamp in record.timestamps] == [
        ("Added Time", 1546398245000000)
    ]
    assert '"Ann\'s Echo"' in record.message


@pytest.mark.parametrize(
    ("path", "claimed"),
    [
        ("Users/Alexa/Documents/budget.csv", False), ("home/alexa/budget.csv", False),
        ("disk/Documents and Settings/Alexa Example/budget.csv", False),
        ("Users/Alexa/Alexa/budget.csv", True), ("Additional Data/Alexa/budget.csv", True),
        ("Users/Ann/Alexa.Orders.csv", True),
    ],
)  # fmt: skip
def test_a_person_called_alexa_is_no_sign_of_a_table_of_alexa(path: str, claimed: bool) -> None:
    content = b"Month,Sum\n2024-03,12\n2024-04,9\n"
    source = Source(path, len(content), content, lambda: io.BytesIO(content))

    assert PARSER.claims(source) is claimed
