"""JSON files of the Alexa service's answers: with the requests beside them, or one loose answer a file.

References:
    cleminator/AlexaPaperDatasets (2019): a list of ``{"request": address, "response": answer}``; jungheum/pycift: one
    answer a file, named by 40 hexadecimal digits; the caches carved in the DFRWS 2017 challenge, named
    ``{16 hexadecimal digits}_1.json``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from itertools import islice
from typing import ClassVar

from parsers.alexa_api.answers.repeats import repeats_marked
from parsers.alexa_api.answers.responses import kinds, quoted_keys, read, telltale
from parsers.alexa_api.answers.within import bodies
from parsers.alexa_api.items.address import ApiUrl
from parsers.alexa_api.items.body import Body
from parsers.alexa_api.items.loaded_json import load, start_of
from parsers.alexa_api.named_file import names_of, not_read
from parsers.formats.json.text import MAX_BYTES
from parsers.parser import ANSWERS, HEAD_SIZE, About, Parser, Source
from parsers.record import Issue, Record
from parsers.registry import register

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
_PUSHED = re.compile(
    rb'"(?:command|resourceId)\\{0,15}"\s{0,8}:\s{0,8}\\{0,15}"(?:PUSH_[A-Z0-9_]{1,60}|Notify[A-Z]\w{2,60}|MATTER_[A-Z_]{1,60})'
)
#: An HTTP archive (HAR), which has a reader of its own.
_ARCHIVE = re.compile(rb'\{\s{0,40}"log"\s{0,40}:\s{0,40}\{')
_CIFT_PATH = re.compile(r"(?:^|[/\\])AmazonAlexa(?:Client|Cloud)[/\\][0-9a-f]{40}\.json$", re.IGNORECASE)
_SAVED_NAME = re.compile(r"(?:^|[/\\])(?:[0-9a-f]{40}|[0-9a-f]{16}_[01])\.json$", re.IGNORECASE)
#: A text that may be an address, and a member that may be what was answered to it.
_ADDRESS = re.compile(rb'"((?:https?:\\?/\\?/|\\?/)[^"\s]{1,2000})"')
_RESPONSE = re.compile(
    rb'"[\w-]{0,20}(?:response|body|answer|result|reply|content|data)[\w-]{0,20}"\s{0,8}:', re.IGNORECASE
)
_METHOD = re.compile(rb'"(?:http_?|request_?)?(?:method|verb)"\s{0,8}:', re.IGNORECASE)
#: Text that begins as JSON does, and not as the lines of a log in brackets.
_JSON = re.compile(rb'[{\[]\s{0,4000}["{\[\]}]')
#: Of the head so many addresses are looked at.
_MAX_ADDRESSES = 200
_FIRST_KEY = re.compile(rb'[{\[\s]{1,40}"([A-Za-z_]\w{0,63})"')
#: A message names at most so many hosts.
_MAX_HOSTS = 20
PASSED_OVER = "alexa:web:capture"
_CONTENT_KEY = "content-sha1:"


@register
class ApiJson(Parser):
    """Reads what the Alexa service answered, from files of JSON."""

    name: ClassVar[str] = "api_json"
    version: ClassVar[str] = "2"
    text_only: ClassVar[bool] = True
    about: ClassVar[About] = About(
        title="Answers of the Alexa service, as JSON",
        data_types=(PASSED_OVER,),
        hands_on=(ANSWERS,),
        known_by=(
            'JSON: a list of {"request": address of the Alexa service, "response": answer}',
            "JSON with the keys of an answer, which the pages of the answers name",
            "path AmazonAlexaClient/ or AmazonAlexaCloud/ and a name of 40 hexadecimal digits (CIFT)",
            "a name of 40 hexadecimal digits, or of 16 and _1, and a first key that the service uses",
            'JSON "command" or "resourceId" that begins with PUSH_ or Notify',
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
        if self._is_answer(source, head) or _has_request(head) or _PUSHED.search(head):
            return True
        return bool(source.names) and bool(_JSON.match(head))

    @staticmethod
    def _is_answer(source: Source, head: bytes) -> bool:
        """Whether the file holds an answer, by its keys or by its name."""
        if _CIFT_PATH.search(source.path) or telltale(quoted_keys(head)):
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
        keys: tuple[str, ...] = (f"{_CONTENT_KEY}{loaded.sha1}",)
        if _SAVED_NAME.search(source.path):
            keys = (*keys, f"saved-as:{source.name}")
        whole = Body(loaded.value, source.path, loaded.places, keys=keys)
        others: dict[str, int] = {}
        found = False
        for body in bodies(whole, others):
            found = True
            if isinstance(body, Issue):
                yield body
            else:
                yield from read(body if body.url is None else replace(body, keys=()))
        if others:
            yield _passed_over(others)
        if not found and not others and self._is_answer(source, source.head[start_of(source.head) or 0 :]):
            yield from read(whole)
        elif not found:
            yield not_read(names_of(source))


@cache
def _first_keys() -> frozenset[str]:
    """First keys that an answer may have, of those that are read and of those that are not."""
    read_keys = (key for kind in kinds() for key in (*kind.first_keys, *(place[0] for place in kind.lists)))
    return frozenset((*_OTHER_KEYS, *_SINGLE_KEYS, *read_keys))


def _has_request(head: bytes) -> bool:
    """Whether the head holds a request to an address of the service, with an answer to it or with a method."""
    if len(head) < HEAD_SIZE and not _RESPONSE.search(head) and not _METHOD.search(head):
        return False
    for found in islice(_ADDRESS.finditer(head), _MAX_ADDRESSES):
        text = found[1].decode("utf-8", "replace").replace("\\/", "/")
        if (url := ApiUrl.parse(text)) is None:
            continue
        if "://" in text or url.path.startswith(_OTHER_URLS) or any(kind.knows(url.path) for kind in kinds()):
            return True
    return False


def _passed_over(hosts: dict[str, int]) -> Record:
    """How many exchanges with other services the file holds, by host."""
    count = sum(hosts.values())
    listed = sorted(hosts.items(), key=lambda item: (-item[1], item[0]))
    told = ", ".join(f"{host} ({number})" for host, number in listed[:_MAX_HOSTS])
    more = f" and {len(listed) - _MAX_HOSTS} more" if len(listed) > _MAX_HOSTS else ""
    exchanges = "exchange" if count == 1 else "exchanges"
    return Record(
        PASSED_OVER,
        f"The file holds {count} {exchanges} with other services, in which nothing of the Alexa service was found; by"
        f" host: {told}{more}.",
        "",
        fields={"other_hosts": dict(listed[:1000]), "other_exchanges": count},
    )
