"""JSON files of the Alexa service's answers: with the requests beside them, or one loose answer a file.

References:
    cleminator/AlexaPaperDatasets (2019): a list of ``{"request": address, "response": answer}``; jungheum/pycift: one
    answer a file, named by 40 hexadecimal digits; the caches carved in the DFRWS 2017 challenge, named
    ``{16 hexadecimal digits}_1.json``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cache
from typing import ClassVar

from parsers.alexa_api.answers.repeats import repeats_marked
from parsers.alexa_api.answers.responses import kinds, quoted_keys, read, telltale
from parsers.alexa_api.items.address import ApiUrl
from parsers.alexa_api.items.body import Body, JsonPlaces, Tokens
from parsers.alexa_api.items.loaded_json import load, start_of
from parsers.formats.json.recovery import REQUEST_KEYS, RESPONSE_KEYS
from parsers.formats.json.text import MAX_BYTES, JsonError, decode
from parsers.parser import ANSWERS, HEAD_SIZE, About, Parser, Source
from parsers.record import Issue, Record
from parsers.registry import register
from parsers.values import shown

#: Answers that are kept without being read; their names make a list of requests known as one.
_OTHER_URLS = (
    "/api/album-art", "/api/allowed-providers", "/api/amazon-music-benefits", "/api/behaviors", "/api/feature-alert",
    "/api/featureaccess", "/api/get-languages", "/api/get-supported-device-address-countries",
    "/api/media/provider-contenttype-capabilities", "/api/music/settings", "/api/oobe", "/api/strings",
    "/api/wake-words-locale",
)  # fmt: skip
#: First keys of such answers; they are known for one only where the file's name says so too.
_OTHER_KEYS = (
    "albumArtUrl", "allowedProviders", "availableLanguages", "inAnyPool", "lastDismissed", "message", "musicProviders",
    "primeMusicBrowseable", "providerCapabilitiesList", "screens", "states", "strings",
    "SupportedDeviceAddressCountryDropdownList", "url",
)  # fmt: skip
#: First keys of answers that hold one thing and no list.
_SINGLE_KEYS = ("activity", "card", "networkDetail")
_PUSHED = re.compile(rb'"command"\s{0,8}:\s{0,8}"PUSH_[A-Z_]{1,60}"')
#: An HTTP archive (HAR), which has a reader of its own.
_ARCHIVE = re.compile(rb'\{\s{0,40}"log"\s{0,40}:\s{0,40}\{')
_CIFT_PATH = re.compile(r"(?:^|[/\\])AmazonAlexa(?:Client|Cloud)[/\\][0-9a-f]{40}\.json$", re.IGNORECASE)
_SAVED_NAME = re.compile(r"(?:^|[/\\])(?:[0-9a-f]{40}|[0-9a-f]{16}_[01])\.json$", re.IGNORECASE)
_REQUEST = re.compile(rb'"(?:request|url)"\s{0,8}:\s{0,8}"([^"]{1,2000})"')
_RESPONSE = re.compile(rb'"(?:response|body)"\s{0,8}:')
_FIRST_KEY = re.compile(rb'[{\[\s]{1,40}"([A-Za-z_]\w{0,63})"')
_CONTENT_KEY = "content-sha1:"


@register
class ApiJson(Parser):
    """Reads what the Alexa service answered, from files of JSON."""

    name: ClassVar[str] = "api_json"
    version: ClassVar[str] = "2"
    text_only: ClassVar[bool] = True
    about: ClassVar[About] = About(
        title="Answers of the Alexa service, as JSON",
        data_types=(),
        hands_on=(ANSWERS,),
        known_by=(
            'JSON: a list of {"request": address of the Alexa service, "response": answer}',
            "JSON with the keys of an answer, which the pages of the answers name",
            "path AmazonAlexaClient/ or AmazonAlexaCloud/ and a name of 40 hexadecimal digits (CIFT)",
            "a name of 40 hexadecimal digits, or of 16 and _1, and a first key that the service uses",
            'JSON "command" that begins with PUSH_',
        ),
        shows="That a client signed in to the account, or a tool acting as one, held these answers of the service.",
        does_not_show="That a list is whole: the service pages its lists, and entries can have been deleted before.",
        validated_on=(
            "Echo, 2nd generation, 2019: 29 requests and answers (cleminator/AlexaPaperDatasets)",
            "Echo, 1st generation, 2017: 73 loose answers (CIFT's example result)",
        ),
        limits=(
            f"Files longer than {MAX_BYTES} bytes are not read.",
            "The time in an address (_) is when the client's page was loaded, counted up with each request.",
        ),
        references=("https://github.com/cleminator/AlexaPaperDatasets", "https://github.com/jungheum/pycift"),
    )

    def claims(self, source: Source) -> bool:
        """Whether the head is JSON with an address of the service or the keys of an answer, or the name says so."""
        start = start_of(source.head)
        if start is None:
            return False
        head = source.head[start:]
        if _ARCHIVE.match(head):
            return False
        if _CIFT_PATH.search(source.path) or _has_request(head) or telltale(quoted_keys(head)) or _PUSHED.search(head):
            return True
        first = _FIRST_KEY.match(head)
        return bool(first and first[1].decode("ascii") in _first_keys() and _SAVED_NAME.search(source.path))

    def parse(self, source: Source) -> Iterator[Record | Issue]:
        """Yield the records of every answer in the file."""
        yield from repeats_marked(self._answers(source))

    def _answers(self, source: Source) -> Iterator[Record | Issue]:
        loaded = load(source)
        yield from loaded.issues
        if not loaded.value and loaded.issues:
            return
        pairs = list(_pairs(loaded.value))
        if pairs:
            for tokens, pair in pairs:
                yield from _pair(pair, tokens, loaded.places, source)
            return
        keys: tuple[str, ...] = (f"{_CONTENT_KEY}{loaded.sha1}",)
        if _SAVED_NAME.search(source.path):
            keys = (*keys, f"saved-as:{source.name}")
        yield from read(Body(loaded.value, source.path, loaded.places, keys=keys))


@cache
def _first_keys() -> frozenset[str]:
    """First keys that an answer may have, of those that are read and of those that are not."""
    read_keys = (key for kind in kinds() for key in (*kind.first_keys, *(place[0] for place in kind.lists)))
    return frozenset((*_OTHER_KEYS, *_SINGLE_KEYS, *read_keys))


def _has_request(head: bytes) -> bool:
    """Whether the head holds a request to an address of the service that is known."""
    if len(head) < HEAD_SIZE and not _RESPONSE.search(head):
        return False
    for found in _REQUEST.finditer(head):
        url = ApiUrl.parse(found[1].decode("utf-8", "replace").replace("\\/", "/"))
        if url and (url.path.startswith(_OTHER_URLS) or any(kind.knows(url.path) for kind in kinds())):
            return True
    return False


def _pairs(value: object) -> Iterator[tuple[Tokens, Mapping[str, object] | None]]:
    """The requests with their answers; None for an element of such a list that is not one."""
    if isinstance(value, dict) and _is_pair(value):
        yield (), value
    elif isinstance(value, list) and any(_is_pair(element) for element in value[:100]):
        for number, element in enumerate(value):
            yield (number,), element if isinstance(element, dict) and _is_pair(element) else None


def _is_pair(element: object) -> bool:
    return (
        isinstance(element, dict)
        and any(key in element for key in REQUEST_KEYS)
        and any(key in element for key in RESPONSE_KEYS)
    )


def _pair(
    pair: Mapping[str, object] | None, tokens: Tokens, places: JsonPlaces, source: Source
) -> Iterator[Record | Issue]:
    here = places.record(tokens)
    if pair is None:
        yield Issue("A request with its answer was expected here.", here)
        return
    asked = next(pair[key] for key in REQUEST_KEYS if key in pair)
    if isinstance(asked, dict):
        asked = next((asked[key] for key in ("url", "request") if key in asked), None)
    url = ApiUrl.parse(asked) if isinstance(asked, str) else None
    if url is None:
        given = f'"{shown(asked, 100) or ""}"' if isinstance(asked, str) else "no text"
        yield Issue(f"The address of the request is not one of the Alexa service: {given}. Not read.", here)
        return
    key = next(key for key in RESPONSE_KEYS if key in pair)
    value, within = pair[key], places.under((*tokens, key))
    if isinstance(value, str) and value.lstrip().startswith(("{", "[")):
        try:
            value, within = decode(value), places.within_text((*tokens, key))
        except JsonError as error:
            yield Issue(f"The answer is a text that is not JSON ({error}).", within.record(()))
    yield from read(Body(value, source.path, within, url))
