"""One cached answer of the Alexa service, from any kind of cache: JSON goes to the answer parsers, a
recording is reported with its utterance id, and anything else makes one record.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

from parsers.alexa_api.answers.asked import action_in_words, sent_device, sent_in_words
from parsers.alexa_api.items.address import ApiUrl
from parsers.alexa_api.items.body import Body, JsonPlaces
from parsers.alexa_api.items.json_text import start_of
from parsers.exchanges.answer_body import RECORDING_TYPE, body_records
from parsers.exchanges.body_coding import Decoded, decoded
from parsers.exchanges.cached_recording import is_recording, recording
from parsers.formats.http.headers import kept, value_of
from parsers.formats.http.multipart import is_multipart
from parsers.locator import join
from parsers.record import Clock, Issue, Record, Timestamp, Value
from parsers.values import shown

DATA_TYPE = "alexa:web:cached"
#: The sentence for a recording that is a cache file of its own and can be played directly.
RECORDING_FILE_TYPE = "recording:cached"
#: The data types that :func:`records` may yield, in addition to those of answers.
DATA_TYPES = (DATA_TYPE, RECORDING_TYPE, RECORDING_FILE_TYPE)
_JSON_TYPE = re.compile(r"\b(?:json|javascript)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class BytesSent:
    """The size of a body that was sent but not stored.

    Attributes:
        count: the size in bytes; None if not recorded.
    """

    count: int | None = None

    def __str__(self) -> str:
        if self.count is None:
            return "how many bytes were sent is not recorded"
        return f"{self.count} byte{' was' if self.count == 1 else 's were'} sent"


@dataclass(frozen=True, slots=True)
class CachedBody:
    """The body of an answer as stored in the cache.

    Attributes:
        content: its bytes as received, still encoded.
        locator: the locator of the bytes; the first if there are several.
        file: the neighbouring file with the bytes, as in :attr:`parsers.record.Record.file`.
        pieces: all locators, if the body is in several pieces.
        whole_file: whether the body is the whole file.
        sent: the number of bytes sent, if the body was not stored; None if it was stored.
    """

    content: bytes
    locator: str
    file: str = ""
    pieces: tuple[str, ...] = ()
    whole_file: bool = False
    sent: BytesSent | None = None


@dataclass(frozen=True, slots=True)
class Cached:
    """One cache entry with an address of the Alexa service.

    Attributes:
        url: the address.
        path: the path of the claimed file.
        clock: whose clock wrote the cache's times.
        kind: the kind of cache, as text.
        status_line: the answer's first line; empty if unknown.
        headers: the answer's headers.
        body: its body.
        asked: the times of the request and the response.
        kept_times: times of the entry itself: creation, last use.
        fields: facts about the entry, added to every record.
        issues: problems with the content, one sentence each.
        remark: a sentence at the end of every message, such as that the entry was deleted.
        holder: the start of a message, naming the container: a cache, a capture.
    """

    url: ApiUrl
    path: str
    clock: Clock
    kind: str
    status_line: str
    headers: tuple[tuple[str, str], ...]
    body: CachedBody
    asked: tuple[Timestamp, ...] = ()
    kept_times: tuple[Timestamp, ...] = ()
    fields: Mapping[str, Value] = field(default_factory=dict)
    issues: tuple[str, ...] = ()
    remark: str = ""
    holder: str = "The cache"


def records(cached: Cached) -> Iterator[Record | Issue]:
    """Yield the records of an entry: at least one."""
    body, issues = decoded(cached.body.content, value_of(cached.headers, "Content-Encoding"))
    for what in issues:
        yield Issue(what, cached.body.locator, cached.body.content[:64])
    cached = replace(cached, issues=(*cached.issues, *issues))
    if body.readable and not cached.body.pieces and (_is_json(body.content, cached) or is_multipart(body.content)):
        count, timed = 0, False
        for item in _answers(cached, body):
            yield item
            if isinstance(item, Record):
                count += 1
                timed = timed or any(timestamp in item.timestamps for timestamp in cached.asked)
        if count and (timed or not cached.asked):
            return
        if count:
            # Every record of the answer has its own times; this one has the time of the request.
            yield _entry_record(cached, body, f" {count} record{'s were' if count > 1 else ' was'} read from it.")
            return
    yield _entry_record(cached, body)


def _is_json(content: bytes, cached: Cached) -> bool:
    start = start_of(content[:64])
    if start is None:
        return False
    return start == 0 or bool(_JSON_TYPE.search(value_of(cached.headers, "Content-Type"))) or not cached.headers


def _answers(cached: Cached, body: Decoded) -> Iterator[Record | Issue]:
    """Yield the records of a JSON or multipart body; only issues if there are no records."""
    outer = join(cached.body.locator, *body.steps)
    fields = _facts(cached)
    for timestamp in cached.kept_times:
        fields["cache_" + timestamp.description.lower().replace(" ", "_")] = timestamp.recorded
    whole = Body(
        None,
        cached.path,
        JsonPlaces(outer),
        cached.url,
        cached.clock,
        timestamps=cached.asked,
        fields=fields,
        file=cached.body.file,
    )
    for item in body_records(body.content, whole, outer, value_of(cached.headers, "Content-Type")):
        if isinstance(item, Record) and cached.remark:
            yield replace(item, message=f"{item.message} {cached.remark}")
        else:
            yield item


def _facts(cached: Cached) -> dict[str, Value]:
    fields: dict[str, Value] = {"cache": cached.kind, **cached.fields}
    if cached.status_line:
        parts = cached.status_line.split(" ", 2)
        fields["http_status"] = int(parts[1]) if len(parts) > 1 and re.fullmatch(r"[0-9]{1,4}", parts[1]) else None
        fields["http_status_line"] = cached.status_line[:200]
        fields["http_headers"] = kept(cached.headers)
        if date := value_of(cached.headers, "Date"):
            fields["http_date"] = date[:100]
    if cached.issues:
        fields["doubts"] = list(cached.issues)
    return fields


def _entry_record(cached: Cached, body: Decoded, more: str = "") -> Record:
    """One record of the entry as a whole; ``more`` follows its sentence."""
    url, content = cached.url, body.content
    fields = _facts(cached)
    fields["request_url"] = url.text
    if cached.body.sent is None:
        fields["body_bytes"] = len(cached.body.content)
        fields["body_sha256"] = hashlib.sha256(cached.body.content).hexdigest()
    else:
        fields["body_held"] = False
        fields["body_bytes_sent"] = cached.body.sent.count
    if body.steps:
        fields["decoded_bytes"] = len(content)
        fields["decoded_sha256"] = hashlib.sha256(content).hexdigest()
    if cached.body.pieces:
        fields["body_pieces"] = list(cached.body.pieces[:200])
    media = value_of(cached.headers, "Content-Type").partition(";")[0].strip()
    timestamps = (*cached.asked, *cached.kept_times)
    if asked := url.to_timestamp(cached.clock):
        timestamps = (*timestamps, asked)
    made = Record(
        data_type=DATA_TYPE,
        message=_sentence(cached, media) + more,
        locator=cached.body.locator,
        timestamps=timestamps,
        device_serial=url.query.get("deviceSerialNumber") or sent_device(cached.fields),
        device_type=url.query.get("deviceType") or None,
        fields=fields,
        file=cached.body.file,
    )
    if body.readable and not more and is_recording(content, media, url.path):
        kind = RECORDING_FILE_TYPE if cached.body.whole_file and not body.steps else RECORDING_TYPE
        made = recording(
            replace(made, data_type=kind, locator=join(made.locator, *body.steps)), content, url, cached.holder
        )
    return replace(made, message=f"{made.message} {cached.remark}") if cached.remark else made


def _sentence(cached: Cached, media: str) -> str:
    size = len(cached.body.content)
    what = f"{size} bytes of {shown(media, 60)}" if media else f"{size} bytes"
    if not size:
        what = "no content"
    status = shown(cached.status_line, 60)
    status_part = f", {status}," if status else ""
    request = action_in_words(cached.fields, cached.url.plain_path)
    sent = sent_in_words(cached.fields)
    more = f" {sent[0].upper()}{sent[1:]}." if sent else ""
    if cached.body.sent is not None:
        held = f"holds the request {request}; it does not" if request else "does not"
        to = "to it" if request else f"to {cached.url.plain_path}"
        return (
            f"{cached.holder} {held} hold the body of what was answered{status_part} {to} ({cached.body.sent}).{more}"
        )
    if request:
        answered = f"its answer{status_part.rstrip(',')}: {what}" if size or status else "no answer to it"
        return f"{cached.holder} holds the request {request} and {answered}.{more}"
    if size or status:
        return f"{cached.holder} holds what was answered{status_part} to {cached.url.plain_path}: {what}.{more}"
    return f"{cached.holder} holds an entry for {cached.url.plain_path}, with no content.{more}"
