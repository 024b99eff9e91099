"""Whole recordings of formats that are named and not read, as ffmpeg writes them, and by their signatures."""

from __future__ import annotations

import random
from pathlib import Path

from benchmarks.recordings.encoded import Folder, Made, encode

_SECONDS = 1.7
#: Suffix, options, rate, channels.
ENCODED = (
    ("wma", "", 44100, 2), ("wmv", "-f asf", 44100, 2), ("wv", "", 44100, 2), ("tta", "", 44100, 2),
    ("flv", "", 44100, 2),
    ("avi", "-c:a mp3", 44100, 2), ("avi", "-c:a pcm_s16le", 16000, 1), ("mpg", "", 44100, 2),
    ("vob", "", 48000, 2),
    ("rm", "-c:a ac3", 44100, 2), ("voc", "", 22050, 1), ("sf", "-f ircam", 16000, 1),
    ("dts", "-c:a dca -strict -2", 48000, 2),
    ("thd", "-c:a truehd -strict -2", 48000, 2), ("mlp", "-c:a mlp -strict -2", 48000, 2), ("nut", "", 44100, 2),
    ("wtv", "-f wtv", 44100, 2), ("spdif", "-c:a ac3", 48000, 2), ("sox", "", 44100, 2), ("sbc", "", 44100, 2),
    ("g722", "", 16000, 1), ("gsm", "", 8000, 1), ("aptx", "", 48000, 2),
)  # fmt: skip
#: Name, suffix, and how such a file begins.
SIGNATURES = (
    ("monkeys_audio", "ape", b"MAC \x96\x0f\0\0"), ("musepack_7", "mpc", b"MP+\x17"),
    ("musepack_8", "mpc", b"MPCKSH"),
    ("dsf", "dsf", b"DSD \x1c" + bytes(7)), ("dsdiff", "dff", b"FRM8" + bytes(8) + b"DSD "),
    ("tak", "tak", b"tBaK"),
    ("optimfrog", "ofr", b"OFR \x0c\0\0\0"), ("shorten", "shn", b"ajkg\x02"), ("silk", "slk", b"\x02#!SILK_V3"),
    ("evrc", "evc", b"#!EVRC\n"), ("amr_channels", "amr", b"#!AMR_MC1.0\n\0\0\0\2"), ("ilbc", "lbc", b"#!iLBC30\n"),
    ("dss", "dss", b"\x02dss"), ("ds2", "ds2", b"\x03ds2"), ("sphere", "sph", b"NIST_1A\n   1024\n"),
    ("pvf", "pvf", b"PVF1\n"),
    ("8svx", "8svx", b"FORM\0\1\0\0" + b"8SVXVHDR"), ("qoa", "qoa", b"qoaf"),
    ("xwma", "xwma", b"RIFF\0\1\0\0XWMAfmt "),
    ("qcp", "qcp", b"RIFF\0\1\0\0QLCMfmt "), ("midi", "mid", b"MThd\0\0\0\6\0\0\0\1"),
    ("xm", "xm", b"Extended Module: "),
    ("it", "it", b"IMPM"), ("mod", "mod", bytes(1080) + b"M.K."), ("s3m", "s3m", bytes(44) + b"SCRM"),
    ("rmf", "rm", b".RMF"),
    ("ra", "ra", b".ra\xfd"), ("adx_called_wav", "wav", b"\x80\0\1\x20\3\x12\4\2"),
)  # fmt: skip


def make(folder: Path) -> Made:
    """Write them."""
    into = Folder(folder)
    for number, (suffix, options, rate, channels) in enumerate(ENCODED):
        content = encode(suffix, options, rate, channels, _SECONDS)
        into.add(f"{number:02}_{suffix}.{suffix}", content, f"as ffmpeg writes it {options}".strip())
    rest = random.Random(7).randbytes(4000)
    for name, suffix, signature in SIGNATURES:
        into.add(f"{name}.{suffix}", signature + rest, "its signature, and bytes by chance")
    return into.made
