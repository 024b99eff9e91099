"""Find names of the Alexa service in bytes: its addresses and hosts, ids of utterances, keys of its answers.

This identifies files about the service, whatever their form. No records are read here.

References:
    The names are those of :mod:`parsers.alexa_api.items.address`, :mod:`parsers.utterance` and of the answers that
    :mod:`parsers.alexa_api.kinds` reads.
"""

from __future__ import annotations

import re
import zlib
from base64 import b64decode, b64encode
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import cache
from itertools import islice
from urllib.parse import unquote_to_bytes

from parsers.alexa_api.items.address import HOST
from parsers.formats.lazy_pattern import lazy
from parsers.literal_search import LiteralSearch
from parsers.notations import without_uuencoding

#: The kinds of names, most informative first.
ADDRESS, UTTERANCE, KEY, HOST_NAME, CODED = "address", "utterance id", "key", "host", "coded key"
KINDS = (ADDRESS, UTTERANCE, KEY, HOST_NAME, CODED)
#: Keys and value words that occur in answers of the service and hardly anywhere else.
KEYS = (
    "NotifyNowPlayingUpdated", "activityDialogItems", "activityItemData", "activityStatus", "alexaHistoryRecords",
    "alexa_media_last_called_event",
    "appDeviceList", "applianceGroups", "applianceNetworkState", "bluetoothStates", "canAccessPrimeMusicContent",
    "capabilityStates", "conversationTurns", "customerHistoryRecords", "destinationUserId", "deviceCommsAvailability",
    "deviceNotificationStates", "deviceOwnerCustomerId", "devicePermissionsPreferences", "devicePreferences",
    "doNotDisturbDeviceStatusList", "domainAttributes", "dopplerId", "effectiveMarketPlaceId", "eulaAcceptance",
    "fragmentURI", "friendlyNameObject", "hasActiveDopplers", "historicalId", "householdAccountList", "itemInfoList",
    "last_called_change", "last_called_summary", "legacyAppliance", "listInfoList", "mediaOwnerCustomerId",
    "mediaSessionList", "networkDetail", "notificationIndex", "nowPlayingData", "originalAudioId", "pairedDeviceList",
    "personFirstName", "playbackAudioAction", "recordItemKey", "registeredCustomerId", "renderingUpdates",
    "sequenceJson", "shoppingListItem", "sourceDeviceIds", "speakerVolume", "transcriptText", "voiceHistoryRecordItems",
)  # fmt: skip
#: Names that every service that pushes has for its messages and settings.
OTHERS_PUSH = (
    rb"(?!(?:MESSAGE|NOTIFICATION|TOKEN|TYPE|DATA|ENABLED|SERVICE|SERVER|PROVIDER|REGISTRATION|CONFIG|TOPIC|CHANNEL)"
    rb"S?(?![A-Z_]))"
)
_COMMAND = rb"PUSH_" + OTHERS_PUSH + rb"[A-Z][A-Z_]{3,60}|MATTER_SETUP_NOTIFICATION"
#: Prefixes of the service's identifiers, and of the states in which ioBroker keeps what was last spoken,
#: and of the things of openHAB's binding.
_IDENTIFIERS = (
    b"alexa2.0.History.", b"amzn1.conversation.", b"amzn1.echo-", b"amzn1.alexa.", b"amzn1.comms.",
    b"amzn1.ask.account.", b"amazonechocontrol:",
)  # fmt: skip
#: The key of a device's type as programs write it, up to the first letter of the service's types: `A3S5BH2HU6VAYF`.
_TYPES = (b'deviceType":"A', b'deviceType": "A', b"deviceType': 'A", b'deviceType\\":\\"A', b"deviceType:A")
_DEVICE_TYPE = (
    rb"(?<=[\"'])deviceType(?=\\{0,15}[\"']\s{0,8}:\s{0,8}\\{0,15}[\"']A(?=[A-Z]{0,14}\d[A-Z]{0,14}\d)"
    rb"[0-9A-Z]{9,14}\\{0,15}[\"'])"
    rb"|(?<=[\[ ,])deviceType(?=:A(?=[A-Z]{0,14}\d[A-Z]{0,14}\d)[0-9A-Z]{9,14}[\],])"
)
#: The last utterance, as programs print and keep it (alexa_media).
_LAST_CALLED = (
    rb"last_called(?: changed)?\\{0,15}[\"']?: ?(?:\{|\\{0,15}[\"'][\w.*]{1,60}\\{0,15}[\"'], ?\\{0,15}[\"']timestamp)"
)
#: A device of an integration of Home Assistant, in its registries.
_KEPT_DEVICE = rb"(?<=[\"'])alexa_(?:media|devices)(?=[\"'],\s{0,80}[\"'](?:[A-Z0-9]|\w{1,30}[\"']:))"
#: The header of a directive of the Alexa Voice Service, or of an event.
_DIRECTIVE = (
    rb"(?<=[\"'])namespace(?=Q:\s{0,8}Q(?:Alexa(?:\.[A-Z][A-Za-z.]{2,60})?|Speech(?:Recognizer|Synthesizer)|AudioPlayer|Alerts"
    rb"|Bluetooth|DoNotDisturb|EqualizerController|ExternalMediaPlayer|InteractionModel|Notifications|PlaybackController"
    rb"|Settings|Speaker|System|TemplateRuntime)Q,\s{0,80}QnameQ:\s{0,8}Q\w{2,60}Q,\s{0,80}Q"
    rb"(?:messageId|dialogRequestId|payloadVersion|correlationToken)Q)"
).replace(b"Q", rb"\\{0,15}[\"']\s{0,8}")
_KEPT, _HEADERS = (b"alexa_media", b"alexa_devices"), (b'namespace":', b"namespace':", b'namespace\\":')
_NARROW = (
    b".amazon.", b"amazonalexa.com", b".a2z.com", b"/alexa-privacy/", b"/alexashoppinglists/", b"PUSH_",
    b"MATTER_SETUP", b"::TN", b"%3A%3ATN", b"%3a%3aTN", *_TYPES, *_IDENTIFIERS, b"last_called",
    *(key.encode("ascii") for key in KEYS),
)  # fmt: skip
#: Keys that are also searched where they are coded: long ones, at least one in every kind of answer.
_CODED_KEYS = (
    "activityStatus", "alexaHistoryRecords", "bluetoothStates", "capabilityStates", "conversationTurns",
    "customerHistoryRecords", "deviceOwnerCustomerId", "devicePreferences", "doNotDisturbDeviceStatusList",
    "fragmentURI", "friendlyNameObject", "mediaOwnerCustomerId", "notificationIndex", "originalAudioId",
    "personFirstName", "recordItemKey", "registeredCustomerId", "shoppingListItem", "sourceDeviceIds",
    "voiceHistoryRecordItems",
)  # fmt: skip


def _as_base64(text: bytes) -> Iterator[bytes]:
    """The parts of a text's base64 that do not depend on its surroundings, for each possible alignment."""
    for before in range(3):
        coded = b64encode(bytes(before) + text).rstrip(b"=")
        end = (before + len(text)) * 4 // 3
        yield coded[(0, 2, 3)[before] : end]


def _as_numbers(text: bytes) -> Iterator[bytes]:
    """A text's bytes as programs write them: in hexadecimal, and as numbers."""
    yield from (text.hex().encode("ascii"), text.hex().upper().encode("ascii"), text.hex(":").encode("ascii"))
    yield from (between.join(b"%d" % byte for byte in text) for between in (b",", b", "))


#: Each coded form of such a key, with the key.
_CODED = {
    coded: key for key in _CODED_KEYS for form in (_as_base64, _as_numbers) for coded in form(key.encode("ascii"))
}
#: What Node.js calls bytes in JSON. Each byte may be on a line of its own.
_BUFFER = b'"Buffer"'
#: How base64 of gzip begins, and a run of it.
_GZIP_CODED = b"H4sIA"
_GZIP_RUN = lazy(rb"(?<![A-Za-z0-9+/])H4sIA[A-Za-z0-9+/]{40,4096}+")
#: How uuencoded bytes begin, and the first lines of them.
_UUENCODED = b"begin 6"
_UU_LINES = lazy(rb"(?<![^\r\n])begin 6[0-7]{2,3} [^\n]{1,200}\n((?:M[ -`]{60}\r?\n){1,30}+)")
_WIDE = tuple(mark.decode("ascii").encode("utf-16-le") for mark in (*_NARROW, *_KEPT, *_HEADERS, *_CODED))
#: Every name contains one of these, so a search for them finds each place to check. In text of one byte per
#: character, only the plain forms occur.
PLAIN_MARKS = (*_NARROW, *_CODED)
MARKS = (*PLAIN_MARKS, *_KEPT, *_HEADERS, _BUFFER, _GZIP_CODED, _UUENCODED, *_WIDE)
#: A name extends at most this many bytes before and after its mark.
AROUND = 2048
#: The most names of one kind that are counted in one piece.
MAX_NAMES = 10_000
_BUFFER_DATA = lazy(rb'"Buffer"\s{0,80},\s{0,80}"data"\s{0,80}:\s{0,80}\[([\d,\s]{40,4096}+)')
_HOST = lazy(HOST.encode("ascii"), re.ASCII | re.IGNORECASE)
_DOMAIN = lazy(rb"\.amazon\.(?:com?\.)?[a-z]{2,3}|amazonalexa\.com|\.a2z\.com", re.ASCII | re.IGNORECASE)
#: Lower-case words: each match of the expression above begins with one. Those of shop pages contain one of the others.
_DOMAIN_WORDS, _SHOP_WORDS = (b".amazon.", b"amazonalexa.com", b".a2z.com"), (b"alexa-privacy", b"alexashoppinglists")
_BEFORE = lazy(rb"[\w.-]{0,100}\Z", re.ASCII)
_AFTER = lazy(rb"[\w.-]", re.ASCII)
_SCHEME = lazy(rb"[a-z]{2,6}:\\?/\\?/\Z", re.ASCII)
_PATH = lazy(rb"(?::\d{1,5})?((?:\\?/[\w%.~#?&=+:,;@!$*()-]{0,500}){1,40})", re.ASCII)
_SHOP = lazy(rb"\\?/(?:alexa-privacy|alexashoppinglists)\\?/[\w\\/.%?&=-]{2,200}", re.ASCII)
_LEADS = lazy(rb"https?:\\?/\\?/[\w.-]{1,80}\Z", re.ASCII)
_ID_TIME = lazy(rb"\d\d:\d\d::\w", re.ASCII)
_ID = lazy(
    rb"[A-Za-z0-9]{1,40}:\d{1,4}(?:\.\d{1,4}){0,4}\\?/\d{4}\\?/\d\d\\?/\d\d\\?/\d\d\\?/\w{1,40}\\?/\d\d:\d\d::\w{1,20}"
    rb"\.[0-9a-f]{8}-[0-9a-f-]{27}\w{0,16}(?:\\?/\d{1,6})?",
    re.ASCII,
)
_ID_LEADS = 120
#: How many bytes of minutes and seconds lead up to the two colons.
_ID_MINUTES = len("31:47")
#: If one of these is there, the expressions below are tried: at each of them, and at each key of a device's type.
_KEY_MARKS = frozenset((
    b"PUSH_", *_TYPES, b"MATTER_SETUP", *_IDENTIFIERS, b"last_called", *_KEPT, *_HEADERS,
    *(key.encode("ascii") for key in KEYS),
))  # fmt: skip


@cache
def _key() -> re.Pattern[bytes]:
    """The expression for keys and identifiers. Compiling it takes as long as a large search, so it is deferred."""
    keys = b"|".join(key.encode("ascii") for key in KEYS) + b"|" + _COMMAND
    begins = b"|".join(re.escape(begin) for begin in _IDENTIFIERS)
    others = b"|".join((_DEVICE_TYPE, _LAST_CALLED, _KEPT_DEVICE, _DIRECTIVE, begins))
    return lazy(rb"(?<![A-Za-z0-9_])(?:" + keys + rb")(?![A-Za-z0-9_])|" + others)


@cache
def _coded_key() -> re.Pattern[bytes]:
    return lazy(b"|".join(re.escape(coded) for coded in _CODED))


@dataclass(frozen=True, slots=True)
class ServiceName:
    """One kind of name, with its first occurrence.

    Attributes:
        kind: one of :data:`KINDS`.
        text: the first name of this kind, at most 200 characters.
        at: the byte offset of that name.
        count: how many such names there are.
    """

    kind: str
    text: str
    at: int
    count: int = 1


def names_in(content: bytes, base: int = 0) -> tuple[ServiceName, ...]:
    """Find the names of the service in bytes, each kind once, most informative first.

    Args:
        content: text of one byte per character, UTF-8 or UTF-16.
        base: the offset of the first byte.
    """
    present = marks().present(content)
    if not present:
        return ()
    found = list(_found(content, present))
    if not present.isdisjoint(_WIDE):
        narrow = content.replace(b"\0", b"")
        for name in _found(narrow, marks().present(narrow)):
            first = name.text[:8].encode("utf-16-le", "replace")
            at = _first_coded(content) if name.kind == CODED else content.find(first)
            if at >= 0:
                found.append(replace(name, at=at))
    return gathered([replace(name, at=base + name.at) for name in found])


def is_identifier(name: ServiceName) -> bool:
    """Whether a name of the kind :data:`KEY` is an identifier or a directive's header, not a key of an answer."""
    return name.text == "namespace" or name.text.startswith(tuple(begin.decode("ascii") for begin in _IDENTIFIERS))


def _first_coded(content: bytes) -> int:
    """The offset of the first base64 key in text of two bytes per character."""
    places = (content.find(coded.decode("ascii").encode("utf-16-le")) for coded in _CODED)
    return min((at for at in places if at >= 0), default=-1)


@cache
def marks() -> LiteralSearch:
    """The search for :data:`MARKS`, also for each place of them."""
    return LiteralSearch(MARKS, every_place=True)


def gathered(names: Iterable[ServiceName]) -> tuple[ServiceName, ...]:
    """Merge names: each kind once, with its first place and total count."""
    kinds: dict[str, ServiceName] = {}
    for name in names:
        known = kinds.get(name.kind)
        if known is None:
            kinds[name.kind] = name
        else:
            first = min(known, name, key=lambda each: each.at)
            kinds[name.kind] = replace(first, count=known.count + name.count)
    return tuple(kinds[kind] for kind in KINDS if kind in kinds)


def _found(content: bytes, present: frozenset[bytes]) -> Iterator[ServiceName]:
    # A search for the words that an expression begins with is far faster than running the expression over all bytes.
    if domains := _places(content.lower(), _DOMAIN_WORDS):
        yield from _hosts(content, domains)
    if any(word in content for word in _SHOP_WORDS):
        yield from _shops(content)
    if b"::" in content or b"%3A" in content or b"%3a" in content:
        yield from _spoken(content)
    if key_marks := present & _KEY_MARKS:
        begins = {b"deviceType" if mark in _TYPES else b"namespace" if mark in _HEADERS else mark for mark in key_marks}
        for key in islice(_matches(_key(), content, _places(content, begins)), MAX_NAMES):
            yield ServiceName(KEY, _text(key[0]), key.start())
    if coded_marks := present & _CODED.keys():
        for coded in islice(_matches(_coded_key(), content, _places(content, coded_marks)), MAX_NAMES):
            yield ServiceName(CODED, _CODED[coded[0]], coded.start())
    for mark, search in ((_BUFFER, _in_buffers), (_GZIP_CODED, _in_gzip), (_UUENCODED, _in_uuencoding)):
        if mark in present:
            yield from search(content)


def _in_buffers(content: bytes) -> Iterator[ServiceName]:
    """The keys in the bytes that Node.js wrote as JSON, also compressed by gzip."""
    for found in islice(_BUFFER_DATA.finditer(content), MAX_NAMES):
        numbers = [int(number) for number in re.findall(rb"\d{1,3}", found[1])]
        plain = bytes(number for number in numbers if number < 256)
        if key := _key().search(_unzipped(plain)):
            yield ServiceName(CODED, _text(key[0]), found.start())


def _in_gzip(content: bytes) -> Iterator[ServiceName]:
    """The keys in gzip that is written as base64, such as the data of a log subscription."""
    for found in islice(_GZIP_RUN.finditer(content), MAX_NAMES):
        run = found[0][: len(found[0]) // 4 * 4]
        if key := _key().search(_unzipped(b64decode(run))):
            yield ServiceName(CODED, _text(key[0]), found.start())


def _in_uuencoding(content: bytes) -> Iterator[ServiceName]:
    """The keys in what is uuencoded."""
    for lines in islice(_UU_LINES.finditer(content), MAX_NAMES):
        if key := _key().search(without_uuencoding(lines[1])):
            yield ServiceName(CODED, _text(key[0]), lines.start())


def _unzipped(content: bytes) -> bytes:
    """The beginning of what gzip holds; other bytes as they are."""
    if not content.startswith(b"\x1f\x8b"):
        return content
    with suppress(zlib.error):
        return zlib.decompressobj(zlib.MAX_WBITS + 16).decompress(content, 8 * AROUND)
    return b""


def _places(content: bytes, words: Iterable[bytes]) -> list[int]:
    """The offsets at which some words begin, ascending. A word found within itself counts once."""
    places: list[int] = []
    for word in words:
        at = content.find(word)
        while at >= 0:
            places.append(at)
            at = content.find(word, at + len(word))
    return sorted(places)


def _matches(expression: re.Pattern[bytes], content: bytes, places: Iterable[int]) -> Iterator[re.Match[bytes]]:
    """Yield the matches that begin at the given offsets, as ``finditer`` does: none begins inside the one before."""
    end = 0
    for at in places:
        if at >= end and (found := expression.match(content, at)):
            end = found.end()
            yield found


def _shops(content: bytes) -> Iterator[ServiceName]:
    """The addresses of shops' pages about the service."""
    for shop in islice(_SHOP.finditer(content), MAX_NAMES):
        leads = _LEADS.search(content, max(0, shop.start() - 100), shop.start())
        start = leads.start() if leads else shop.start()
        yield ServiceName(ADDRESS, _text(content[start : shop.end()]), start)


def _spoken(content: bytes) -> Iterator[ServiceName]:
    """The ids of utterances."""
    encoded = b"%3A" in content or b"%3a" in content
    plain = unquote_to_bytes(content) if encoded else content
    times = (at - _ID_MINUTES for at in _places(plain, (b"::",)) if at >= _ID_MINUTES)
    for time in islice(_matches(_ID_TIME, plain, times), MAX_NAMES):
        begin = max(0, time.start() - _ID_LEADS)
        for spoken in _ID.finditer(plain, begin, time.end() + 80):
            if spoken.start() < time.start() < spoken.end():
                at = max(0, content.find(spoken[0][:10])) if encoded else spoken.start()
                yield ServiceName(UTTERANCE, _text(spoken[0]), at)


def _hosts(content: bytes, places: list[int]) -> Iterator[ServiceName]:
    for domain in islice(_matches(_DOMAIN, content, places), MAX_NAMES):
        if _AFTER.match(content, domain.end()) and content[domain.end() : domain.end() + 1] != b".":
            continue
        before = _BEFORE.search(content[max(0, domain.start() - 100) : domain.start()])
        start = domain.start() - (len(before[0]) if before else 0)
        text = content[start : domain.end()].lstrip(b".-")
        if not _HOST.fullmatch(text):
            continue
        path = _PATH.match(content, domain.end())
        scheme = _SCHEME.search(content, max(0, start - 12), start)
        if scheme and path and path[1].strip(b"\\/"):
            yield ServiceName(ADDRESS, _text(content[scheme.start() : path.end()]), scheme.start())
        else:
            yield ServiceName(HOST_NAME, _text(text), start)


def _text(content: bytes) -> str:
    return content[:200].replace(b"\\", b"").decode("ascii", "replace")
