"""Hand-overs: a statement that giver and receiver each sign with their own key, recorded in a ledger.

The giver's signature is in the ledger line that records the hand-over. The receiver's is in the same line, in a later
one that names it, or in a receipt next to the case. Both cover the same bytes, which ``openssl`` can verify.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from chain_of_custody.entry import LedgerEntry
from chain_of_custody.envelope import canonical, pae, sign, verify
from chain_of_custody.keys import KeyFileError, PublicKey
from chain_of_custody.signer import Signer

#: The media type under which a statement is signed.
TRANSFER_TYPE = "application/vnd.echoforensics.transfer+json"
#: The actions of ledger lines: a hand-over, and a receiver's signature added later.
HANDED_OVER, RECEIVED = "handed over", "hand-over received"
#: A receipt has a few kilobytes; a larger file is something else.
MAX_RECEIPT = 1 << 20
_TEXTS = ("from", "to", "purpose", "time")
_KEYS = ("giver_key", "receiver_key")


class TransferError(ValueError):
    """An unusable hand-over or receipt. The message says in one line what is wrong with it."""


@dataclass(frozen=True, slots=True)
class Transfer:
    """One hand-over in a ledger.

    Attributes:
        seq: the number of its entry.
        line_hash: the hash of its line.
        statement: who gave what to whom, for what purpose and when.
        giver: the fingerprint of the giver's key; None if nobody signed.
        receiver: the fingerprint of the receiver's key; None if the receiver has not signed.
        received: when the receiver's signature was added to the ledger; empty if it was not.
    """

    seq: int
    line_hash: str
    statement: Mapping[str, Any]
    giver: str | None
    receiver: str | None = None
    received: str = ""


def signed_bytes(statement: Mapping[str, Any]) -> bytes:
    """Return the bytes that giver and receiver sign; ``openssl dgst -sha256 -sign KEY`` signs them."""
    return pae(TRANSFER_TYPE, canonical(dict(statement)))


def sign_statement(statement: Mapping[str, Any], key: Signer) -> dict[str, str]:
    """Sign a statement. Returns the signature with its public key, as a ledger or receipt stores it."""
    return signature_of(key.public, sign(TRANSFER_TYPE, canonical(dict(statement)), key))


def signature_of(public: PublicKey, signature: bytes) -> dict[str, str]:
    """Return a signature as a ledger or receipt stores it."""
    return {
        "keyid": public.fingerprint,
        "public_key": public.pem,
        "sig": base64.b64encode(signature).decode("ascii"),
    }


def check_signature(statement: Mapping[str, Any], signature: object) -> str:
    """Check a signature over a statement.

    Returns:
        The fingerprint of its key.

    Raises:
        TransferError: it is malformed or does not match.
    """
    if not isinstance(signature, Mapping) or not all(isinstance(value, str) for value in signature.values()):
        raise TransferError("the signature of a hand-over is not of its form")
    try:
        public = PublicKey.from_pem(signature.get("public_key", ""))
        made = base64.b64decode(signature.get("sig", ""), validate=True)
    except (KeyFileError, binascii.Error) as error:
        raise TransferError(f"the signature of a hand-over is not of its form: {error}") from None
    if signature.get("keyid") != public.fingerprint:
        raise TransferError("the signature of a hand-over names another key than it brings")
    if not verify(TRANSFER_TYPE, canonical(dict(statement)), made, public):
        raise TransferError(f"the signature with the key {public.fingerprint} does not match the statement")
    return public.fingerprint


def transfers(entries: Iterable[LedgerEntry]) -> tuple[list[Transfer], list[str]]:
    """Return the hand-overs of a ledger whose lines were checked, and check all their signatures.

    Returns:
        The hand-overs in order, and their problems, one sentence each.
    """
    found: dict[str, Transfer] = {}
    problems = []
    for entry in entries:
        try:
            if entry.action == HANDED_OVER:
                found[entry.line_hash] = _handed_over(entry)
            elif entry.action == RECEIVED:
                taken = _received(entry, found)
                found[taken.line_hash] = taken
        except (TransferError, TypeError, ValueError) as error:
            problems.append(f"line {entry.seq + 1}: {error}")
    return list(found.values()), problems


def refuse_other_receiver(statement: Mapping[str, Any], keyid: str) -> None:
    """Raise TransferError if the statement names another receiver's key."""
    wanted = statement.get("receiver_key")
    if wanted is not None and wanted != keyid:
        raise TransferError(f"the hand-over is to the key {wanted}, and the signature is with {keyid}")


def read_receipt(content: bytes) -> dict[str, Any]:
    """Read a receipt and check its signature.

    Returns:
        ``transfer``, the hash of the ledger line; ``statement``; and ``receiver``, the signature.

    Raises:
        TransferError: it is not a receipt, or the signature does not match.
    """
    try:
        found = json.loads(content) if len(content) <= MAX_RECEIPT else None
    except (ValueError, RecursionError):
        found = None
    parts = {"transfer": str, "statement": dict, "receiver": dict}
    if not isinstance(found, dict) or not all(isinstance(found.get(name), kind) for name, kind in parts.items()):
        raise TransferError("not a receipt of a hand-over")
    try:
        keyid = check_signature(found["statement"], found["receiver"])
    except (TypeError, ValueError) as error:
        raise TransferError(f"not a valid receipt: {error}") from None
    refuse_other_receiver(found["statement"], keyid)
    return {name: found[name] for name in parts}


def statement_sha256(statement: Mapping[str, Any]) -> str:
    """Return the hexadecimal SHA-256 of a statement's canonical form, for comparing two copies."""
    return hashlib.sha256(canonical(dict(statement))).hexdigest()


def _handed_over(entry: LedgerEntry) -> Transfer:
    statement, giver, receiver = (entry.detail.get(name) for name in ("statement", "giver", "receiver"))
    if not isinstance(statement, dict) or not all(isinstance(statement.get(name), str) for name in _TEXTS):
        raise TransferError("the statement of a hand-over is not of its form")
    if not all(statement.get(name) is None or isinstance(statement[name], str) for name in _KEYS):
        raise TransferError("the statement of a hand-over is not of its form")
    if statement.get("ledger") != {"head": entry.prev, "length": entry.seq}:
        raise TransferError("the statement of a hand-over refers to another state of the ledger than the one before it")
    if statement.get("giver_key") != entry.keyid:
        raise TransferError("the hand-over names another giver's key than the ledger's")
    by_giver = None if entry.keyid is None and giver is None else check_signature(statement, giver)
    if by_giver != entry.keyid:
        raise TransferError("the hand-over is not signed with the ledger's key")
    by_receiver = None if receiver is None else check_signature(statement, receiver)
    if by_receiver is not None:
        refuse_other_receiver(statement, by_receiver)
    received = entry.time if by_receiver else ""
    return Transfer(entry.seq, entry.line_hash, statement, by_giver, by_receiver, received)


def _received(entry: LedgerEntry, found: Mapping[str, Transfer]) -> Transfer:
    given = found.get(str(entry.detail.get("transfer")))
    if given is None:
        raise TransferError("a receipt names a hand-over that is not in the ledger, or is not valid")
    if given.receiver is not None:
        raise TransferError("a receipt is for a hand-over that the receiver had already signed")
    keyid = check_signature(given.statement, entry.detail.get("receiver"))
    refuse_other_receiver(given.statement, keyid)
    return Transfer(given.seq, given.line_hash, given.statement, given.giver, keyid, entry.time)
