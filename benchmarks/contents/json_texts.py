"""JSON of several programs, made by code: most has keys that records of the Alexa account have too."""

from __future__ import annotations

import json
import random
from pathlib import Path

from benchmarks.contents.words import WORDS, filled, padded, sentence, utterance_id
from echoforensics.carving.json_fragment import KEYS


def takeout_locations(size: int, draw: random.Random, _: Path) -> bytes:
    """A location history as Google Takeout gives it: months of segments, each with its ``activities``."""
    kinds = ("WALKING", "IN_BUS", "CYCLING", "RUNNING", "IN_TRAIN", "SAILING", "FLYING")

    def place() -> dict[str, int]:
        return {"latitudeE7": draw.randrange(10**9), "longitudeE7": draw.randrange(10**9)}

    def segment() -> dict[str, object]:
        return {
            "startLocation": place(),
            "endLocation": place(),
            "duration": {"startTimestamp": "2023-04-01T00:00:00Z", "endTimestamp": "2023-04-01T01:00:00Z"},
            "distance": draw.randrange(10**5),
            "activityType": "WALKING",
            "activities": [{"activityType": kind, "probability": draw.random() * 100} for kind in kinds],
            "waypointPath": {"waypoints": [place() for _ in range(8)]},
        }

    return filled(
        size,
        (
            padded(json.dumps({"timelineObjects": [{"activitySegment": segment()} for _ in range(250)]}, indent=2))
            for _ in range(size)
        ),
    )


def fitness_json(size: int, draw: random.Random, _: Path) -> bytes:
    """One export of a fitness app: users with ``activities``, in one object."""
    users = (
        json.dumps(
            {
                "id": n,
                "activities": [
                    {"type": "run", "km": draw.random() * 10, "hr": [draw.randrange(60, 180) for _ in range(20)]}
                    for _ in range(3)
                ],
            }
        ).encode()
        + b","
        for n in range(size)
    )
    return b'{"users":[' + filled(size, users) + b"{}]}"


def alexa_history(size: int, draw: random.Random, _: Path) -> bytes:
    """Answers of the service with pages of the voice history, each in a file of its own."""

    def record(n: int) -> dict[str, object]:
        key = f"A1#{1_700_000_000_000 + n}#AB72C64C86AW2#B0F0071234567890"
        item = {
            "recordItemKey": key,
            "recordItemType": "CUSTOMER_TRANSCRIPT",
            "utteranceId": utterance_id(draw),
            "timestamp": 1_700_000_000_000 + n,
            "transcriptText": sentence(draw, 6),
            "agentVisualName": "Alexa",
        }
        reply = item | {"recordItemType": "ALEXA_RESPONSE", "transcriptText": sentence(draw, 12)}
        return {
            "recordKey": key,
            "recordType": "VOICE_HISTORY",
            "timestamp": 1_700_000_000_000 + n,
            "customerId": None,
            "device": {"deviceName": "Kitchen", "serialNumber": "B0F0071234567890"},
            "isBinaryFeedbackProvided": False,
            "utteranceType": "GENERAL",
            "domain": "Weather",
            "intent": None,
            "voiceHistoryRecordItems": [item, reply],
        }

    return filled(
        size,
        (
            padded(json.dumps({"customerHistoryRecords": [record(n) for _ in range(50)], "encodedRequestToken": "x"}))
            for n in range(size)
        ),
    )


def openings_and_ids(size: int, draw: random.Random, _: Path) -> bytes:
    """Beginnings of JSON that is cut, each with a key of the service or an id."""
    return filled(
        size,
        (
            (
                f'{{"{draw.choice(WORDS)}":[{{"{draw.choice(KEYS)}":"{sentence(draw, 3)}","utteranceId":'
                f'"{utterance_id(draw)}",\x01'
            ).encode()
            for _ in range(size)
        ),
    )


def common_keys(size: int, draw: random.Random, _: Path) -> bytes:
    """Other programs' JSON with keys that records of the service have: cards that pay, chats with ids, keys of logs."""
    rows = (
        {"cardType": draw.choice(("VISA", "MASTERCARD")), "last4": draw.randrange(10**4), "holder": sentence(draw, 2)},
        {"recordKey": f"{draw.getrandbits(64):x}", "partition": 3, "offset": draw.randrange(10**9), "text": "x"},
        {"utteranceId": f"{draw.getrandbits(64):x}", "speaker": "agent", "text": sentence(draw, 12)},
        {"primaryActions": [{"label": "Open", "url": "https://example.com"}], "title": sentence(draw, 4)},
    )
    return filled(
        size,
        (
            json.dumps(
                draw.choice(rows) | {"id": n, "of": {"n": draw.random(), "tags": draw.choices(WORDS, k=5)}}
            ).encode()
            + b"\n"
            for n in range(size)
        ),
    )


def streaming_json(size: int, draw: random.Random, _: Path) -> bytes:
    """A streaming service's history: one list of plays."""
    plays = (
        json.dumps(
            {
                "ts": "2023-04-01T10:00:00Z",
                "platform": "Android OS 13 API 33",
                "ms_played": draw.randrange(300_000),
                "master_metadata_track_name": sentence(draw, 3),
                "spotify_track_uri": f"spotify:track:{draw.getrandbits(80):x}",
                "reason_start": "trackdone",
                "reason_end": "trackdone",
                "shuffle": False,
                "skipped": None,
                "offline": False,
            }
        ).encode()
        + b","
        for _ in range(size)
    )
    return b"[" + filled(size, plays) + b"{}]"
