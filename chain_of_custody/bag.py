"""Writes a bag: a folder with its payload in ``data/`` and manifests of its files, as archives use.

Other programs can check bags. Their manifests are not signed: anyone who changes a file can rewrite them. So the bag is
sealed as well, and the signed list covers the manifest like every other file.

Reference:
    RFC 8493, The BagIt File Packaging Format (V1.0)
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from pathlib import Path

from chain_of_custody.file_list import ListedFile, list_files, remove_empty_folders
from chain_of_custody.sealed_list import (
    SEAL_NAME,
    TAG_MANIFEST,
    Kind,
    SealedList,
    SealError,
    write_seal,
    write_whole,
)
from chain_of_custody.signer import Signer

#: The payload folder, with the trailing slash.
PAYLOAD = "data/"
DECLARATION, INFO, MANIFEST = "bagit.txt", "bag-info.txt", "manifest-sha256.txt"
DECLARED = b"BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n"
_OXUM = "Payload-Oxum"


def seal_bag(
    folder: Path,
    key: Signer | None,
    *,
    kind: Kind = "bundle",
    info: Mapping[str, str] | None = None,
    detail: Mapping[str, object] | None = None,
    files: Iterable[ListedFile] = (),
) -> SealedList:
    """Turn a folder that holds ``data/`` into a sealed bag.

    Removes empty folders in it.

    The result does not depend on the time: the same folder and key give the same bytes.

    Args:
        folder: the folder, complete except for the files written here.
        key, kind, detail: see :func:`~chain_of_custody.sealed_list.write_seal`.
        info: the fields of ``bag-info.txt`` in this order, such as ``External-Identifier``.
        files: payload files that were already hashed; the rest are hashed here, once.

    Returns:
        The signed list.

    Raises:
        SealError: there is no payload, a manifest cannot hold a name, or an entry of ``info`` is not a single line.
        FileListError, OSError: see :func:`~chain_of_custody.sealed_list.write_seal`.
    """
    known = {file.name: file for file in files}
    remove_empty_folders(folder)
    payload = _payload(folder, known)
    manifest = manifest_text(payload)
    write_whole(folder / DECLARATION, DECLARED)
    write_whole(folder / INFO, _info_text(info or {}, payload).encode("utf-8"))
    write_whole(folder / MANIFEST, manifest)
    named = {"manifest": {"name": MANIFEST, "sha256": hashlib.sha256(manifest).hexdigest()}, **(detail or {})}
    sealed = write_seal(folder, key, kind, named, payload)
    seal = (folder / SEAL_NAME).read_bytes()
    write_whole(folder / TAG_MANIFEST, tag_manifest_text(sealed.files, seal))
    return sealed


def manifest_text(files: Iterable[ListedFile]) -> bytes:
    """Return the content of ``manifest-sha256.txt`` for a payload; ``sha256sum -c`` reads it."""
    return _lines((file.name, file.sha256) for file in files)


def tag_manifest_text(files: Mapping[str, str], seal: bytes) -> bytes:
    """Return the content of ``tagmanifest-sha256.txt`` for a sealed bag.

    Args:
        files: maps each file's name to its SHA-256, as in the signed list.
        seal: the content of the signed list.
    """
    beside = {name: sha256 for name, sha256 in files.items() if not name.startswith(PAYLOAD)}
    beside[SEAL_NAME] = hashlib.sha256(seal).hexdigest()
    return _lines(sorted(beside.items(), key=lambda each: each[0].encode("utf-8")))


def _payload(folder: Path, known: Mapping[str, ListedFile]) -> list[ListedFile]:
    if other := sorted(name for name in known if not name.startswith(PAYLOAD)):
        raise SealError(f"{other[0]}: is not in {PAYLOAD}, where the payload of a bag is")
    place = folder / PAYLOAD
    found = list_files(place, {name.removeprefix(PAYLOAD) for name in known}) if place.is_dir() else []
    fresh = [ListedFile(PAYLOAD + file.name, file.size, file.sha256) for file in found]
    payload = sorted([*known.values(), *fresh], key=lambda file: file.name.encode("utf-8"))
    if not payload:
        raise SealError(f"{place}: a bag needs a payload")
    for file in payload:
        if "%" in file.name:
            raise SealError(f"{file.name}: a bag's manifest would have to write the percent sign in another way")
    return payload


def _info_text(info: Mapping[str, str], payload: Iterable[ListedFile]) -> str:
    sizes = [file.size for file in payload]
    lines = []
    for label, value in {**info, _OXUM: f"{sum(sizes)}.{len(sizes)}"}.items():
        if not label or ":" in label or not f"{label}{value}".isprintable():
            raise SealError(f"{INFO}: {label!r} is not one line of a label and a value")
        lines.append(f"{label}: {value}\n")
    return "".join(lines)


def _lines(digests: Iterable[tuple[str, str]]) -> bytes:
    return "".join(f"{sha256}  {name}\n" for name, sha256 in digests).encode("utf-8")
