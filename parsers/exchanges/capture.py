"""What the readers of captured traffic share: an exchange with the Alexa service, and the capture's own record."""

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
from parsers.exchanges.cached_answer import Cached, CachedBody
from parsers.formats.http.headers import value_of
from parsers.locator import join
from parsers.record import Clock, Issue, Record, Timestamp, Value
from parsers.values import shown

DATA_TYPE = "alexa:web:capture"
#: The data types that a capture may give, beside those of answers.
DATA_TYPES = (DATA_TYPE, *cached_answer.DATA_TYPES)
HOLDER = "The capture"
#: A message names at most so many hosts, the fields at most so many.
_MAX_HOSTS = 20
_MAX_LISTED = 1000


@dataclass(frozen=True, slots=True)
class Exchange:
    """A request and its answer.

    Attributes:
        url: the address, as captured.
        method: ``GET``, ``POST``, ...
        status_line: the answer's first line; empty where none came.
        headers: the answer's headers; ``Content-Encoding`` only where the body is still encoded.
        content: the body as captured.
        locator: where the body is, or the exchange where there is none.
        asked: text that was sent with the request.
        timestamps: when it was sent, when the answer came.
    """

    url: str
    method: str
    status_line: str
    headers: tuple[tuple[str, str], ...]
    content: bytes
    locator: str
    asked: str = ""
    timestamps: tuple[Timestamp, ...] = ()


@dataclass(slots=True)
class Capture:
    """The reading of one capture: give it exchanges, then :meth:`end`."""

    kind: str
    path: str
    exchanges: int = 0
    of_service: int = 0
    hosts: dict[str, int] = field(default_factory=dict)

    def exchange(self, exchange: Exchange) -> Iterator[Record | Issue]:
        """The records of an exchange. One with another host is passed over, unless the service's answers are in it."""
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
        yield from cached_answer.records(
            Cached(
                url=url,
                path=self.path,
                clock=Clock.UNKNOWN,
                kind=self.kind,
                status_line=exchange.status_line,
                headers=exchange.headers,
                body=CachedBody(exchange.content, exchange.locator),
                asked=exchange.timestamps,
                fields=fields,
                holder=HOLDER,
            )
        )

    def end(self, fields: dict[str, Value]) -> Record:
        """The record of the capture itself; ``fields`` is what it states about itself."""
        message = (
            f"The capture ({self.kind}) holds {self.exchanges} exchanges, {self.of_service} with the Alexa service"
        )
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


def _of_other_host(exchange: Exchange, path: str, fields: Mapping[str, Value]) -> Iterator[Record]:
    """What the answer of a host that is none of the service's holds of it: a host is known by what it answers."""
    body, _ = decoded(exchange.content, value_of(exchange.headers, "Content-Encoding"))
    if not body.readable or not names_in(body.content):
        return
    outer = join(exchange.locator, *body.steps)
    known: dict[str, Value] = {**fields, "request_url": exchange.url[:2000], "other_host": True}
    whole = Body(None, path, JsonPlaces(outer), timestamps=exchange.timestamps, fields=known)
    for found in body_records(body.content, whole, outer, value_of(exchange.headers, "Content-Type")):
        if isinstance(found, Record):
            yield found
