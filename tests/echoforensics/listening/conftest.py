"""A vault into which sounds are put, and tones to put there."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import soundfile
from numpy.typing import NDArray

from echoforensics.case.vault import Vault


@pytest.fixture
def vault(tmp_path: Path) -> Vault:
    (tmp_path / "artefacts").mkdir()
    return Vault(tmp_path / "artefacts")


@pytest.fixture
def keep(vault: Vault) -> Callable[[bytes], str]:
    """Puts bytes into the vault; gives their SHA-256."""

    def kept(content: bytes) -> str:
        staged = vault.stage()
        staged.write(content)
        return staged.keep()

    return kept


@pytest.fixture
def tone() -> Callable[..., NDArray[np.float32]]:
    """A tone of 440 Hz that grows from silence to half of full scale."""

    def made(seconds: float = 1.0, rate: int = 16000, channels: int = 1) -> NDArray[np.float32]:
        time = np.arange(round(seconds * rate)) / rate
        one = np.sin(2 * np.pi * 440 * time) * 0.5 * time / seconds
        return np.column_stack([one] * channels).astype(np.float32)

    return made


@pytest.fixture
def write_sound(tmp_path: Path, keep: Callable[[bytes], str]) -> Callable[..., str]:
    """Encodes samples with libsndfile, and puts them into the vault."""

    def written(samples: NDArray[np.float32], rate: int, kind: str, subtype: str | None = None) -> str:
        path = tmp_path / "written"
        soundfile.write(path, samples, rate, format=kind, subtype=subtype)
        return keep(path.read_bytes())

    return written


@pytest.fixture
def encode(tmp_path: Path, keep: Callable[[bytes], str]) -> Callable[..., str]:
    """Encodes samples with ffmpeg, and puts them into the vault."""

    def encoded(samples: NDArray[np.float32], rate: int, ending: str, *arguments: str) -> str:
        source, target = tmp_path / "source.wav", tmp_path / f"encoded.{ending}"
        soundfile.write(source, samples, rate, subtype="PCM_16")
        command = ["ffmpeg", "-y", "-loglevel", "error", "-i", str(source), *arguments, str(target)]
        subprocess.run(command, check=True, stdin=subprocess.DEVNULL)
        return keep(target.read_bytes())

    return encoded
