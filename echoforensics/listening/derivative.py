"""A copy of a recording that every browser plays, where it does not play the recording itself. It says what it is."""

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
    """A derivative of a recording: 16-bit PCM in WAV, at the recording's own rate and channels.

    Attributes:
        original: SHA-256 of the recording.
        sha256: of the derivative.
        size: of the derivative, in bytes.
        decoder: which library or program decoded the recording, with its version.
        label: what the derivative says about itself.
    """

    original: str
    sha256: str
    size: int
    decoder: str
    label: str


def write_derivative(vault: Vault, sha256: str, fields: Mapping[str, Any], target: Path) -> Derivative:
    """Write a derivative of a recording of a case.

    Args:
        vault: the extracted files: :attr:`echoforensics.case.case.Case.vault`.
        sha256: of the recording.
        fields: of its record, which name its container.
        target: the file, which is made or replaced. It is removed where an error is raised.

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
