"""Decodes a recording with libsndfile or, if that has no decoder, with the program ffmpeg, if installed.

libsndfile (https://libsndfile.github.io/libsndfile/) reads WAV, FLAC, Ogg (Vorbis and Opus), MP3, AIFF, AU, CAF and
Wave64. AAC, AMR, AC-3, Speex, Matroska and MPEG-TS need ffmpeg.
"""

from __future__ import annotations

import time
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING

import numpy as np
import soundfile

from echoforensics.listening.external_decoder import DEMUXERS, external_stream
from echoforensics.listening.sound import NotDecodedError, Sound, SoundStream

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from echoforensics.case.vault import Vault
    from echoforensics.listening.sound import Samples

#: Containers, as :mod:`parsers.formats.audio` names them, that libsndfile reads.
_LIBRARY = frozenset({"WAV", "FLAC", "Ogg", "MP3", "AIFF", "AU", "CAF", "Wave64"})
#: How many samples, over all channels, to decode at once.
_BLOCK = 1 << 16
#: The most seconds of work to decode a recording, and the most samples over all its channels.
MOST_SECONDS, MOST_SAMPLES = 300, 2_000_000_000
#: The most samples, over all channels, of a recording held in memory: three hours at 48 kHz.
MOST_HELD = 520_000_000
_MOST_CHANNELS = 64


@contextmanager
def opened(vault: Vault, sha256: str, container: str) -> Iterator[SoundStream]:
    """Decode a recording in a case block by block.

    Args:
        vault: the extracted files.
        sha256: the SHA-256 of the recording.
        container: the container named in its record.

    Raises:
        NotDecodedError: it cannot be decoded here. The message says why.
        OSError: the file cannot be read.
    """
    why = ""
    if container in _LIBRARY:
        with ExitStack() as files:
            stream = files.enter_context(vault.open(sha256))
            try:
                sound = files.enter_context(soundfile.SoundFile(stream.fileno(), closefd=False))
            except soundfile.LibsndfileError as error:
                why = f"{library_version()}: {error.error_string}"
            else:
                _refuse_absurd(sound.samplerate, sound.channels)
                yield SoundStream(sound.samplerate, sound.channels, library_version(), _bounded(_blocks(sound)))
                return
    if container not in DEMUXERS:
        raise NotDecodedError(why or f"no decoder for {container or 'sound of an unknown container'}")
    with external_stream(vault.path(sha256), container, why) as decoded:
        _refuse_absurd(decoded.rate, decoded.channels)
        yield SoundStream(decoded.rate, decoded.channels, decoded.decoder, _bounded(decoded.blocks))


def decoded(vault: Vault, sha256: str, container: str) -> Sound:
    """Decode a whole recording in a case into memory.

    Raises:
        NotDecodedError: it cannot be decoded here, or is too long for memory.
        OSError: the file cannot be read.
    """
    with opened(vault, sha256, container) as stream:
        found, count = list["Samples"](), 0
        for block in stream.blocks:
            count += block.size
            if count > MOST_HELD:
                raise NotDecodedError(f"longer than {MOST_HELD} samples")
            found.append(block)
        samples = np.concatenate(found) if found else np.zeros((0, stream.channels), np.float32)
        return Sound(samples, stream.rate, stream.decoder)


def library_version() -> str:
    """Return the decoding library with its version."""
    return f"libsndfile {soundfile.__libsndfile_version__}"


def _refuse_absurd(rate: int, channels: int) -> None:
    if not (0 < rate <= 1_000_000 and 0 < channels <= _MOST_CHANNELS):
        raise NotDecodedError(f"{rate} Hz and {channels} channels")


def _blocks(sound: soundfile.SoundFile) -> Iterator[Samples]:
    frames = max(1, _BLOCK // sound.channels)
    while True:
        try:
            block = sound.read(frames, dtype="float32", always_2d=True)
        except soundfile.LibsndfileError as error:
            raise NotDecodedError(f"{library_version()}: {error.error_string}") from error
        if not len(block):
            return
        yield np.nan_to_num(block, copy=False)


def _bounded(blocks: Iterator[Samples]) -> Iterator[Samples]:
    """Yield the blocks while they are within the limits."""
    begun, count = time.process_time(), 0
    for block in blocks:
        count += block.size
        if count > MOST_SAMPLES:
            raise NotDecodedError(f"longer than {MOST_SAMPLES} samples")
        if time.process_time() - begun > MOST_SECONDS:
            raise NotDecodedError(f"not decoded within {MOST_SECONDS} seconds")
        yield block


def decoded_file(path: Path) -> Sound:
    """Decode a file written by this program into memory, with libsndfile.

    Raises:
        NotDecodedError: it cannot be decoded.
    """
    try:
        samples, rate = soundfile.read(path, dtype="float32", always_2d=True)
    except soundfile.LibsndfileError as error:
        raise NotDecodedError(f"{library_version()}: {error.error_string}") from error
    return Sound(samples, int(rate), library_version())
