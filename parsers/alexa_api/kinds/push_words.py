"""Describe a pushed message: its members by name, what is playing, and other members unchanged.

References:
    Payloads in the comments of public clients: Apollon77/alexa-remote (``alexa-remote.js``), openhab/openhab-addons
    (its push messages and ``NotifyNowPlayingUpdated``), Apollon77/ioBroker.alexa2, issue 288
    (``PUSH_DELETE_DOPPLER_ACTIVITIES``), alandtse/alexa_media_player, issue 1190 (``PUSH_LIST_CHANGE``).
"""

from __future__ import annotations

import binascii
from base64 import b64decode
from collections.abc import Mapping

from parsers.alexa_api.items.member_words import member_words
from parsers.times import from_milliseconds, iso
from parsers.values import shown

#: The meaning of each member by name; ``{}`` is the value.
_MEMBERS = {
    "volumeSetting": "the volume is {}",
    "volume": "the volume is {}",
    "isMuted": "muted: {}",
    "bluetoothEvent": "Bluetooth event {}",
    "bluetoothEventSuccess": "successful: {}",
    "dopplerConnectionState": "the device is {}",
    "connectionState": "the device is {}",
    "audioPlayerState": "the audio player is {}",
    "playerState": "the player is {}",
    "mediaReferenceId": "media {}",
    "error": "error: {}",
    "errorMessage": "error message {}",
    "changeType": "change {}",
    "playBackOrder": "order of playback {}",
    "trackOrderChanged": "order of tracks changed: {}",
    "loopMode": "loop mode {}",
    "mediaProgress": "{} played",
    "mediaLength": "of a length of {}",
    "deviceComponent": "component in focus {}",
    "bass": "bass {}",
    "midrange": "middle {}",
    "treble": "treble {}",
    "eventType": "event {}",
    "eventName": "event {}",
    "notificationId": "alarm, timer or reminder {}",
    "notificationVersion": "version {}",
    "listItemVersion": "version {}",
    "listItemId": "list item {}",
    "enabled": "enabled: {}",
    "doNotDisturb": "do not disturb: {}",
    "title": 'title "{}"',
    "subText1": 'artist or subtitle "{}"',
    "subText2": 'album or second subtitle "{}"',
    "providerName": "from {}",
    "friendlyName": 'device "{}"',
}
#: Members left out of the sentence: the recipient, and what other columns already show.
_LEFT_OUT = frozenset((
    "destinationUserId", "customerId", "registeredUserId", "messageId", "clientId", "fallbackAllowed", "timestamp",
    "timeStamp", "entryId", "deviceSerialNumber", "deviceType", "taskSessionId", "@type",
))  # fmt: skip
_DELETED = "entries of the history {} are told to be deleted"
_MOST = 14


def words(payload: Mapping[str, object]) -> list[str]:
    """Describe a payload in a few words per member; at most 14 members."""
    described: list[str] = []
    if "deleteBeforeTimeInclusive" in payload:
        before = from_milliseconds(payload["deleteBeforeTimeInclusive"])
        until = f"up to {iso(before)}" if before is not None else "up to a time that is not given"
        described.append(_DELETED.format(until))
    rest = {key: value for key, value in payload.items() if key not in ("deleteBeforeTimeInclusive", "listId")}
    described += member_words(rest, _MOST, _MEMBERS, _LEFT_OUT)
    listed = payload.get("listId")
    if isinstance(listed, str) and listed:
        described.append(f"list {_list_name(listed)}")
    return described


def _list_name(identity: str) -> str:
    """The id of a list; if it is encoded, with its content: an account and the type of the list."""
    try:
        described = b64decode(identity + "=" * (-len(identity) % 4), validate=True).decode("ascii")
    except (binascii.Error, ValueError):
        return shown(identity, 100) or ""
    kind = described.rpartition("-")[2] if described.startswith("amzn1.") else ""
    return f"of type {kind}, {shown(identity, 100)}" if kind else shown(identity, 100) or ""
