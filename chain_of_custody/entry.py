"""Defines the form of a ledger line, and parses lines without trusting them.

A line is canonical JSON, so there is exactly one way to write it::

    {"entry":{"action":...,"actor":...,"detail":{...},"prev":...,"seq":...,"time":...},"keyid":...,"sig":...}
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import BinaryIO

from chain_of_custody.envelope import canonical, sign
from chain_of_custody.signer import Signer

#: The media type under which an entry is signed.
PAYLOAD_TYPE = "application/vnd.echoforensics.custody+json"

#: The previous hash in the first entry.
NO_LINE = "0" * 64

#: The longest line to read or write, in bytes, without its newline.
MAX_LINE = 16 << 20

_BEGINNING = b'{"entry":{"action":"'
_ENTRY_KEYS = {"action", "actor", "detail", "prev", "seq", "time"}
_LINE_KEYS = {"entry", "keyid", "sig"}
_HASH = re.compile(r"[0-9a-f]{64}")
_TIME = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{6}Z")


class LedgerError(ValueError):
    """An invalid ledger. The message says where and how."""


@dataclass(frozen=True, slots=True)
class LedgerEntry:
    """An action recorded in a ledger.

    Attributes:
        seq: 0 for the first entry, then counting up by one.
        time: the time by the writing machine's clock: UTC, ISO 8601 with microseconds and a ``Z``.
        action: what was done.
        actor: who did it.
        detail: everything else worth recording.
        prev: hexadecimal SHA-256 of the previous line, without its newline.
        keyid: the fingerprint of the signing key; None if unsigned.
        signature: the signature over :attr:`payload`, in DER; None if unsigned.
        line_hash: hexadecimal SHA-256 of this entry's line, without its newline.
    """

    seq: int
    time: str
    action: str
    actor: str
    detail: Mapping[str, object]
    prev: str
    keyid: str | None
    signature: bytes | None
    line_hash: str

    @property
    def payload(self) -> bytes:
        """The signed bytes."""
        return canonical(
            {
                "action": self.action,
                "actor": self.actor,
                "detail": dict(self.detail),
                "prev": self.prev,
                "seq": self.seq,
                "time": self.time,
            }
        )


def time_text(when: datetime) -> str:
    """Format a time for an entry. Raises ValueError if the time has no zone."""
    if when.tzinfo is None:
        raise ValueError("a ledger's clock must give the zone of its times")
    return when.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


def build_line(entry: Mapping[str, object], key: Signer | None) -> bytes:
    """Write an entry as a line without its newline, signed if a key is given.

    Raises:
        TypeError, ValueError: the entry has no canonical form (see :func:`canonical`), or is too long.
    """
    keyid = sig = None
    if key is not None:
        keyid = key.public.fingerprint
        sig = base64.b64encode(sign(PAYLOAD_TYPE, canonical(entry), key)).decode("ascii")
    line = canonical({"entry": entry, "keyid": keyid, "sig": sig})
    if len(line) > MAX_LINE:
        raise ValueError(f"an entry of {len(line)} bytes is longer than the {MAX_LINE} a ledger takes")
    return line


def parse_line(line: bytes) -> LedgerEntry:
    """Parse a line without its newline. Checks neither its signature nor its position in the chain.

    Raises:
        LedgerError: the line is not exactly what :func:`build_line` would write for its content.
    """
    value = _parse_canonical(line)
    if not isinstance(value, dict) or value.keys() != _LINE_KEYS:
        raise LedgerError("not an object of entry, keyid and sig")
    entry, keyid, sig = value["entry"], value["keyid"], value["sig"]
    if not isinstance(entry, dict) or entry.keys() != _ENTRY_KEYS:
        raise LedgerError("the entry does not have exactly the parts of an entry")
    if (keyid is None) != (sig is None):
        raise LedgerError("the key or the signature is missing")
    if keyid is not None and not _is_hash(keyid):
        raise LedgerError("the keyid is not a fingerprint")
    _check_entry(entry)
    return LedgerEntry(
        **entry,
        keyid=keyid,
        signature=None if sig is None else _decode_signature(sig),
        line_hash=hashlib.sha256(line).hexdigest(),
    )


def read_lines(stream: BinaryIO) -> Iterator[bytes]:
    """Yield the lines of a ledger with their newlines, one at a time.

    Bytes without a newline come last: a torn end, or the start of a line longer than MAX_LINE.
    """
    while raw := stream.readline(MAX_LINE + 1):
        yield raw
        if not raw.endswith(b"\n"):
            return


def is_torn(tail: bytes) -> bool:
    """Whether bytes after the last newline can be a line whose writing was interrupted."""
    if tail[: len(_BEGINNING)] != _BEGINNING[: len(tail)]:
        return False
    # The break may lie inside a character.
    text = tail.decode("utf-8", errors="surrogateescape")
    try:
        _, end = json.JSONDecoder().raw_decode(text)
    except (ValueError, RecursionError):
        return True
    return end == len(text)


def _parse_canonical(line: bytes) -> object:
    try:
        value: object = json.loads(line.decode("utf-8"))
    except UnicodeDecodeError:
        raise LedgerError("not UTF-8 text") from None
    except ValueError:
        raise LedgerError("not JSON") from None
    except RecursionError:
        raise LedgerError("nested too deeply") from None
    try:
        same = canonical(value) == line
    except (TypeError, ValueError) as error:
        raise LedgerError(f"not canonical JSON: {error}") from None
    if not same:
        raise LedgerError("not canonical JSON: the same could be written in another way")
    return value


def _check_entry(entry: dict[str, object]) -> None:
    for name in ("action", "actor"):
        if not isinstance(entry[name], str) or not entry[name]:
            raise LedgerError(f"the {name} is not text")
    if not isinstance(entry["detail"], dict):
        raise LedgerError("the detail is not an object")
    if not _is_hash(entry["prev"]):
        raise LedgerError("the hash of the line before is not a SHA-256")
    # In Python, True is an int and equals 1.
    if type(entry["seq"]) is not int or entry["seq"] < 0:
        raise LedgerError("the sequence number is not a number from 0")
    if not _is_time(entry["time"]):
        raise LedgerError("the time is not a UTC time with microseconds")


def _is_hash(value: object) -> bool:
    return isinstance(value, str) and _HASH.fullmatch(value) is not None


def _is_time(value: object) -> bool:
    if not isinstance(value, str) or not _TIME.fullmatch(value):
        return False
    try:
        return time_text(datetime.fromisoformat(value)) == value
    except ValueError:
        return False


def _decode_signature(sig: object) -> bytes:
    if not isinstance(sig, str) or not sig.isascii():
        raise LedgerError("the signature is not well-formed base64 text")
    try:
        signature = base64.b64decode(sig, validate=True)
    except binascii.Error:
        signature = b""
    # The last base64 character has unused bits, so other texts may decode to the same bytes.
    if base64.b64encode(signature).decode("ascii") != sig:
        raise LedgerError("the signature is not well-formed base64 text")
    return signature
