"""What exactly is signed: canonical JSON, and the bytes of DSSE that bind it to its type.

References:
    DSSE protocol 1.0.0, https://github.com/secure-systems-lab/dsse/blob/master/protocol.md
    RFC 8785, JSON Canonicalization Scheme (see :func:`canonical` for where the two differ)
"""

from __future__ import annotations

import json

from chain_of_custody.keys import PublicKey
from chain_of_custody.signer import Signer


def pae(payload_type: str, payload: bytes) -> bytes:
    """The pre-authentication encoding of DSSE version 1, over which a signature is made.

    Args:
        payload_type: the media type of the payload.
        payload: the bytes themselves.

    Returns:
        ``DSSEv1 LEN(type) type LEN(payload) payload``, the lengths in bytes and in decimal.
    """
    kind = payload_type.encode("utf-8")
    return b"DSSEv1 %d %b %d %b" % (len(kind), kind, len(payload), payload)


def sign(payload_type: str, payload: bytes, key: Signer) -> bytes:
    """The signature of ``key`` over a payload and its type (DER)."""
    return key.sign(pae(payload_type, payload))


def verify(payload_type: str, payload: bytes, signature: bytes, public: PublicKey) -> bool:
    """Whether ``signature`` was made over this payload, as this type, with the key of ``public``."""
    return public.verify(pae(payload_type, payload), signature)


def canonical(value: object) -> bytes:
    """The one text a value has as JSON: keys sorted, no spaces, UTF-8, integers for numbers.

    Keys are sorted by code point. RFC 8785 sorts by UTF-16 unit and knows only the integers a double can
    hold; for keys below U+E000 and integers within 2**53 the bytes are the same.

    Args:
        value: made of dict (with keys of str), list, tuple, str, int, bool and None. A tuple becomes a list.

    Raises:
        TypeError: a float, a key that is not text, or anything else JSON has no exact text for.
        ValueError: text with half a surrogate pair, a value that holds itself, one nested too deeply, or
            an integer of more than 4300 digits.
    """
    try:
        text = json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    except RecursionError:
        raise ValueError("the value is nested too deeply") from None
    # Only now: json.dumps has made sure that the value does not hold itself.
    _check_types(value)
    try:
        return text.encode("utf-8")
    except UnicodeEncodeError:
        raise ValueError("text with half a surrogate pair cannot be written as UTF-8") from None


def _check_types(value: object) -> None:
    """Refuse what json.dumps would write, but not read back as it was."""
    waiting = [value]
    while waiting:
        item = waiting.pop()
        if isinstance(item, dict):
            for key in item:
                if not isinstance(key, str):
                    # json.dumps writes 1 and "1" alike: two keys would become one.
                    raise TypeError(f"a key must be text, not {type(key).__name__}")
            waiting.extend(item.values())
        elif isinstance(item, list | tuple):
            waiting.extend(item)
        elif isinstance(item, float):
            raise TypeError("a float has no canonical text; give an integer or text")
