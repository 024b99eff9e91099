"""Evidence with what the demo lacks: networks, Bluetooth, music, a deleted row, a sign of tampering, unread files."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from echoforensics.demo.story import CUSTOMER, DEVICE_TYPE, SERIAL, UTTERANCES

LIGHTS = UTTERANCES[1]
PERSON = "amzn1.actor.person.oid.DEMO"
PHONE = "02:00:00:00:00:01"
LINK_KEY = "00112233445566778899AABBCCDDEEFF"
SONG_BEGAN = 1710014400000
#: Microseconds since 1601 of 2024-03-09 18:30 UTC.
VISITED = (1710009000 + 11644473600) * 1_000_000
HISTORY = (
    "CREATE TABLE urls(id INTEGER PRIMARY KEY AUTOINCREMENT,url LONGVARCHAR,title LONGVARCHAR,"
    "visit_count INTEGER DEFAULT 0 NOT NULL,typed_count INTEGER DEFAULT 0 NOT NULL,last_visit_time INTEGER NOT NULL,"
    "hidden INTEGER DEFAULT 0 NOT NULL)",
    "CREATE TABLE visits(id INTEGER PRIMARY KEY AUTOINCREMENT,url INTEGER NOT NULL,visit_time INTEGER NOT NULL,"
    "from_visit INTEGER,transition INTEGER DEFAULT 0 NOT NULL)",
    ("INSERT INTO urls VALUES (1, 'https://alexa.amazon.com/spa/index.html#cards', 'Alexa', 1, 0, ?, 0)", (VISITED,)),
    ("INSERT INTO urls VALUES (2, 'https://example.org/alexandria', 'Other', 1, 0, ?, 0)", (VISITED,)),
    "DELETE FROM urls WHERE id = 1",
)


def _history_entry() -> dict[str, Any]:
    """An entry of the account's newer history for an utterance of the demo: the service recognised a voice."""
    at = LIGHTS.created

    def item(kind: str, text: str | None, **more: Any) -> dict[str, Any]:
        return {
            "recordItemKey": None, "recordItemType": kind, "utteranceId": None, "timestamp": 0, "transcriptText": text,
            "agentVisualName": None, "personsInfo": None, **more,
        }  # fmt: skip

    person = {"personId": PERSON, "personFirstName": "Robin", "personType": "ADULT"}
    heard = item("CUSTOMER_TRANSCRIPT", LIGHTS.text, utteranceId=f"{LIGHTS.stream_id}/0", timestamp=at - 10)
    return {
        "recordKey": f"{CUSTOMER}#{at}#{DEVICE_TYPE}#{SERIAL}", "recordType": "VOICE_HISTORY", "timestamp": at,
        "customerId": CUSTOMER, "device": {"deviceName": "Kitchen Echo"}, "isBinaryFeedbackProvided": False,
        "isFeedbackPositive": False, "utteranceType": "GENERAL", "domain": "SmartHome", "intent": "TurnOff",
        "skillName": None, "voiceHistoryRecordItems": [heard, item("PROFILE", None, personsInfo=[person])],
    }  # fmt: skip


@pytest.fixture(scope="module")
def more_evidence(make_database: Callable[..., dict[str, bytes]]) -> dict[str, bytes]:
    """Files with what the demo's evidence lacks."""
    played = {
        "contentType": "STATION", "historicalId": "h1", "startTime": SONG_BEGAN, "title": "Made Song",
        "artist": "Made Artist", "providerId": "TUNE_IN", "radioStationName": None, "programName": None,
    }  # fmt: skip
    device = f"deviceSerialNumber={SERIAL}&deviceType={DEVICE_TYPE}"
    pairs = [
        {"request": f"/api/media/historical-queue?{device}&_=1710061200104", "response": {"media": [played]}},
        {"request": "/alexa-privacy/apd/rvh/customer-history-records-v2?startTime=0",
         "response": {"customerHistoryRecords": [_history_entry()]}},
    ]  # fmt: skip
    event = {
        "event_type": "Navigate: cards", "timestamp": 1710008000000,
        "session": {"id": "0badf00d-20240309-181310000", "startTimestamp": 1710007990000},
        "sdk_name": "AmazonMobileAnalyticsSDK", "app_title": "Amazon Alexa", "app_version_name": "2.1",
        "platform": "ANDROID", "platform_version": "4.4.2", "make": "made", "model": "UP-1", "attributes": {},
    }  # fmt: skip
    history = make_database(*HISTORY)["x.db"]
    texts = {
        "misc/wifi/wpa_supplicant.conf": 'network={\n\tssid="hollow-lane"\n\tpsk="correct horse"\n'
        '\tkey_mgmt=WPA-PSK\n}\nnetwork={\n\tssid="Guests"\n\tkey_mgmt=NONE\n}\n',
        f"lib/bluetooth/02:00:00:00:00:0A/{PHONE}/info": "[General]\nName=Anna's phone\nClass=0x5a020c\n\n"
        f"[LinkKey]\nKey={LINK_KEY}\nType=4\nPINLength=0\n",
        "var/local/hosts": "127.0.0.1 localhost\n127.0.0.1 softwareupdates.amazon.com\n",
        "var/local/log/daemon.log_00000012_20240309233000": "Mar  9 17:40:01 localhost ntpdate[7755]: step time server"
        " 192.0.2.1 offset -0.250000 sec\nMar  9 22:59:59 localhost ntpd[88]: clock is now synced\n",
        "phone/eventsFile": json.dumps(event) + "\n",
        "traffic.json": json.dumps(pairs),
        "notes.bin": "nothing that is known\x01",
    }
    cut = {"History": history, "DataStore.db": history[:6000]}
    return {**{path: text.encode() for path, text in texts.items()}, **cut}
