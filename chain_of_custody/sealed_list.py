"""The seal of a folder: a signed list of all its files.

``custody.dsse.json`` in the folder is a DSSE envelope in its canonical form. Its payload is an in-toto Statement: the
subject names every other file in the folder with its SHA-256, and the predicate says what the folder is and which state
of a case it was made from. ``examiner.pem`` next to it holds the public key.

Unsigned manifests show nothing: anyone who changes a file can rewrite them. So files are checked against this list
first.

References:
    DSSE envelope 1.0.0, https://github.com/secure-systems-lab/dsse/blob/master/envelope.md
    in-toto Statement v1, https://github.com/in-toto/attestation/blob/main/spec/v1/statement.md
"""

from __future__ import annotations

import base64
import binascii
import json
import os
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from chain_of_custody import __distribution__, __version__
from chain_of_custody.envelope import canonical, sign, verify
from chain_of_custody.file_list import FileListError, ListedFile, hash_files, listable_names, name_problem, name_twins
from chain_of_custody.keys import PublicKey, is_normal
from chain_of_custody.signer import Signer

#: The signed list, and the public key of its signature.
SEAL_NAME, KEY_NAME = "custody.dsse.json", "examiner.pem"
#: The agency's certificate for that key, if one is attached to it.
CERTIFICATE_NAME = "examiner.crt"
#: BagIt's list of the files outside the payload. It holds the digest of the seal, so the seal cannot cover it.
TAG_MANIFEST = "tagmanifest-sha256.txt"
PAYLOAD_TYPE = "application/vnd.in-toto+json"
STATEMENT_TYPE = "https://in-toto.io/Statement/v1"
PREDICATE_TYPE = "https://echoforensics.example/sealed-folder/v1"
#: What an unsigned list says about itself.
UNSIGNED_NOTICE = "UNSIGNED: anybody could have written this list"

Kind = Literal["bundle", "report", "export"]
KINDS: tuple[Kind, ...] = ("bundle", "report", "export")

#: The largest seal to read: it would list more than a million files.
SEAL_MAX = 256 << 20

_HASH = re.compile(r"[0-9a-f]{64}")
_OWN_KEYS = frozenset({"kind", "file_count", "total_size", "signed", "notice", "subject"})


class SealError(ValueError):
    """A seal that cannot be written or is invalid. The message says why."""


@dataclass(frozen=True, slots=True)
class SealedList:
    """A folder's list of files, as read from its seal.

    Attributes:
        kind: the folder's kind: ``bundle``, ``report`` or ``export``.
        files: maps the name of each file to its SHA-256.
        predicate: everything the seal says apart from the files.
        payload: the signed bytes.
        keyid: the fingerprint of the signing key; None if unsigned.
        signature: in DER; None if unsigned.
    """

    kind: str
    files: Mapping[str, str]
    predicate: Mapping[str, object]
    payload: bytes = field(repr=False)
    keyid: str | None = None
    signature: bytes | None = field(default=None, repr=False)

    @property
    def ledger(self) -> Mapping[str, object]:
        """The state of the ledger that the folder was made from: ``head``, ``length``, ``file``. Empty if not given."""
        found = self.predicate.get("ledger")
        return found if isinstance(found, dict) else {}

    def signature_problem(self, public: PublicKey) -> str | None:
        """Explain why the signature is not valid under this key. None if it is."""
        if self.signature is None or self.keyid is None:
            return "the list is not signed"
        if self.keyid != public.fingerprint:
            return f"the list names the key {self.keyid}, and {KEY_NAME} is {public.fingerprint}"
        if not verify(PAYLOAD_TYPE, self.payload, self.signature, public):
            return "the signature does not match the list: one of the two was changed"
        if not is_normal(self.signature):
            return "the signature is not in the one form that signatures of this program have"
        return None


def statement(files: Iterable[ListedFile], predicate: Mapping[str, object]) -> bytes:
    """Return the canonical in-toto Statement over files.

    Args:
        files: every file; the subject keeps their order.
        predicate: the claims about them, of types that :func:`~chain_of_custody.envelope.canonical` accepts.

    Raises:
        SealError: the predicate has no canonical form.
    """
    subject = [{"digest": {"sha256": file.sha256}, "name": file.name} for file in files]
    content = {
        "_type": STATEMENT_TYPE,
        "predicate": dict(predicate),
        "predicateType": PREDICATE_TYPE,
        "subject": subject,
    }
    try:
        return canonical(content)
    except (TypeError, ValueError) as error:
        raise SealError(f"the seal cannot be written: {error}") from None


def write_seal(
    folder: Path,
    key: Signer | None,
    kind: Kind = "bundle",
    detail: Mapping[str, object] | None = None,
    files: Iterable[ListedFile] | None = None,
) -> SealedList:
    """Seal a folder: write its public key and the signed list of all its files.

    The list covers everything in the folder except the seal itself and BagIt's ``tagmanifest-sha256.txt``, which holds
    the digest of the seal and is written afterwards. Nothing else may be added or changed after sealing.

    Args:
        folder: the folder, complete.
        key: signs the list; with None, the list is unsigned and says so.
        kind: the folder's kind.
        detail: further claims of the seal: ``ledger`` with ``head``, ``length`` and ``file`` (its name in the folder,
            or None if it is not there), what it is a part of, and so on. ``tool`` defaults to this program.
        files: files that were hashed when they were written. All others are hashed here.

    Returns:
        The list as written.

    Raises:
        FileListError: the folder cannot be listed; see :func:`~chain_of_custody.file_list.list_files`.
        SealError: a seal already exists, ``detail`` cannot be written, or a file in ``files`` is missing or has another
            size.
        OSError: something cannot be read or written.
    """
    if os.path.lexists(folder / SEAL_NAME):
        raise SealError(f"{folder / SEAL_NAME}: already exists; a folder is sealed once")
    refused = sorted(_OWN_KEYS & set(detail or ()))
    if refused:
        raise SealError(f"{refused[0]} is reserved for the seal itself")
    _place_key(folder / KEY_NAME, key)
    listed = _listed(folder, {file.name: file for file in files or ()})
    predicate: dict[str, object] = {
        "kind": kind,
        "file_count": len(listed),
        "total_size": sum(file.size for file in listed),
        "signed": key is not None,
        "tool": {"name": __distribution__, "version": __version__},
        **({} if key is not None else {"notice": UNSIGNED_NOTICE}),
        **(detail or {}),
    }
    content = _envelope(statement(listed, predicate), key)
    sealed = read_seal(content)
    write_whole(folder / SEAL_NAME, content)
    return sealed


def read_seal(content: bytes) -> SealedList:
    """Read a seal. Checks neither its signature nor the files.

    Raises:
        SealError: it is not exactly what :func:`write_seal` would write for its content.
    """
    if len(content) > SEAL_MAX:
        raise SealError(f"it is longer than {SEAL_MAX} bytes")
    envelope = _object(content.removesuffix(b"\n"), {"payload", "payloadType", "signatures"}, "the envelope")
    if not content.endswith(b"\n"):
        raise SealError("the envelope does not end in a newline")
    if envelope["payloadType"] != PAYLOAD_TYPE:
        raise SealError(f"its type is {envelope['payloadType']!r}, not {PAYLOAD_TYPE}")
    payload = _decoded(envelope["payload"], "the payload")
    keyid, signature = _signature(envelope["signatures"])
    content_keys = {"_type", "predicate", "predicateType", "subject"}
    stated = _object(payload, content_keys, "the statement")
    if (stated["_type"], stated["predicateType"]) != (STATEMENT_TYPE, PREDICATE_TYPE):
        raise SealError("the statement is of another type than that of a sealed folder")
    predicate = stated["predicate"]
    if not isinstance(predicate, dict) or predicate.get("kind") not in KINDS:
        raise SealError(f"the statement does not say of what kind the folder is: {', '.join(KINDS)}")
    files = _subject(stated["subject"])
    if predicate.get("file_count") != len(files) or predicate.get("signed") is not (signature is not None):
        raise SealError("what the statement says of itself is wrong: the number of files, or whether it is signed")
    _check_ledger(predicate.get("ledger"), files)
    return SealedList(str(predicate["kind"]), files, predicate, payload, keyid, signature)


def _envelope(payload: bytes, key: Signer | None) -> bytes:
    signatures = []
    if key is not None:
        signature = sign(PAYLOAD_TYPE, payload, key)
        signatures.append({"keyid": key.public.fingerprint, "sig": base64.b64encode(signature).decode("ascii")})
    text = base64.b64encode(payload).decode("ascii")
    return canonical({"payload": text, "payloadType": PAYLOAD_TYPE, "signatures": signatures}) + b"\n"


def _listed(folder: Path, known: Mapping[str, ListedFile]) -> list[ListedFile]:
    names = listable_names(folder, (SEAL_NAME, TAG_MANIFEST))
    if missing := sorted(known.keys() - set(names)):
        raise SealError(f"{missing[0]}: is not in {folder}, though it was listed")
    fresh: dict[str, ListedFile] = {}
    for found in hash_files(folder, [name for name in names if name not in known]):
        if isinstance(found, OSError):
            raise found
        fresh[found.name] = found
    for name, file in known.items():
        if (folder / name).stat().st_size != file.size:
            raise SealError(f"{name}: has another size than when it was listed")
    return [fresh.get(name) or known[name] for name in names]


def _place_key(path: Path, key: Signer | None) -> None:
    there = path.read_bytes() if os.path.lexists(path) else None
    wanted = None if key is None else key.public.pem.encode("ascii")
    if there is not None and there != wanted:
        raise SealError(f"{path}: already exists, and is not the key that the folder is sealed with")
    if wanted is not None and there is None:
        write_whole(path, wanted)


def write_whole(path: Path, content: bytes) -> None:
    """Write a new file, and have the system flush it to the disk."""
    with path.open("xb") as stream:
        stream.write(content)
        stream.flush()
        os.fsync(stream.fileno())


def _object(text: bytes, keys: set[str], what: str) -> dict[str, object]:
    try:
        value: object = json.loads(text.decode("utf-8"))
        same = canonical(value) == text
    except (ValueError, TypeError, RecursionError):
        raise SealError(f"{what} is not JSON in its one form") from None
    if not same:
        raise SealError(f"{what} is not JSON in its one form: the same could be written in another way")
    if not isinstance(value, dict) or value.keys() != keys:
        raise SealError(f"{what} does not have exactly the parts {', '.join(sorted(keys))}")
    return value


def _decoded(text: object, what: str) -> bytes:
    if isinstance(text, str) and text.isascii():
        try:
            content = base64.b64decode(text, validate=True)
        except binascii.Error:
            content = b""
        # The last base64 character has unused bits, so other texts may decode to the same bytes.
        if content and base64.b64encode(content).decode("ascii") == text:
            return content
    raise SealError(f"{what} is not well-formed base64 text")


def _signature(signatures: object) -> tuple[str | None, bytes | None]:
    if signatures == []:
        return None, None
    if not isinstance(signatures, list) or len(signatures) != 1:
        raise SealError("the envelope has more than one signature")
    only = signatures[0]
    if not isinstance(only, dict) or only.keys() != {"keyid", "sig"}:
        raise SealError("the signature does not have exactly the parts keyid, sig")
    keyid = only["keyid"]
    if not isinstance(keyid, str) or not _HASH.fullmatch(keyid):
        raise SealError("the keyid is not a fingerprint")
    return keyid, _decoded(only["sig"], "the signature")


def _subject(subject: object) -> dict[str, str]:
    if not isinstance(subject, list) or not subject:
        raise SealError("the statement lists no file")
    files: dict[str, str] = {}
    for item in subject:
        name, digest = (item.get("name"), item.get("digest")) if isinstance(item, dict) and len(item) == 2 else (0, 0)
        sha256 = digest.get("sha256") if isinstance(digest, dict) and len(digest) == 1 else None
        if not isinstance(name, str) or not isinstance(sha256, str) or not _HASH.fullmatch(sha256):
            raise SealError("the statement lists something that is not a name with its SHA-256")
        if problem := name_problem(name):
            raise SealError(f"the statement lists {name!r}: {problem}")
        if name in files or name in (SEAL_NAME, TAG_MANIFEST):
            raise SealError(f"the statement lists {name!r} twice, or lists what it cannot contain")
        files[name] = sha256
    if twins := name_twins(files):
        raise SealError(f"the statement lists {' and '.join(twins[0])}: the same name on many systems")
    if list(files) != sorted(files, key=lambda each: each.encode("utf-8")):
        raise SealError("the statement does not list the files in order")
    return files


def _check_ledger(ledger: object, files: Mapping[str, str]) -> None:
    if ledger is None:
        return
    if not isinstance(ledger, dict):
        raise SealError("what the statement says of the ledger is not an object")
    head, length, name = ledger.get("head"), ledger.get("length"), ledger.get("file")
    if not ledger.keys() <= {"head", "length", "file"}:
        raise SealError("the statement has more on the ledger than head, length and file")
    if not isinstance(head, str) or not _HASH.fullmatch(head) or type(length) is not int or length < 1:
        raise SealError("the statement names no head and length of the ledger")
    if name is not None and (not isinstance(name, str) or name not in files):
        raise SealError("the statement names a ledger that it does not list")


__all__ = [
    "CERTIFICATE_NAME",
    "KEY_NAME",
    "KINDS",
    "SEAL_NAME",
    "FileListError",
    "SealError",
    "SealedList",
    "read_seal",
    "statement",
    "write_seal",
    "write_whole",
]
