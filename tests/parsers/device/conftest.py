"""Reading a log from text."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from parsers.device.echo_messages import EchoMessages
from parsers.parser import Source
from parsers.record import Issue, Record


@pytest.fixture
def read() -> Callable[..., tuple[list[Record], list[Issue]]]:
    """Parses text or bytes as a log; gives records and issues."""

    def parse(content: str | bytes) -> tuple[list[Record], list[Issue]]:
        data = content.encode() if isinstance(content, str) else content
        found = list(_parse(data))
        return [x for x in found if isinstance(x, Record)], [x for x in found if isinstance(x, Issue)]

    return parse


def _parse(content: bytes) -> Iterator[Record | Issue]:
    return EchoMessages().parse(Source.of(content, "var/log/messages"))
