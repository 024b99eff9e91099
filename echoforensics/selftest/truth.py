"""The truth sets: inputs and stated answers, as they are shipped with the package."""

from __future__ import annotations

import hashlib
import io
import json
import lzma
import tarfile
from functools import cache
from importlib.resources import files
from typing import Any

from echoforensics.errors import EchoforensicsError

#: Inputs of the parsers, and images and archives.
PARSER_INPUTS, EVIDENCE_INPUTS = "parsers.tar.xz", "evidence.tar.xz"
#: The answers to them, and to what is asked of clocks and seals.
PARSER_ANSWERS, EVIDENCE_ANSWERS, CLOCK_ANSWERS, SEAL_ANSWERS = (
    "parsers.jsonl", "evidence.json", "clocks.json", "seal.json",
)  # fmt: skip
TRUTH_FILES = (PARSER_INPUTS, PARSER_ANSWERS, EVIDENCE_INPUTS, EVIDENCE_ANSWERS, CLOCK_ANSWERS, SEAL_ANSWERS)


class TruthError(EchoforensicsError):
    """A truth set is missing or damaged, so that nothing can be compared with it."""


def truth_bytes(name: str) -> bytes:
    """A file of the truth sets. Raises TruthError where it cannot be read."""
    try:
        return (files("echoforensics.selftest") / "data" / name).read_bytes()
    except OSError as error:
        raise TruthError(f"the truth set {name} cannot be read: {error.strerror or error}") from error


def truth_hashes() -> dict[str, str]:
    """The SHA-256 of each file of the truth sets."""
    return {name: hashlib.sha256(truth_bytes(name)).hexdigest() for name in TRUTH_FILES}


@cache
def inputs(name: str) -> dict[str, bytes]:
    """The members of an archive of inputs, by name. Raises TruthError where it is damaged."""
    try:
        content = lzma.decompress(truth_bytes(name))
        with tarfile.open(fileobj=io.BytesIO(content)) as archive:
            members = {member.name: archive.extractfile(member) for member in archive.getmembers()}
            return {path: stream.read() for path, stream in members.items() if stream is not None}
    except (lzma.LZMAError, tarfile.TarError, EOFError) as error:
        raise TruthError(f"the truth set {name} is damaged: {error}") from error


def stated(name: str) -> Any:
    """The answers that a file states: of one JSON text, or a list of one a line where its name ends in ``.jsonl``.

    Raises:
        TruthError: it is missing or is not JSON.
    """
    try:
        text = truth_bytes(name).decode("utf-8")
        return [json.loads(line) for line in text.splitlines()] if name.endswith(".jsonl") else json.loads(text)
    except ValueError as error:
        raise TruthError(f"the truth set {name} is damaged: {error}") from error
