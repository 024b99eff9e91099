"""Computes Whisper's log-mel spectrum in numpy.

Follows the reference (https://github.com/openai/whisper, audio.py, MIT): 30 s at 16 kHz, windows of 25 ms every 10 ms,
Slaney mel bands, decimal logarithm, floor at 8 below the maximum.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

#: Samples per second; samples and frames in one Whisper input.
RATE, SAMPLES, FRAMES = 16000, 480_000, 3000
_WINDOW, _HOP = 400, 160
#: The mel scale is linear below this.
_BREAK_HZ, _HZ_PER_MEL = 1000.0, 200.0 / 3
_LOG_STEP = np.log(6.4) / 27.0


def log_mel(samples: NDArray[np.float32], bands: int) -> NDArray[np.float32]:
    """Compute the spectrum of up to 30 s of samples at 16 kHz, padded with silence.

    Args:
        samples: one row of samples; anything beyond 30 s is ignored.
        bands: the number of mel bands of the model.

    Returns:
        An array of ``bands`` rows and 3000 columns.
    """
    padded = np.zeros(SAMPLES, np.float64)
    padded[: min(len(samples), SAMPLES)] = samples[:SAMPLES]
    padded = np.pad(padded, _WINDOW // 2, mode="reflect")
    frames = np.lib.stride_tricks.sliding_window_view(padded, _WINDOW)[::_HOP][:FRAMES]
    spectrum = np.fft.rfft(frames * np.hanning(_WINDOW + 1)[:-1], axis=1)
    power = np.abs(spectrum) ** 2
    mel = np.log10(np.maximum(power @ _filters(bands).T, 1e-10))
    mel = np.maximum(mel, mel.max() - 8.0)
    found: NDArray[np.float32] = np.ascontiguousarray(((mel + 4.0) / 4.0).T, dtype=np.float32)
    return found


@cache
def _filters(bands: int) -> NDArray[np.float64]:
    """Return the weights of the bands: triangles of equal area, evenly spaced on the mel scale."""
    edges = _hertz(np.linspace(0.0, _mel(RATE / 2), bands + 2))
    frequencies = np.fft.rfftfreq(_WINDOW, 1 / RATE)
    slopes = edges[:, None] - frequencies[None, :]
    widths = np.diff(edges)[:, None]
    rising, falling = -slopes[:-2] / widths[:-1], slopes[2:] / widths[1:]
    weights: NDArray[np.float64] = np.maximum(0.0, np.minimum(rising, falling))
    return weights * (2.0 / (edges[2:] - edges[:-2]))[:, None]


def _mel(hertz: float) -> float:
    if hertz < _BREAK_HZ:
        return hertz / _HZ_PER_MEL
    return float(_BREAK_HZ / _HZ_PER_MEL + np.log(hertz / _BREAK_HZ) / _LOG_STEP)


def _hertz(mel: NDArray[np.float64]) -> NDArray[np.float64]:
    bend = _BREAK_HZ / _HZ_PER_MEL
    found: NDArray[np.float64] = np.where(
        mel < bend, mel * _HZ_PER_MEL, _BREAK_HZ * np.exp(_LOG_STEP * (np.maximum(mel, bend) - bend))
    )
    return found
