"""Headers of an answer as a record keeps them: bounded, and without the secrets that open an account."""

from __future__ import annotations

from parsers.record import Value
from parsers.secret import hidden, is_secret_name

#: Headers of an answer that are kept, and characters of each, at most.
MAX_HEADERS = 60
MAX_VALUE = 500


def value_of(headers: tuple[tuple[str, str], ...], name: str) -> str:
    """The values of a header, joined by commas; empty if there is none."""
    return ", ".join(value for known, value in headers if known.lower() == name.lower())


def kept(headers: tuple[tuple[str, str], ...]) -> dict[str, Value]:
    """The headers by name in small letters, values of one name as a list; of cookies and tokens that they are there."""
    found: dict[str, list[Value]] = {}
    for name, value in headers[:MAX_HEADERS]:
        shown = hidden(value) if is_secret_name(name) and value else value[:MAX_VALUE]
        found.setdefault(name.lower()[:100], []).append(shown)
    fields: dict[str, Value] = {name: values[0] if len(values) == 1 else values for name, values in found.items()}
    if len(headers) > MAX_HEADERS:
        fields["left_out"] = len(headers) - MAX_HEADERS
    return fields
