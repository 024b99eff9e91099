"""Answers that a definition alone describes: whole records of made answers."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import pytest

from parsers.alexa_api.answers.responses import kinds
from parsers.alexa_api.api_json import ApiJson
from parsers.definition.api import definitions
from parsers.definition.record_form import TimeColumn
from parsers.parser import Source
from parsers.record import Clock, Issue, Record, Timestamp

Parse = Callable[..., list[Record | Issue]]

COMMS = "https://alexa-comms-mobile-service.amazon.com"
PERSON = "amzn1.comms.id.person.amzn1~SAMPLE"
DEVICE = {"deviceSerialNumber": "G000SAMPLE000001", "deviceType": "A0SAMPLETYPE1"}
ON = ("G000SAMPLE000001", "A0SAMPLETYPE1")
Item = dict[str, object]


@dataclass(frozen=True)
class Case:
    """An answer and what its one record must say.

    ``at`` is the place of the item, ``times`` the description, text and timestamp of each moment.
    """

    name: str
    url: str
    kind: str
    answer: object
    item: Item
    at: str
    message: str
    times: tuple[tuple[str, str, int], ...] = ()
    columns: Mapping[str, str] = field(default_factory=dict)
    keys: tuple[str, ...] = ()


PERSON_ITEM: Item = {"personFirstName": "Robin", "personId": "amzn1.actor.SAMPLE", "personType": "ADULT"}
ROUTINE: Item = {
    "automationId": "amzn1.alexa.automation.1", "name": "Good night", "status": "ENABLED",
    "sequence": {"startNode": {}}, "triggers": [{"payload": {"utterance": "good night"}}],
    "creationTimeEpochMillis": 1588587309512,
    "lastUpdatedTimeEpochMillis": 1588587309999,
}  # fmt: skip
GROUP: Item = {"name": "Bedroom", "groupId": "g-1", "applianceIds": ["lamp"], "defaults": []}
TRAFFIC: Item = {"origin": {"label": "1 Sample Road"}, "destination": {"label": "2 Sample Road"}, "waypoints": []}
SERVICE: Item = {"associationState": "ASSOCIATED", "serviceName": "SPOTIFY", "username": "ann"}
CALENDAR: Item = {"accountId": "ann@example.org", "calendarList": [{"calendarName": "Home"}]}
PFM: Item = {
    "countryOfResidence": "KR",
    "effectiveMarketPlaceId": "M1",
    "marketPlaceDomainName": "https://www.amazon.com",
}
MUSIC: Item = {
    "associated": True, "customerId": "A0SAMPLECUSTOMER", "email": "a@example.org", "firstName": "Ann", "service": "P",
}  # fmt: skip
STATUS: Item = {"eulaAcceptance": True, "hasActiveDopplers": True, "hasPhysical1PDevice": False}
TONES: Item = {"bass": 1, "mid": 0, "treble": -2}
VOLUME: Item = {**DEVICE, "volumeLevel": 70}
LOUD: Item = {"dsn": ON[0], "deviceType": ON[1], "speakerVolume": 30, "speakerMuted": False}
GADGET: Item = {"name": "Button"}
LIST: Item = {"listId": "l-1", "listName": None, "listType": "SHOP", "version": 2}
ENTRY: Item = {"itemId": "i-1", "itemName": "milk", "itemStatus": "ACTIVE", "version": 1}
SKILL: Item = {
    "title": "Quiz", "developerInfo": {"name": "Maker"}, "entitlementInfo": {"accountLinked": False},
    "productDetails": {"releaseDate": "1452816000"}, "productMetadata": {"skillId": "s-1"},
}  # fmt: skip
ACCOUNT: Item = {
    "commsId": PERSON, "firstName": "Ann", "lastName": "Sample", "phoneCountryCode": "1", "phoneNumber": "5550100",
    "signedInUser": True,
}  # fmt: skip
CONTACT: Item = {
    "commsId": [PERSON], "name": {"firstName": "Kim", "lastName": None}, "number": "+1 555 0101", "emails": [],
}  # fmt: skip
TALK: Item = {
    "conversationId": "c-1", "lastModified": "2018-03-01T10:11:12.345Z", "lastSequenceId": 7,
    "participants": ["a", "b"],
}  # fmt: skip
SOUND: Item = {
    "conversationId": "c-1", "messageId": 7, "sender": PERSON, "time": "2018-03-01T10:11:12Z", "type": "message/audio",
    "payload": {"mediaId": "m-1", "transcript": "call me"},
}  # fmt: skip
SENT: Item = {"deliveredTime": "2024-01-02T03:04:05Z", "playbackStatus": "DELIVERED"}

CASES = [
    Case(
        "persons", "https://www.amazon.de/alexa-privacy/apd/rvh/persons-in-household", "person", [PERSON_ITEM],
        PERSON_ITEM, "/0", 'The account lists a person with the first name "Robin", type ADULT, id amzn1.actor.SAMPLE.',
        columns={"person": "amzn1.actor.SAMPLE"}, keys=("person:amzn1.actor.SAMPLE",),
    ),
    Case(
        "appliance_groups", "/api/phoenix/group", "appliance_group", {"applianceGroups": [GROUP]}, GROUP,
        "/applianceGroups/0",
        'The account keeps a group of devices and appliances named "Bedroom", with the members lamp.',
    ),
    Case(
        "traffic", "/api/traffic/settings", "address", TRAFFIC, TRAFFIC, "",
        'The account keeps the way from "1 Sample Road" to "2 Sample Road" for traffic reports.',
    ),
    Case(
        "third_party_services", "/api/third-party", "linked_service", {"services": [SERVICE]}, SERVICE, "/services/0",
        'The account lists the service SPOTIFY of another company, state ASSOCIATED, user name "ann".',
    ),
    Case(
        "calendars", "/api/eon/householdaccounts", "calendar_account",
        {"householdAccountList": [
            {"customerId": "A0", "customerName": "Ann",
             "getCalendarAccountsResponse": {"calendarAccountList": [CALENDAR]}},
            {"customerId": "A1", "customerName": "Kim", "getCalendarAccountsResponse": None},
        ]},
        CALENDAR, "/householdAccountList/0/getCalendarAccountsResponse/calendarAccountList/0",
        'The household member "Ann" has linked the calendar account ann@example.org.',
        columns={"account": "A0", "person": "Ann"},
    ),
    Case(
        "marketplace", "/api/get-customer-pfm", "account_country", PFM, PFM, "",
        "The service gives the country of residence of the account as KR and its marketplace as https://www.amazon.com.",
    ),
    Case(
        "music_accounts", "/api/music-account-details", "music_account",
        {"accountDetails": [{"service": "P", "accounts": [MUSIC]}]}, MUSIC, "/accountDetails/0/accounts/0",
        'The account lists the music service P for the customer A0SAMPLECUSTOMER, first name "Ann", e-mail address'
        " a@example.org, linked: true.",
        columns={"account": "A0SAMPLECUSTOMER", "person": "Ann"},
    ),
    Case(
        "customer_status", "/api/customer-status", "account_state", STATUS, STATUS, "",
        "The service gives the state of the account: terms accepted: true, has devices in use: true, has a physical"
        " device: false.",
    ),
    Case(
        "equalizer", "/api/equalizer/G000SAMPLE000001/A0SAMPLETYPE1", "device_setting", TONES, TONES, "",
        "The service gives the equaliser of a device: bass 1, middle 0, treble -2.",
        columns={"device_serial": ON[0], "device_type": ON[1]},
    ),
    Case(
        "device_notification_state", "/api/device-notification-state", "device_setting",
        {"deviceNotificationStates": [VOLUME]}, VOLUME, "/deviceNotificationStates/0",
        "The service gives the volume of alarms and notifications of the device G000SAMPLE000001: 70.",
        columns={"device_serial": ON[0], "device_type": ON[1]},
    ),
    Case(
        "device_volumes", "/api/devices/deviceType/dsn/audio/v1/allDeviceVolumes", "device_setting",
        {"volumes": [LOUD]}, LOUD, "/volumes/0",
        "The service gives the volume of the device G000SAMPLE000001: 30, muted: false.",
        columns={"device_serial": ON[0], "device_type": ON[1]},
    ),
    Case(
        "gadgets", "/api/gadgets/A0SAMPLETYPE1/G000SAMPLE000001/device-gadgets", "gadget",
        {"gadgets": [GADGET], "definitions": []}, GADGET, "/gadgets/0",
        'The service lists a gadget for a device: "Button".',
        columns={"device_serial": ON[0], "device_type": ON[1]},
    ),
    Case(
        "shopping_lists", "https://www.amazon.com/alexashoppinglists/api/v2/lists/fetch", "list",
        {"listInfoList": [LIST], "nextToken": None}, LIST, "/listInfoList/0",
        "The account keeps a list named not named, type SHOP.", keys=("list:l-1",),
    ),
    Case(
        "shopping_list_items", "https://www.amazon.com/alexashoppinglists/api/v2/lists/l-1/items/fetch?limit=100",
        "list_item", {"itemInfoList": [ENTRY]}, ENTRY, "/itemInfoList/0",
        'A list of the account holds the item "milk", status ACTIVE; the list is l-1.', keys=("list:l-1",),
    ),
    Case(
        "skills", "https://skills-store.amazon.com/app/secure/yourskills", "skill",
        [{"block": "data", "contents": [{"id": "skillsPageData", "contents": [SKILL]}]},
         {"block": "html", "contents": "x"}],
        SKILL, "/0/contents/0/contents/0", 'The account lists the skill "Quiz" of Maker, account linked: false.',
        (("Added Time", "1452816000", 1452816000000000),), keys=("skill:s-1",),
    ),
    Case(
        "comms_accounts", f"{COMMS}/accounts", "comms_account", [ACCOUNT], ACCOUNT, "/0",
        'The account lists for calls and messages the person "Ann" "Sample", telephone number 1 5550100, signed in:'
        " true.",
        columns={"person": PERSON}, keys=(f"comms-id:{PERSON}",),
    ),
    Case(
        "comms_contacts", f"{COMMS}/users/{PERSON}/contacts?view=full", "contact", [CONTACT], CONTACT, "/0",
        'The account lists the contact "Kim" without a last name, number +1 555 0101, first of the numbers not given,'
        " e-mail address not given.",
    ),
    Case(
        "comms_conversations", f"{COMMS}/users/{PERSON}/conversations", "conversation", {"conversations": [TALK]}, TALK,
        "/conversations/0",
        "The account lists the conversation c-1 between a, b; its last message has the number 7 and the text not"
        " given.",
        (("Update Time", "2018-03-01T10:11:12.345Z", 1519899072345000),), keys=("conversation:c-1",),
    ),
    Case(
        "comms_messages", f"/users/{PERSON}/conversations/c-1/messages?sort=asc&startId=1", "message",
        {"messages": [SOUND]}, SOUND, "/messages/0",
        f"The account lists a message of type message/audio from {PERSON}; its text is not given; the service's"
        ' transcript of its sound is "call me".',
        (("Sent Time", "2018-03-01T10:11:12Z", 1519899072000000),), columns={"transcript": "call me"},
        keys=("conversation:c-1", "comms-media:m-1", "comms-message:c-1/7"),
    ),
    Case(
        "comms_announcements", f"{COMMS}/users/{PERSON}/announcements", "announcement", {"statuses": [SENT]}, SENT,
        "/statuses/0", "The service gives the state of an announcement as DELIVERED.",
        (("Sent Time", "2024-01-02T03:04:05Z", 1704164645000000),),
    ),
]  # fmt: skip


def _note(time: TimeColumn) -> str:
    return f"{time.note} The recorded zone is UTC." if time.unit == "iso" else time.note


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_whole_record(parse_all: Parse, case: Case) -> None:
    (made,) = (made for made in definitions() if made.name == f"alexa_{case.name}")
    content = json.dumps([{"request": case.url, "response": case.answer}]).encode()
    notes = {time.description: time for time in made.form.times}
    assert parse_all(ApiJson(), content) == [
        Record(
            data_type=f"alexa:cloud:{case.kind}",
            message=case.message,
            locator=f"json:/0/response{case.at}",
            timestamps=tuple(
                Timestamp(word, written, notes[word].clock, instant, _note(notes[word]))
                for word, written, instant in case.times
            ),
            fields={**case.item, "request_url": case.url},  # type: ignore[dict-item]
            keys=case.keys,
            parser=made.name,
            parser_version=made.version,
            **case.columns,
        )
    ]


#: The members of a gadget are not known, so a gadget is known by the names of the lists alone.
@pytest.mark.parametrize("case", [case for case in CASES if case.at], ids=lambda case: case.name)
def test_the_same_without_an_address(read_value: Callable[[object], list[Record | Issue]], case: Case) -> None:
    (record,) = read_value(case.answer)
    assert isinstance(record, Record)
    # What the address alone tells is not there.
    message = case.message.replace("the list is l-1", "the list is named by an address that is not here")
    assert (record.parser, record.message) == (f"alexa_{case.name}", message)


def test_an_error_in_place_of_a_bare_list_is_kept_and_no_item(parse_all: Parse) -> None:
    content = json.dumps([{"request": "/api/behaviors/v2/automations", "response": {"message": "No."}}]).encode()
    (record,) = parse_all(ApiJson(), content)
    assert isinstance(record, Record)
    assert record.data_type == "alexa:cloud:response"
    assert record.message.endswith('It gives no data; its message reads "No.".')


@pytest.mark.parametrize("stray", [7, "x", {"other": 1}, []])
def test_what_is_no_item_of_a_bare_list_is_an_issue_and_the_rest_is_read(parse_all: Parse, stray: object) -> None:
    content = json.dumps([{"request": "/api/behaviors/automations", "response": [stray, ROUTINE]}]).encode()
    issue, record = parse_all(ApiJson(), content)
    assert isinstance(issue, Issue)
    assert issue.what == "An object was expected here (Routines of an Alexa account)."
    assert issue.locator == "json:/0/response/0"
    assert isinstance(record, Record)
    assert record.data_type == "alexa:cloud:routine"


def test_a_time_of_a_message_that_cannot_be_read_is_an_issue(parse_all: Parse) -> None:
    answer = {"messages": [{**SOUND, "time": "soon"}]}
    url = f"{COMMS}/users/{PERSON}/conversations/c-1/messages"
    issue, record = parse_all(ApiJson(), json.dumps([{"request": url, "response": answer}]).encode())
    assert issue == Issue(
        'time: an ISO 8601 time is expected, not "soon".', "json:/0/response/messages/0",
        parser="alexa_comms_messages",
    )  # fmt: skip
    assert isinstance(record, Record)
    assert record.timestamps == ()


def test_clocks_of_the_release_of_a_skill_are_not_the_services() -> None:
    (skills,) = (made for made in definitions() if made.name == "alexa_skills")
    assert [time.clock for time in skills.form.times] == [Clock.UNKNOWN]


@pytest.mark.parametrize(
    "value",
    [
        TRAFFIC,
        TONES,
        {"conversationTurns": [{"role": "user", "text": "x"}]},
        {"deviceStates": [{"id": 1}]},
        {"messages": [{"messageId": 1, "sender": "x", "type": "text"}]},
        {"itemInfoList": [{"itemId": 1, "count": 2}]},
    ],
)
def test_what_other_services_answer_too_is_not_taken_for_alexas(value: object) -> None:
    source = Source.of(json.dumps(value).encode(), "export/data.json")
    assert not ApiJson().claims(source)
    assert not any(kind.fits(value) for kind in kinds())
