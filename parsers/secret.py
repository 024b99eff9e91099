"""Mask secrets: their existence is evidence, but their values do not belong in a report."""

from __future__ import annotations

import hashlib
import re

from parsers.formats.lazy_pattern import lazy
from parsers.record import Value

#: Shorter secrets get no digest: they could be found from it by trial.
MIN_DIGEST = 32

_WORDS = lazy(
    r"token|secret|passw|psk|passphrase|presharedkey|private|credential|cookie|certificate|adp|signature|bearer"
    r"|(?<![a-z])(pin|pwd|auth|cert|session)(?![a-z])|key(?!board|word|idx|_?version|_?type|_?mgmt)",
    re.IGNORECASE,
)
_CAMEL = lazy(r"(?<=[a-z0-9])(?=[A-Z])")
_PREFIX = lazy(r"-----BEGIN |At[a-z]{2}\||\{enc:|\{(?:key|iv|name|serial):|eyJ[\w-]{8}")
# Amazon's ids of accounts, persons and devices are long, but are names and unlock nothing.
_OPAQUE = lazy(r"(?!amzn1\.)[A-Za-z0-9+/=_|.-]{40,}")
_MAX_DEPTH = 12
#: Secrets within running text: Amazon's tokens, web tokens, and values after a name that marks a secret.
_WITHIN = lazy(
    r"(?P<token>At[a-z]{2}\\?\|[\w+/=.|\\-]{8,}|(?<![\w.-])eyJ[\w-]{8,4096}(?:\.[\w-]{1,4096}){1,2})"
    r"|(?P<cookie>\b(?:set-)?cookie[\"']{0,2}\s{0,4}\\?[:=]\s{0,4})(?P<cookies>[^\r\n]{4,})"
    r"|(?P<name>\b(?:bearer|basic)\s{1,4}"
    r"|\b(?:(?:access|refresh|id|adp|session|auth|csrf|oauth)[_-]?token|passw(?:or)?d|passphrase|psk|pre_?shared_?key"
    r"|client_?secret|private_?key|authorization)[\"']{0,2}\s{0,4}\\?[:=]\\?\s{0,4}[\"']?"
    r"(?:(?:bearer|basic)\s{1,4})?)(?P<value>[^\s\"',;{}\[\]]{4,})",
    re.IGNORECASE,
)


def hidden(value: str) -> str:
    """Describe a secret: its length and, if it is too long to be guessed, its SHA-256."""
    content = value.encode("utf-8", "surrogateescape")
    text = f"present, {len(value)} character{'' if len(value) == 1 else 's'}"
    if len(value) < MIN_DIGEST:
        return text
    return f"{text}, SHA-256 {hashlib.sha256(content).hexdigest()}"


def is_secret_name(name: str) -> bool:
    """Whether a name looks like the name of a token, key, password or certificate."""
    return _WORDS.search(_CAMEL.sub("_", name)) is not None


def is_secret_value(value: str) -> bool:
    """Whether a text looks like a token or key: a known prefix, or 40 or more characters without a space."""
    return _PREFIX.match(value) is not None or _OPAQUE.fullmatch(value) is not None


def masked(text: str) -> str:
    """Replace each recognisable token, password and key in running text with its description.

    Args:
        text: such as a line of a log.
    """
    return _WITHIN.sub(_masked, text)


def masked_values(value: object, name: str = "", depth: int = 0) -> Value:
    """Mask the secrets in a log value and everything within it, as :func:`masked` does in running text.

    Values that are only called a token, such as the name of a song or an alarm, are kept.

    Args:
        value: as decoded from JSON.
        name: the value's name.
        depth: the value's depth; nothing deeper than 12 levels is kept.
    """
    if depth > _MAX_DEPTH:
        return "nested too deeply; not kept"
    if isinstance(value, dict):
        return {str(key): masked_values(item, str(key), depth + 1) for key, item in value.items()}
    if isinstance(value, list):
        return [masked_values(item, name, depth + 1) for item in value]
    if isinstance(value, str):
        return masked(f"{name}={value}").removeprefix(f"{name}=")
    return value if value is None or isinstance(value, (bool, int, float)) else str(value)


def _masked(found: re.Match[str]) -> str:
    secret = found["token"] or found["cookies"] or found["value"]
    return f"{found['cookie'] or found['name'] or ''}<{hidden(secret)}>"


def without_secrets(value: object, name: str = "", *, by_value: bool = True, depth: int = 0) -> Value:
    """Replace each secret in a JSON value with its description.

    Args:
        value: as decoded from JSON.
        name: the key it is under. Everything below a secret's key is a secret, except true, false and null.
        by_value: whether texts that look like secrets are replaced whatever their name.
        depth: the value's depth; nothing deeper than 12 levels is kept.
    """
    if depth > _MAX_DEPTH:
        return "nested too deeply; not kept"
    if isinstance(value, dict):
        inherited = name if is_secret_name(name) else ""
        return {
            str(key): without_secrets(
                item, f"{inherited} {key}" if inherited else str(key), by_value=by_value, depth=depth + 1
            )
            for key, item in value.items()
        }
    if isinstance(value, list):
        return [without_secrets(item, name, by_value=by_value, depth=depth + 1) for item in value]
    return _plain(value, name, by_value=by_value)


def _plain(value: object, name: str, *, by_value: bool) -> Value:
    if value is None or isinstance(value, bool) or not isinstance(value, (str, int, float)):
        return value if isinstance(value, bool) else None
    text = str(value)
    if text and (is_secret_name(name) or (by_value and is_secret_value(text))):
        return hidden(text)
    return value
