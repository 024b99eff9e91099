"""The URI of a key on a card or hardware module: ``pkcs11:token=...;object=...``.

Reference:
    RFC 7512
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from urllib.parse import quote, unquote_to_bytes

from chain_of_custody.keys import KeyFileError

SCHEME = "pkcs11:"
#: The text attributes that a URI may give for a token and its key.
_TEXTS = {"token", "manufacturer", "serial", "model", "object", "type"}
_QUERY = {"module-path"}
#: Attributes that would reveal a secret to other programs, or lead to one.
_SECRET = {"pin-value", "pin-source"}
_ESCAPED = re.compile(rb"(?:[A-Za-z0-9\-._~:\[\]@!$'()*+,=&/?|]|%[0-9A-Fa-f]{2})*")
#: RFC 7512 allows these unescaped in a path, besides letters, digits and ``-._~``.
_PLAIN = ":[]@!$'()*+,=&"


@dataclass(frozen=True, slots=True)
class Pkcs11Uri:
    """The URI of a key.

    Attributes:
        token, manufacturer, serial, model: how the token identifies itself; empty if not given.
        label: the key's label (``object``); empty if not given.
        id: the key's id; None if not given.
        module_path: the token's library; empty if not given.
    """

    token: str = ""
    manufacturer: str = ""
    serial: str = ""
    model: str = ""
    label: str = ""
    id: bytes | None = None
    module_path: str = field(default="", compare=False)

    @classmethod
    def parse(cls, text: str) -> Pkcs11Uri:
        """Parse a URI.

        Raises:
            KeyFileError: it is not a PKCS#11 URI, holds a PIN, does not identify a key, or has an attribute that this
                program does not know. The message never repeats a PIN.
        """
        path, _, query = text.removeprefix(SCHEME).partition("?")
        if not text.startswith(SCHEME):
            raise KeyFileError(f"a PKCS#11 address begins with {SCHEME}")
        known = _attributes(path, ";", {*_TEXTS, "id"})
        asked = _attributes(query, "&", _QUERY)
        texts = {name: _text(name, value) for name, value in {**known, **asked}.items() if name != "id"}
        if texts.pop("type", "private") != "private":
            raise KeyFileError("a PKCS#11 address must be of a private key: type=private, or no type")
        found = cls(
            label=texts.pop("object", ""), id=known.get("id"), module_path=texts.pop("module-path", ""), **texts
        )
        if not found.label and found.id is None:
            raise KeyFileError("a PKCS#11 address must name the key by object=LABEL or id=%01, or both")
        return found

    def __str__(self) -> str:
        """The URI without its query: the part to put on record."""
        parts = {
            "token": self.token, "manufacturer": self.manufacturer, "serial": self.serial, "model": self.model,
            "object": self.label,
        }  # fmt: skip
        named = [f"{name}={quote(value, safe=_PLAIN)}" for name, value in parts.items() if value]
        if self.id is not None:
            named.append("id=" + "".join(f"%{byte:02X}" for byte in self.id))
        return SCHEME + ";".join(named)


def _attributes(text: str, separator: str, allowed: set[str]) -> dict[str, bytes]:
    found: dict[str, bytes] = {}
    for part in filter(None, text.split(separator)):
        name, equals, value = part.partition("=")
        if name in _SECRET:
            raise KeyFileError(
                f"a PKCS#11 address must not hold {name}: other programs see it. Give the PIN when asked, or with"
                " --passphrase-fd"
            )
        if name not in allowed or not equals:
            raise KeyFileError(f"a PKCS#11 address cannot say {name[:40]!r} here; known: {', '.join(sorted(allowed))}")
        if name in found:
            raise KeyFileError(f"a PKCS#11 address says {name} twice")
        if not value.isascii() or not _ESCAPED.fullmatch(value.encode()):
            raise KeyFileError(f"a PKCS#11 address needs %XX for what is not a letter or digit, in {name}")
        found[name] = unquote_to_bytes(value)
    return found


def _text(name: str, value: bytes) -> str:
    try:
        return value.decode("utf-8")
    except UnicodeDecodeError:
        raise KeyFileError(f"in a PKCS#11 address, {name} is not UTF-8") from None
