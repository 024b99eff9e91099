"""Parsing one file as an extraction does: only if it is claimed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from parsers.parser import Source
from parsers.record import Issue, Record
from parsers.tamper.tamper_signs import Tamper


@pytest.fixture
def read() -> Callable[..., list[Record | Issue]]:
    """What a file gives. Nothing where it is not claimed, and then parsing it must give nothing either."""

    def parse(path: str, content: bytes | str = b"", mode: int | None = None) -> list[Record | Issue]:
        data = content.encode() if isinstance(content, str) else content
        source = replace(Source.of(data, path), mode=mode)
        found = list(Tamper().parse(source))
        assert Tamper().claims(source) or not found
        return found

    return parse
