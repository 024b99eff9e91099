"""What the readers of captured traffic share: an exchange with the Alexa service, and the capture's own record."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from parsers.alexa_api.items.address import ApiUrl
from parsers.exchanges import cached_answer
from parsers.exchanges.cached_answer import Cached, CachedBody
from parsers.record import Clock, Issue, Record, Timestamp, Value
from parsers.values import shown

DATA_TYPE = "alexa:web:capture"
#: The data types that a capture may give, beside those of answers.
DATA_TYPES = (DATA_TYPE, *cached_answer.DATA_TYPES)
HOLDER = "The capture"
#: Characters of a request's body that are kept, at most; tokens are in headers, which are not kept.
_MAX_BODY = 2000


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

    def exchange(self, exchange: Exchange) -> Iterator[Record | Issue]:
        """The records of an exchange; none where it is with another service."""
        self.exchanges += 1
        url = ApiUrl.parse(exchange.url)
        if url is None:
            return
        self.of_service += 1
        fields: dict[str, Value] = {"request_method": exchange.method[:20]}
        if exchange.asked:
            fields["request_body"] = exchange.asked[:_MAX_BODY]
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
        return Record(
            DATA_TYPE,
            message + ".",
            "",
            fields={**fields, "exchanges": self.exchanges, "with_the_alexa_service": self.of_service},
        )
