"""Writes a playable copy of a recording that some browsers cannot play. The copy says what it is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from echoforensics.listening.decoding import opened
from echoforensics.listening.wav_file import write_wav
from echoforensics.version import __version__

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path
    from typing import Any

    from echoforensics.case.vault import Vault


@dataclass(frozen=True, slots=True)
class Derivative:
    """A playable copy of a recording: 16-bit PCM in WAV, with the recording's own rate and channels.

    Attributes:
        original: the SHA-256 of the recording.
        sha256: the SHA-256 of the copy.
        size: the size of the copy in bytes.
        decoder: the library or program that decoded the recording, with its version.
        label: the copy's description of itself.
    """

    original: str
    sha256: str
    size: int
    decoder: str
    label: str


def write_derivative(vault: Vault, sha256: str, fields: Mapping[str, Any], target: Path) -> Derivative:
    """Write a playable copy of a recording in a case.

    Args:
        vault: the extracted files: :attr:`echoforensics.case.case.Case.vault`.
        sha256: the SHA-256 of the recording.
        fields: the fields of its record, which name its container.
        target: the file to create or replace. It is removed on error.

    Raises:
        NotDecodedError: it cannot be decoded here. The message says why.
        OSError: a file cannot be read or written.
    """
    done = False
    try:
        with opened(vault, sha256, str(fields.get("container") or "")) as stream:
            label = (
                f"Derivative, made for playing by echoforensics {__version__}; not the original. Decoded by"
                f" {stream.decoder} from the recording with the SHA-256 {sha256}."
            )
            found, size = write_wav(target, stream.rate, stream.channels, stream.blocks, label)
            done = True
            return Derivative(sha256, found, size, stream.decoder, label)
    finally:
        if not done:
            target.unlink(missing_ok=True)
