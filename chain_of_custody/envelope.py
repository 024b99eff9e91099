"""Defines exactly what is signed: canonical JSON, and the DSSE encoding that binds it to its type.

References:
    DSSE protocol 1.0.0, https://github.com/secure-systems-lab/dsse/blob/master/protocol.md
    RFC 8785, JSON Canonicalization Scheme (see :func:`canonical` for where the two differ)
"""

from __future__ import annotations

import json

from chain_of_custody.keys import PublicKey
from chain_of_custody.signer import Signer


def pae(payload_type: str, payload: bytes) -> bytes:
    """Return the pre-authentication encoding of DSSE version 1, which is what gets signed.

    Args:
        payload_type: the media type of the payload.
        payload: the payload bytes.

    Returns:
        ``DSSEv1 LEN(type) type LEN(payload) payload``, with decimal lengths in bytes.
    """
    kind = payload_type.encode("utf-8")
    return b"DSSEv1 %d %b %d %b" % (len(kind), kind, len(payload), payload)


def sign(payload_type: str, payload: bytes, key: Signer) -> bytes:
    """Sign a payload and its type with ``key``. Returns the signature in DER."""
    return key.sign(pae(payload_type, payload))


def verify(payload_type: str, payload: bytes, signature: bytes, public: PublicKey) -> bool:
    """Whether ``signature`` is valid for this payload and type under the key ``public``."""
    return public.verify(pae(payload_type, payload), signature)


def canonical(value: object) -> bytes:
    """Return the canonical JSON of a value: sorted keys, no spaces, UTF-8, integers only.

    Keys are sorted by code point. RFC 8785 sorts by UTF-16 unit and allows only integers that a double can hold; for
    keys below U+E000 and integers within 2**53 the bytes are equal.

    Args:
        value: consists of dict (with keys of str), list, tuple, str, int, bool and None. A tuple becomes a list.

    Raises:
        TypeError: a float, a key that is not text, or another type that JSON cannot represent exactly.
        ValueError: text with an unpaired surrogate, a value that contains itself, one nested too deeply, or an integer
            of more than 4300 digits.
    """
    try:
        text = json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    except RecursionError:
        raise ValueError("the value is nested too deeply") from None
    # Checked only now: json.dumps has ensured that the value does not contain itself.
    _check_types(value)
    try:
        return text.encode("utf-8")
    except UnicodeEncodeError:
        raise ValueError("text with half a surrogate pair cannot be written as UTF-8") from None


def _check_types(value: object) -> None:
    """Reject values that json.dumps would write but that would not read back unchanged."""
    waiting = [value]
    while waiting:
        item = waiting.pop()
        if isinstance(item, dict):
            for key in item:
                if not isinstance(key, str):
                    # json.dumps writes 1 and "1" identically: two keys would become one.
                    raise TypeError(f"a key must be text, not {type(key).__name__}")
            waiting.extend(item.values())
        elif isinstance(item, list | tuple):
            waiting.extend(item)
        elif isinstance(item, float):
            raise TypeError("a float has no canonical text; give an integer or text")
