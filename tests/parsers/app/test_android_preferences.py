"""Preferences files: what definitions mention them, and what is kept of the rest."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import asdict

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from parsers.app.packages import App, app_of
from parsers.app.prefs import AndroidPreferences
from parsers.locator import resolve
from parsers.parser import Parser, Source
from parsers.record import Clock, Issue, Record, Timestamp

PARSER = AndroidPreferences()
APP = "data/data/com.amazon.dee.app/shared_prefs"
Found = tuple[list[Record], list[Issue]]
Reader = Callable[[Parser, Source], Found]
MadeFile = Callable[[str], Source]


def _read(content: bytes | str, path: str = f"{APP}/x.xml") -> Found:
    data = content.encode() if isinstance(content, str) else content
    found = list(PARSER.parse(Source.of(data, path)))
    return [item for item in found if isinstance(item, Record)], [item for item in found if isinstance(item, Issue)]


def _bytes_at(source: Source, locator: str) -> bytes:
    with source.open() as stream:
        return resolve(stream, locator).content


def test_name_and_number_and_the_last_synchronisation(made_file: MadeFile, read_with: Reader) -> None:
    source = made_file(f"{APP}/SHARED_PREFS.xml")
    records, issues = read_with(PARSER, source)
    assert issues == []
    person, contacts, user, rest = records
    assert person == Record(
        "alexa:app:identity",
        'The Alexa app keeps the first name "Zoë" and the last name "Muster & Söhne" of its user, telephone number'
        " +4915550000001.",
        "bytes:67+216",
        fields={"first_name": "Zoë", "last_name": "Muster & Söhne", "phone_number": "+4915550000001"},
        parser="alexa_app_person",
        parser_version="1",
    )
    assert contacts.data_type == "alexa:app:sync"
    assert [(m.recorded, m.timestamp) for m in contacts.timestamps] == [("1668970430000", 1_668_970_430_000_000)]
    assert _bytes_at(source, contacts.locator).startswith(b'<string name="LAST_CONTACT_SYNCED_TIME">')
    assert user.data_type == "alexa:app:user_sync"
    (timestamp,) = user.timestamps
    assert (timestamp.description, timestamp.clock) == ("Last Update Time", Clock.PHONE)
    assert (timestamp.recorded, timestamp.timestamp) == ("1668970421979", 1_668_970_421_979_000)
    assert _bytes_at(source, user.locator) == b'<long name="LAST_USER_INFO_SYNC_TIME" value="1668970421979" />'
    assert rest.data_type == "alexa:app:preferences"
    assert rest.message == (
        'The preferences file "SHARED_PREFS.xml" of the app com.amazon.dee.app keeps 3 further values: CALLER_ID_SHOWN,'
        " RATING_PROMPT_TIMESTAMP, LAST_EMPTY_TIME."
    )
    assert rest.fields == {
        "file": "SHARED_PREFS.xml",
        "package": "com.amazon.dee.app",
        "values": {"CALLER_ID_SHOWN": True, "RATING_PROMPT_TIMESTAMP": 1668349714347, "LAST_EMPTY_TIME": 0},
    }


def test_a_number_that_may_be_a_time_is_reported_with_care(made_file: MadeFile) -> None:
    source = made_file(f"{APP}/SHARED_PREFS.xml")
    rest = list(PARSER.parse(source))[-1]
    assert isinstance(rest, Record)
    assert rest.timestamps == (
        Timestamp(
            "Unknown Time",
            "1668349714347",
            Clock.PHONE,
            1_668_349_714_347_000,
            "RATING_PROMPT_TIMESTAMP: The value is a whole number that fits a time in milliseconds since 1970 UTC, and"
            " its name speaks of a time. What the app recorded with it is not known.",
            "bytes:422+61",
        ),
    )
    assert _bytes_at(source, "bytes:422+61") == b'<long name="RATING_PROMPT_TIMESTAMP" value="1668349714347" />'


def test_the_signed_in_user_without_the_token(made_file: MadeFile, read_with: Reader) -> None:
    records, issues = read_with(PARSER, made_file(f"{APP}/service.identity.xml"))
    assert issues == []
    user, rest = records
    assert user.message == (
        'The Alexa app keeps a signed-in user named "Zoë Muster", e-mail zoe@example.org, telephone number'
        " +4915550000001, account A0MADEUPCUSTOMER, country of residence DE."
    )
    assert (user.account, user.person) == ("A0MADEUPCUSTOMER", "amzn1.actor.person.oid.A0MADEUPPERSON")
    assert user.keys == (
        "amazon-account:amzn1.account.MADEUPMADEUPMADEUP",
        "comms-id:amzn1.comms.id.person.amzn1~amzn1.account.MADEUP",
    )
    assert user.fields["access_token"] == (
        "present, 47 characters, SHA-256 91159ab7be209cb66a5879f0e77c89be176bb497848c91c86d2c196ce846be37"
    )
    assert rest.fields["values"] == {"user.[version]": "5"}
    assert "Atna" not in json.dumps([asdict(record) for record in records])


def test_the_signed_in_user_as_one_value() -> None:
    user = {
        "id": "A0MADEUP",
        "name": "Zoë",
        "accessToken": "Atna|made-up",
        "profile": {"personId": "amzn1.actor.person.oid.A0", "comms": {"phoneNumber": "+491"}},
    }
    text = json.dumps(user).replace('"', "&quot;")
    (record,), issues = _read(f'<map><string name="user">{text}</string></map>', f"{APP}/service.identity.xml")
    assert issues == []
    assert record.message == (
        'The Alexa app keeps a signed-in user named "Zoë", e-mail not given, telephone number +491, account A0MADEUP,'
        " country of residence not given."
    )
    assert (record.account, record.person, record.keys) == ("A0MADEUP", "amzn1.actor.person.oid.A0", ())
    assert record.fields == {"user": {**user, "accessToken": "present, 12 characters"}}


def test_session_identity_and_credentials(made_file: MadeFile, read_with: Reader) -> None:
    (session, rest), issues = read_with(PARSER, made_file(f"{APP}/mobilytics.session-storage.xml"))
    assert issues == []
    assert [(m.description, m.timestamp, m.locator) for m in session.timestamps] == [
        ("Start Time", 1_670_767_405_067_000, "bytes:161+54"),
        ("End Time", 1_670_769_148_417_000, "bytes:220+53"),
    ]
    assert rest.fields["values"] == {"tl_set": ["mobilytics.timeline_1670769151813"]}
    (identity,), issues = read_with(PARSER, made_file(f"{APP}/SHARED_PREFS_IDENTITY.xml"))
    assert issues == []
    assert (identity.account, identity.fields["has_devices"]) == ("amzn1.account.MADEUPMADEUPMADEUP", True)
    (credentials, rest), issues = read_with(PARSER, made_file(f"{APP}/SECURED_SHARED_PREFS.xml"))
    assert issues == []
    assert dict(credentials.fields) == {
        "sip_token": "present, 64 characters, SHA-256 a5990f903e058e6f2d3679e31e2efc96b0c8ee7591f74bf44a28b6b86a16b40a"
    }
    assert [timestamp.timestamp for timestamp in rest.timestamps] == [1_668_990_000_000_000]
    assert "bWFkZ" not in json.dumps([asdict(credentials), asdict(rest)])


def test_a_file_that_no_definition_knows_is_kept_whole(made_file: MadeFile, read_with: Reader) -> None:
    (record,), issues = read_with(PARSER, made_file(f"{APP}/other.xml"))
    assert issues == []
    assert record.fields["values"] == {
        "count": -3,
        "ratio": 0.5,
        "nothing": None,
        "json": {"name": "kitchen", "refreshToken": "present, 12 characters", "ids": [1, 2]},
        "adpToken": "present, 7 characters",
        "braced": "{not JSON",
        "words": ["a", "b"],
        "lastSessionDate": 1668349714347,
    }
    assert [timestamp.recorded for timestamp in record.timestamps] == ["1668349714347"]


@pytest.mark.parametrize(
    ("path", "data_type", "description", "timestamp"),
    [
        ("amazon.speech.sim/shared_prefs/user_activity_prefs", "echo:state:last_voice_interaction",
         "Last Active Time", 1_681_062_289_810_000),
        ("com.amazon.zordon/shared_prefs/photobooth", "echo:state:last_picture", "Recorded Time",
         1_681_062_300_000_000),
        ("com.amazon.knight.calendar/shared_prefs/com.amazon.knight.calendar_preferences", "echo:state:last_boot",
         "Start Time", 1_681_000_000_000_000),
    ],
)  # fmt: skip
def test_times_of_an_echo_with_a_screen(
    path: str, data_type: str, description: str, timestamp: int, made_file: MadeFile, read_with: Reader
) -> None:
    records, issues = read_with(PARSER, made_file(f"data/data/{path}.xml"))
    assert issues == []
    assert records[0].data_type == data_type
    assert [(m.description, m.clock, m.timestamp) for m in records[0].timestamps] == [
        (description, Clock.DEVICE, timestamp)
    ]
    assert {record.data_type for record in records[1:]} <= {"echo:state:preferences"}


def test_smart_home_devices_within_a_value(made_file: MadeFile, read_with: Reader) -> None:
    path = "data/data/com.amazon.gloria.smarthome/shared_prefs/SmartHomeEntityCache.xml"
    (lamp, other, whole), issues = read_with(PARSER, made_file(path))
    assert issues == []
    assert lamp.message == (
        'The device\'s cache of smart-home devices holds "Flurlampe", entity 11111111-2222-3333-4444-555555555555,'
        " endpoint not given, appliance not given."
    )
    assert other.fields == {"applianceId": "SKILL_made_up"}
    assert whole.data_type == "echo:state:preferences"


def test_a_renamed_file_is_known_by_two_of_its_names(made_file: MadeFile) -> None:
    content = made_file(f"{APP}/mobilytics.session-storage.xml").head
    source = Source.of(content, "export/0001.bin")
    assert PARSER.claims(source)
    assert [type(item) for item in PARSER.parse(source)] == [Record, Record]
    assert not PARSER.claims(Source.of(b'<map><long name="SessionStartTime" value="1"/></map>', "export/0001.bin"))
    assert not PARSER.claims(Source.of(b"<map></map>", "data/data/org.example/shared_prefs/x.xml"))
    assert PARSER.claims(Source.of(b"", "userdata.tar!/data/user/0/com.amazon.dee.app/shared_prefs/x.xml.bak"))


def test_whose_folder_it_is() -> None:
    assert app_of("p7/data/com.amazon.dee.app/x") == App("com.amazon.dee.app", companion=True)
    assert app_of("data/amazon.speech.sim/shared_prefs/a.xml") == App("amazon.speech.sim", companion=False)
    assert app_of("data/data/com.amazon.kindle/shared_prefs/a.xml") is None
    assert app_of("com.amazon.dee.app") is None


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"ABX\x00\x10", "The file is Android binary XML (ABX), which is not read here."),
        (b"", "The file is empty."),
        (b"\0" * 40, "The file holds 40 bytes, and no text."),
        (b"<dict></dict>", "The outermost element is dict; that of a preferences file is map."),
        (b"<map><string>a</string></map>", "The element string has no name."),
        (b'<map><thing name="a"/></map>', 'The value "a" is of an unknown kind (thing).'),
        (b'<map><null name="a"/><null name="a"/></map>', 'The value "a" is there twice; Android reads the last.'),
        (b"<map><string name='a'>", "The XML is damaged or breaks off at byte 22 (no element found)."),
        (b"<!DOCTYPE map><map/>", "The XML has a document type declaration, which Android never writes;"),
        (b"<map>" + b"<map name='a'>" * 500, "The XML is nested deeper than 32 levels."),
        (b"<map>" + b"<null name='a'/>" * 100_001 + b"</map>", "The XML has more than 100000 elements."),
    ],
)  # fmt: skip
def test_what_cannot_be_read_is_an_issue(content: bytes, expected: str) -> None:
    _, issues = _read(content)
    assert issues[0].what.startswith(expected)


def test_what_stands_whole_before_a_break_is_kept() -> None:
    (record,), (issue,) = _read('<map><int name="a" value="1"/><set name="b"><string>x</string>')
    assert record.fields["values"] == {"a": 1}
    assert issue.locator == "bytes:62+0"


def test_entities_are_not_expanded() -> None:
    laughs = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 12))
    text = f'<!DOCTYPE map [<!ENTITY l0 "ha">{laughs}]><map><string name="a">&l11;</string></map>'
    records, (issue,) = _read(text)
    assert records == []
    assert "document type declaration" in issue.what
    stolen, (issue,) = _read('<!DOCTYPE m [<!ENTITY x SYSTEM "file:///etc/passwd">]><map>&x;</map>')
    assert stolen == []
    assert "document type declaration" in issue.what


def test_a_file_too_long_is_not_read() -> None:
    content = b"<map>" + b" " * (16 * 1024 * 1024) + b"</map>"
    records, (issue,) = _read(content)
    assert records == []
    assert issue.what == "The file is longer than 16777216 bytes (16777227): it was not read."


def test_many_values_fill_several_records() -> None:
    items = "".join(f'<string name="n{number}">{"x" * 2000}</string>' for number in range(250))
    records, issues = _read(f"<map>{items}</map>")
    assert issues == []
    counts = [len(values) for record in records if isinstance(values := record.fields["values"], dict)]
    assert counts == [75, 75, 75, 25]
    assert ", part 4 of 4: n225" in records[3].message
    assert all("left_out" not in record.fields for record in records)


def test_a_time_that_is_none_is_reported() -> None:
    (record,), (issue,) = _read(
        '<map><string name="SessionStartTime">soon</string></map>', f"{APP}/mobilytics.session-storage.xml"
    )
    assert issue.what == 'start: a number of ms is expected, not "soon".'
    assert record.timestamps == ()


def _mutations() -> Iterator[bytes]:
    good = (
        b"<?xml version='1.0' encoding='utf-8'?><map><string name=\"user.id\">A&amp;</string><long name=\"atime\""
        b' value="1668970421979" /><set name="s"><string>{"a": 1}</string></set></map>'
    )
    for at in range(0, len(good), 3):
        yield good[:at]
        yield good[:at] + b"\xff<>&\0" + good[at + 1 :]
    yield good.replace(b"1668970421979", b"9" * 5000)
    yield good.replace(b"utf-8", b"utf-16")
    yield good.replace(b"{", b"[" * 5000)


@pytest.mark.parametrize("content", list(_mutations()))
def test_damaged_files_never_raise(content: bytes) -> None:
    for path in (f"{APP}/service.identity.xml", "x"):
        for item in PARSER.parse(Source.of(content, path)):
            json.dumps(asdict(item) if isinstance(item, Record) else item.what)


@settings(deadline=None, max_examples=150)
@given(st.one_of(st.binary(max_size=300), st.text(alphabet="<>/map string'\"=namevalue&;!-[]", max_size=200)))
@example("<map><string name='a'>{\"a\":" + "[" * 3000)
def test_any_bytes_never_raise(content: bytes | str) -> None:
    source = Source.of(content.encode() if isinstance(content, str) else content, f"{APP}/SHARED_PREFS.xml")
    assert PARSER.claims(source)
    assert list(PARSER.parse(source))
