"""Headers of an answer as kept in a record: limited in size, and without secrets that give access to an account."""

from __future__ import annotations

from parsers.record import Value
from parsers.secret import hidden, is_secret_name

#: Limits on the headers kept of an answer, and on the characters of each.
MAX_HEADERS = 60
MAX_VALUE = 500


def value_of(headers: tuple[tuple[str, str], ...], name: str) -> str:
    """The values of a header, joined by commas; empty if the header is missing."""
    return ", ".join(value for known, value in headers if known.lower() == name.lower())


def kept(headers: tuple[tuple[str, str], ...]) -> dict[str, Value]:
    """Headers by lower-case name, with a list for repeated names. For cookies and tokens, only their presence."""
    found: dict[str, list[Value]] = {}
    for name, value in headers[:MAX_HEADERS]:
        shown = hidden(value) if is_secret_name(name) and value else value[:MAX_VALUE]
        found.setdefault(name.lower()[:100], []).append(shown)
    fields: dict[str, Value] = {name: values[0] if len(values) == 1 else values for name, values in found.items()}
    if len(headers) > MAX_HEADERS:
        fields["left_out"] = len(headers) - MAX_HEADERS
    return fields
