"""Shared by the parsers of captured traffic: an exchange with the Alexa service, and the capture's own record."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from parsers.alexa_api.answers.asked import asked_fields
from parsers.alexa_api.items.address import ApiUrl
from parsers.alexa_api.items.body import Body, JsonPlaces
from parsers.alexa_api.items.service_names import names_in
from parsers.exchanges import cached_answer
from parsers.exchanges.answer_body import body_records
from parsers.exchanges.body_coding import decoded
from parsers.exchanges.cached_answer import BytesSent, Cached, CachedBody
from parsers.formats.http.headers import value_of
from parsers.locator import join
from parsers.record import Clock, Issue, Record, Timestamp, Value
from parsers.values import shown

DATA_TYPE = "alexa:web:capture"
#: The data types that a capture may yield, in addition to those of answers.
DATA_TYPES = (DATA_TYPE, *cached_answer.DATA_TYPES)
HOLDER = "The capture"
#: The most hosts named in a message, and in the fields.
_MAX_HOSTS = 20
_MAX_LISTED = 1000


@dataclass(frozen=True, slots=True)
class Exchange:
    """A request and its answer.

    Attributes:
        url: the address, as captured.
        method: ``GET``, ``POST``, ...
        status_line: the answer's first line; empty if there was no answer.
        headers: the answer's headers; ``Content-Encoding`` only if the body is still encoded.
        content: the body as captured.
        locator: the locator of the body, or of the exchange if there is no body.
        asked: the text sent with the request.
        timestamps: when the request was sent and the answer received.
        sent: the number of bytes sent, if the capture lacks the answer's body; else None.
    """

    url: str
    method: str
    status_line: str
    headers: tuple[tuple[str, str], ...]
    content: bytes
    locator: str
    asked: str = ""
    timestamps: tuple[Timestamp, ...] = ()
    sent: BytesSent | None = None


@dataclass(slots=True)
class Capture:
    """Reads one capture: pass it exchanges, then call :meth:`not_held` and :meth:`end`."""

    kind: str
    path: str
    exchanges: int = 0
    of_service: int = 0
    hosts: dict[str, int] = field(default_factory=dict)
    without_body: int = 0
    #: The issue text and locator of the first one.
    _first_without_body: list[tuple[str, str]] = field(default_factory=list)

    def exchange(self, exchange: Exchange) -> Iterator[Record | Issue]:
        """Yield the records of an exchange. One with another host is skipped unless it contains service answers."""
        self.exchanges += 1
        url = ApiUrl.parse(exchange.url)
        fields = asked_fields(exchange.method, exchange.asked)
        if url is None:
            found = list(_of_other_host(exchange, self.path, fields)) if exchange.content else []
            if not found:
                host = _host(exchange.url)
                self.hosts[host] = self.hosts.get(host, 0) + 1
            else:
                self.of_service += 1
            yield from found
            return
        self.of_service += 1
        if exchange.sent is not None:
            self.without_body += 1
            if len(self._first_without_body) < _MAX_HOSTS:
                self._first_without_body.append((f"{url.plain_path}: {exchange.sent}", exchange.locator))
        yield from cached_answer.records(
            Cached(
                url=url,
                path=self.path,
                clock=Clock.UNKNOWN,
                kind=self.kind,
                status_line=exchange.status_line,
                headers=exchange.headers,
                body=CachedBody(exchange.content, exchange.locator, sent=exchange.sent),
                asked=exchange.timestamps,
                fields=fields,
                holder=HOLDER,
            )
        )

    def not_held(self, advice: str) -> Iterator[Issue]:
        """Yield an issue if the capture lacks the bodies of some answers.

        Args:
            advice: how to make a capture that includes them.
        """
        if not self.without_body:
            return
        count = self.without_body
        listed = "; ".join(described for described, _ in self._first_without_body)
        more = f"; and {count - _MAX_HOSTS} more" if count > _MAX_HOSTS else ""
        what = f"the body of an answer of the Alexa service ({listed})"
        if count > 1:
            what = f"the bodies of {count} answers of the Alexa service ({listed}{more})"
        message = f"The capture does not hold {what}: what was answered is not in the timeline. {advice}"
        yield Issue(message, self._first_without_body[0][1])

    def end(self, fields: dict[str, Value]) -> Record:
        """The record of the capture itself; ``fields`` is what the capture states about itself."""
        exchanges = f"{self.exchanges} exchange{'' if self.exchanges == 1 else 's'}"
        message = f"The capture ({self.kind}) holds {exchanges}, {self.of_service} with the Alexa service"
        if maker := shown(fields.get("made_by"), 100):
            message += f"; it says that it was made by {maker}"
        listed = sorted(self.hosts.items(), key=lambda item: (-item[1], item[0]))
        if listed:
            hosts = ", ".join(f"{host} ({count})" for host, count in listed[:_MAX_HOSTS])
            more = f" and {len(listed) - _MAX_HOSTS} more" if len(listed) > _MAX_HOSTS else ""
            message += f"; passed over, as nothing of the service was found in them, by host: {hosts}{more}"
        counts: dict[str, Value] = {"exchanges": self.exchanges, "with_the_alexa_service": self.of_service}
        if listed:
            counts["other_hosts"] = dict(listed[:_MAX_LISTED])
        return Record(DATA_TYPE, message + ".", "", fields={**fields, **counts})


def _host(url: str) -> str:
    try:
        return (urlsplit(url.strip()).hostname or "no host")[:253]
    except ValueError:
        return "no host"


def _of_other_host(exchange: Exchange, path: str, fields: Mapping[str, Value]) -> Iterator[Record | Issue]:
    """Read an answer of the service from another host or an unknown address."""
    body, issues = decoded(exchange.content, value_of(exchange.headers, "Content-Encoding"))
    if not exchange.url:
        yield from (Issue(what, exchange.locator, exchange.content[:64]) for what in issues)
    if not body.readable or not names_in(body.content):
        return
    outer = join(exchange.locator, *body.steps)
    known = dict(fields)
    if exchange.url:
        known |= {"request_url": exchange.url[:2000], "other_host": True}
    whole = Body(None, path, JsonPlaces(outer), timestamps=exchange.timestamps, fields=known)
    found = list(body_records(body.content, whole, outer, value_of(exchange.headers, "Content-Type")))
    if not exchange.url or any(isinstance(item, Record) for item in found):
        yield from found
