"""What the Alexa service would answer for the made-up household."""

from __future__ import annotations

import json
from typing import Any

from echoforensics.demo.story import CUSTOMER, DEVICE_TYPE, EARLIER, SERIAL, UTTERANCES, Utterance


def activities() -> bytes:
    """Request/response pairs, as a web client's traffic is kept: history, devices, an alarm, Wi-Fi, a list."""
    device = {"deviceSerialNumber": SERIAL, "deviceType": DEVICE_TYPE}
    pairs = [
        ("/api/activities?startTime=&size=50&offset=1&_=1710061200512", {
            "activities": [_activity(u) for u in reversed((EARLIER, *UTTERANCES))],
            "endDate": UTTERANCES[-1].created, "startDate": EARLIER.created,
        }),
        ("/api/devices-v2/device?cached=false&_=1710061201004", {"devices": [{
            "accountName": "Kitchen Echo", "deviceFamily": "ECHO", "deviceOwnerCustomerId": CUSTOMER,
            "deviceType": DEVICE_TYPE, "essid": "hollow-lane", "language": "en-GB", "macAddress": "02DE30000001",
            "online": True, "registrationId": "ADEMOREGISTRATION", "serialNumber": SERIAL,
            "softwareVersion": "669701320",
        }]}),
        ("/api/notifications?cached=true&_=1710061201230", {"notifications": [{
            **device, "alarmTime": 1710140400000, "createdDate": 1710011400000, "id": f"{DEVICE_TYPE}-{SERIAL}-01",
            "notificationIndex": "01", "originalDate": "2024-03-11", "originalTime": "07:00:00.000",
            "reminderLabel": None, "status": "ON", "type": "Alarm", "version": "2",
        }]}),
        ("/api/wake-word?_=1710061201544", {"wakeWords": [
            {**device, "active": True, "midFieldState": None, "wakeWord": "ALEXA"},
        ]}),
        ("/api/bootstrap?version=1.24.206194.0&_=1710061200101", {"authentication": {
            "authenticated": True, "canAccessPrimeMusicContent": False, "customerEmail": "household@example.org",
            "customerId": CUSTOMER, "customerName": "Demo Household",
        }}),
    ]  # fmt: skip
    return json.dumps([{"request": url, "response": body} for url, body in pairs], indent=1).encode()


def url_list() -> bytes:
    """The list that ties numbered recordings to utterances, as an examiner copied it from a browser."""
    address = "https://pitangui.amazon.com/api/utterance/audio/data?id="
    lines = [f"{number}. {address}{u.stream_id}" for number, u in enumerate(UTTERANCES, 1)]
    return ("audio api:\r\n" + "\r\n".join(lines) + "\r\n").encode()


def cards() -> bytes:
    """The home page of the phone's app, as it was cached."""
    return json.dumps({"cards": [_card(u) for u in UTTERANCES if u.text], "nextQueryTime": 0}).encode()


def _activity(utterance: Utterance) -> dict[str, Any]:
    segment = f"{utterance.stream_id}/0" if utterance.text else utterance.stream_id
    attributes = {"disambiguated": False, "nBestList": [
        {"entryType": "Knowledge", "answerText": utterance.answer, "searchQueryText": utterance.text},
    ]}  # fmt: skip
    return {
        "_disambiguationId": None,
        "activityStatus": utterance.status,
        "creationTimestamp": utterance.created,
        "description": json.dumps({
            "summary": utterance.text, "firstUtteranceId": segment, "firstStreamId": utterance.stream_id,
        }),
        "domainAttributes": json.dumps(attributes) if utterance.answer else None,
        "domainType": None,
        "id": utterance.activity_id,
        "intentType": None,
        "registeredCustomerId": CUSTOMER,
        "sourceDeviceIds": [{"deviceAccountId": None, "deviceType": DEVICE_TYPE, "serialNumber": SERIAL}],
        "utteranceId": utterance.stream_id,
        "version": 1,
    }  # fmt: skip


def _card(utterance: Utterance) -> dict[str, Any]:
    return {
        "cardType": "TextCard",
        "creationTimestamp": utterance.created + 180,
        "id": utterance.activity_id,
        "playbackAudioAction": {
            "actionType": "PlayAudioAction",
            "mainText": f'Alexa heard: "{utterance.text}"',
            "url": f"/api/utterance/audio/data?id={utterance.stream_id}/0",
        },
        "registeredCustomerId": CUSTOMER,
        "sourceDevice": {"serialNumber": SERIAL, "type": DEVICE_TYPE},
        "subtitle": None,
        "title": utterance.answer or utterance.text.capitalize(),
    }
