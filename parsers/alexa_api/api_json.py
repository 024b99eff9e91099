"""JSON files with answers of the Alexa service: with the requests beside them, or one answer per file.

References:
    cleminator/AlexaPaperDatasets (2019): a list of ``{"request": address, "response": answer}``; jungheum/pycift: one
    answer per file, named by 40 hexadecimal digits; the caches carved in the DFRWS 2017 challenge, named
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
from parsers.alexa_api.answers.text_body import texts_within
from parsers.alexa_api.answers.text_marks import text_marks
from parsers.alexa_api.answers.within import bodies
from parsers.alexa_api.items.address import ApiUrl
from parsers.alexa_api.items.body import Body
from parsers.alexa_api.items.json_text import BEGINS, LoadedText, is_guarded, start_of
from parsers.alexa_api.items.loaded_json import load_all
from parsers.alexa_api.items.service_names import OTHERS_PUSH
from parsers.alexa_api.items.text_values import MAX_VALUE
from parsers.alexa_api.named_file import names_of, not_read
from parsers.bounded_issues import bounded
from parsers.encoding import as_utf8
from parsers.formats.http.capture_forms import is_capture
from parsers.formats.json.large_value import MAX_TEXT
from parsers.formats.json.text import MAX_BYTES, MAX_VALUES
from parsers.formats.lazy_pattern import lazy
from parsers.formats.logs.kept_lines import is_container_log
from parsers.parser import ANSWERS, HEAD_SIZE, About, Parser, Source
from parsers.record import Issue, Record
from parsers.registry import register

#: Answers that are stored but not read; their names identify a list of requests.
_OTHER_URLS = (
    "/api/album-art", "/api/allowed-providers", "/api/amazon-music-benefits", "/api/behaviors", "/api/feature-alert",
    "/api/featureaccess", "/api/get-languages", "/api/get-supported-device-address-countries",
    "/api/media/provider-contenttype-capabilities", "/api/music/settings", "/api/oobe", "/api/strings",
    "/api/wake-words-locale",
)  # fmt: skip
#: First keys of such answers; they count only if the file's name matches too.
_OTHER_KEYS = (
    "albumArtUrl", "allowedProviders", "availableLanguages", "inAnyPool", "lastDismissed", "message", "musicProviders",
    "primeMusicBrowseable", "providerCapabilitiesList", "screens", "states", "strings",
    "SupportedDeviceAddressCountryDropdownList", "url",
)  # fmt: skip
#: First keys of answers with a single object instead of a list.
_SINGLE_KEYS = ("activity", "card", "networkDetail")
_PUSHED = lazy(
    rb'"(?:command|resourceId)\\{0,15}"\s{0,8}:\s{0,8}\\{0,15}"(?:PUSH_' + OTHERS_PUSH + rb"[A-Z0-9_]{1,60}"
    rb"|Notify[A-Z]\w{2,60}|MATTER_[A-Z_]{1,60})"
)
_CIFT_PATH = lazy(r"(?:^|[/\\])AmazonAlexa(?:Client|Cloud)[/\\][0-9a-f]{40}\.json$", re.IGNORECASE)
_SAVED_NAME = lazy(r"(?:^|[/\\])(?:[0-9a-f]{40}|[0-9a-f]{16}_[01])\.json$", re.IGNORECASE)
#: A text that may be an address, and a member that may be its answer.
_ADDRESS = lazy(rb'"((?:https?:\\?/\\?/|\\?/)[^"\s]{1,2000})"')
_RESPONSE = lazy(rb'"[\w-]{0,20}(?:response|body|answer|result|reply|content|data)[\w-]{0,20}"\s{0,8}:', re.IGNORECASE)
_METHOD = lazy(rb'"(?:http_?|request_?)?(?:method|verb)"\s{0,8}:', re.IGNORECASE)
#: Text that begins like JSON, not like log lines in brackets.
_JSON = lazy(rb'[{\[]\s{0,4000}["{\[\]}]|"\s{0,40}[{\[]')
#: How many addresses in the head are checked.
_MAX_ADDRESSES = 200
#: This much of the head is searched for the keys of an answer first.
_NEAR = 4096
_WORDS = lazy(rb"\w")
_FIRST_KEY = lazy(rb'[{\[\s]{1,40}"([A-Za-z_]\w{0,63})"')
#: The most hosts that a message names.
_MAX_HOSTS = 20
PASSED_OVER = "alexa:web:capture"
_CONTENT_KEY = "content-sha1:"


@register
class ApiJson(Parser):
    """Reads answers of the Alexa service from JSON files."""

    name: ClassVar[str] = "api_json"
    version: ClassVar[str] = "6"
    needs: ClassVar[tuple[bytes, ...]] = (BEGINS,)
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
            f"Of a file that is longer than {MAX_BYTES} bytes, or has more than {MAX_VALUES} values, and is not one"
            f" whole text of JSON, the content of a value longer than {MAX_VALUE} bytes is read one by one, if"
            " it is known by itself.",
            f"Of a file that is longer than {MAX_BYTES} bytes the same is true where more than that stands between its"
            f" long lists. A text within it that is longer than {MAX_TEXT} bytes is not read.",
            "The time in an address (_) is when the client's page was loaded, counted up with each request.",
        ),
        references=("https://github.com/cleminator/AlexaPaperDatasets", "https://github.com/jungheum/pycift"),
    )

    def claims(self, source: Source) -> bool:
        """Whether the head is JSON with an address of the service or the keys of an answer, or the name matches."""
        head = _json_head(source)
        if head is None or is_capture(head, source.path) or is_container_log(head):
            return False
        if self._is_answer(source, head) or _has_request(head) or _PUSHED.search(head):
            return True
        return bool(source.names)

    @staticmethod
    def _is_answer(source: Source, head: bytes) -> bool:
        """Whether the file holds an answer, judged by its keys or its name."""
        if _CIFT_PATH.search(source.path):
            return True
        # Most answers have their keys near their start.
        if telltale(quoted_keys(head[:_NEAR])) or (len(head) > _NEAR and telltale(quoted_keys(head))):
            return True
        first = _FIRST_KEY.match(head)
        return bool(first and first[1].decode("ascii") in _first_keys() and _SAVED_NAME.search(source.path))

    def parse(self, source: Source) -> Iterator[Record | Issue]:
        """Yield the records of every answer in the file."""
        yield from bounded(repeats_marked(self._answers(source)))

    def _answers(self, source: Source) -> Iterator[Record | Issue]:
        reading = _Reading(source, *((f"saved-as:{source.name}",) if _SAVED_NAME.search(source.path) else ()))
        value: LoadedText | None = None
        for loaded in load_all(source, text_marks()):
            yield from loaded.issues
            if loaded.value or not loaded.issues:
                value = value or loaded
                yield from reading.read(loaded)
        if reading.others:
            yield _passed_over(reading.others)
        if reading.found or reading.others or value is None:
            return
        names = names_of(source)
        # An empty value is no answer where the names of the service stand outside it.
        if self._is_answer(source, _json_head(source) or b"") and (value.value or not names):
            yield from read(reading.body(value))
        else:
            yield not_read(names)


class _Reading:
    """Reads the texts of one file."""

    def __init__(self, source: Source, *keys: str) -> None:
        self._source = source
        self._keys = keys
        self.others: dict[str, int] = {}
        self.found = False

    def body(self, loaded: LoadedText) -> Body:
        """Turn a text into an answer's body."""
        keys = (f"{_CONTENT_KEY}{loaded.sha1}",) if loaded.sha1 else ()
        return Body(loaded.value, self._source.path, loaded.places, keys=(*keys, *self._keys))

    def read(self, loaded: LoadedText) -> Iterator[Record | Issue]:
        """Yield the records of every answer in a text."""
        whole = self.body(loaded)
        known = False
        for body in bodies(whole, self.others):
            known = True
            yield from self._given(body)
        if not known:
            for text in texts_within(whole):
                for body in (text,) if isinstance(text, Issue) else bodies(text, {}):
                    known = True
                    yield from self._given(body)
        self.found = self.found or known

    @staticmethod
    def _given(body: Body | Issue) -> Iterator[Record | Issue]:
        if isinstance(body, Issue):
            yield body
        else:
            yield from read(body if body.url is None else replace(body, keys=()))


def _json_head(source: Source) -> bytes | None:
    """The head of a file from the start of its JSON, in UTF-8; None if the file is not JSON.

    Log lines may begin with a time before JSON, so words and numbers before the JSON are not skipped.
    """
    head = as_utf8(source.head)
    start = start_of(head)
    if start is None or (_WORDS.search(head[:start]) and not is_guarded(head) and not _CIFT_PATH.search(source.path)):
        return None
    if not _JSON.match(head, start) and not _CIFT_PATH.search(source.path):
        return None
    return head[start:]


@cache
def _first_keys() -> frozenset[str]:
    """First keys of answers, both supported and unsupported."""
    read_keys = (key for kind in kinds() for key in (*kind.first_keys, *(place[0] for place in kind.lists)))
    return frozenset((*_OTHER_KEYS, *_SINGLE_KEYS, *read_keys))


def _has_request(head: bytes) -> bool:
    """Whether the head holds a request to the service, with an answer or a method."""
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
    """The record that counts the exchanges with other services, by host."""
    count = sum(hosts.values())
    listed = sorted(hosts.items(), key=lambda item: (-item[1], item[0]))
    described = ", ".join(f"{host} ({number})" for host, number in listed[:_MAX_HOSTS])
    more = f" and {len(listed) - _MAX_HOSTS} more" if len(listed) > _MAX_HOSTS else ""
    exchanges = "exchange" if count == 1 else "exchanges"
    return Record(
        PASSED_OVER,
        f"The file holds {count} {exchanges} with other services, in which nothing of the Alexa service was found; by"
        f" host: {described}{more}.",
        "",
        fields={"other_hosts": dict(listed[:1000]), "other_exchanges": count},
    )
