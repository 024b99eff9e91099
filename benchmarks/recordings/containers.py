"""Whole recordings as ffmpeg writes them: every container with the codings it holds, in several rates and channels."""

from __future__ import annotations

import subprocess
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.recordings.encoded import Folder, Made, encode

_SECONDS = 1.7
#: Rates and channels.
_ALL = ((8000, 1), (16000, 1), (44100, 2), (48000, 6))
_STEREO = ((8000, 1), (16000, 1), (22050, 2), (48000, 2))
_HIGH = ((11025, 1), (44100, 2), (96000, 2))
_OPUS = ((8000, 1), (16000, 2), (48000, 2))
_DOLBY = ((32000, 1), (44100, 2), (48000, 6))
_MPEG = ((8000, 1), (16000, 1), (24000, 2), (44100, 2))
_LAYER_II = ((16000, 1), (32000, 2), (44100, 2))
_NARROW = ((8000, 1),)
_ONE = ((48000, 2),)

#: Suffix, what tells ffmpeg the container where the suffix does not, coding, rates and channels.
MATRIX = (
    ("wav", "", "pcm_u8", _ALL), ("wav", "", "pcm_s16le", _ALL), ("wav", "", "pcm_s24le", _ALL),
    ("wav", "", "pcm_s32le", _HIGH), ("wav", "", "pcm_f32le", _ALL), ("wav", "", "pcm_f64le", _HIGH),
    ("wav", "", "pcm_alaw", _STEREO), ("wav", "", "pcm_mulaw", _STEREO), ("wav", "", "adpcm_ms", _STEREO),
    ("wav", "", "adpcm_ima_wav", _STEREO), ("wav", "", "libmp3lame", _MPEG), ("wav", "", "mp2", _LAYER_II),
    ("wav", "", "libgsm_ms", _NARROW), ("wav", "", "adpcm_g726", _NARROW), ("wav", "", "ac3", _DOLBY),
    ("wav", "-rf64 always", "pcm_s16le", _ALL), ("wav", "-rf64 always", "pcm_f32le", _HIGH),
    ("w64", "", "pcm_s16le", _ALL), ("w64", "", "pcm_f32le", _HIGH), ("w64", "", "pcm_alaw", _STEREO),
    ("w64", "", "adpcm_ms", _STEREO),
    ("aiff", "", "pcm_s8", _ALL), ("aiff", "", "pcm_s16be", _ALL), ("aiff", "", "pcm_s24be", _HIGH),
    ("aiff", "", "pcm_s32be", _HIGH), ("aifc", "-f aiff", "pcm_s16le", _ALL),
    ("aifc", "-f aiff", "pcm_f32be", _HIGH),
    ("aifc", "-f aiff", "pcm_f64be", _HIGH), ("aifc", "-f aiff", "pcm_alaw", _STEREO),
    ("aifc", "-f aiff", "pcm_mulaw", _STEREO), ("aifc", "-f aiff", "adpcm_ima_qt", _STEREO),
    ("au", "", "pcm_s8", _ALL), ("au", "", "pcm_s16be", _ALL), ("au", "", "pcm_s24be", _HIGH),
    ("au", "", "pcm_f32be", _ALL),
    ("au", "", "pcm_f64be", _HIGH), ("au", "", "pcm_mulaw", _STEREO), ("au", "", "pcm_alaw", _STEREO),
    ("caf", "", "pcm_s16le", _ALL), ("caf", "", "pcm_s24be", _HIGH), ("caf", "", "pcm_f32le", _HIGH),
    ("caf", "", "pcm_mulaw", _STEREO), ("caf", "", "alac", _ALL), ("caf", "", "libopus", _OPUS),
    ("caf", "", "adpcm_ima_qt", _STEREO), ("caf", "", "flac", _HIGH), ("caf", "", "libmp3lame", _MPEG),
    ("caf", "", "ac3", _DOLBY),
    ("ogg", "", "libvorbis", _ALL), ("opus", "", "libopus", _OPUS), ("spx", "", "libspeex", ((8000, 1),
    (16000, 1), (32000, 2))),
    ("oga", "", "flac", _ALL), ("ogg", "", "libopus", _OPUS),
    ("flac", "", "flac", ((8000, 1), (16000, 1), (44100, 2), (48000, 6), (96000, 2))),
    ("mp3", "", "libmp3lame", _MPEG), ("mp3", "-write_xing 0", "libmp3lame", _MPEG),
    ("mp3", "-q:a 4", "libmp3lame", _MPEG),
    ("mp2", "", "mp2", _LAYER_II), ("aac", "", "aac", _ALL), ("latm", "", "aac", _ALL), ("ac3", "", "ac3", _DOLBY),
    ("eac3", "", "eac3", _DOLBY),
    ("m4a", "", "aac", _ALL), ("m4a", "", "alac", ((8000, 1), (44100, 2), (96000, 2))),
    ("m4a", "-movflags +faststart", "aac", _ALL),
    ("mp4", "-movflags +frag_keyframe+empty_moov -frag_duration 300000", "aac", _ALL),
    ("mp4", "", "libmp3lame", _LAYER_II),
    ("mp4", "", "libopus", _OPUS), ("mp4", "-strict -2", "flac", _ALL), ("mp4", "", "ac3", _DOLBY),
    ("mp4", "", "eac3", _DOLBY),
    ("mov", "", "pcm_s16le", _ALL), ("mov", "", "pcm_s24be", _HIGH), ("mov", "", "pcm_f32le", _HIGH),
    ("mov", "", "aac", _STEREO),
    ("mov", "", "adpcm_ima_qt", _STEREO), ("mov", "", "pcm_mulaw", _STEREO), ("mov", "", "alac", _HIGH),
    ("mov", "", "ac3", _DOLBY),
    ("3gp", "", "aac", _STEREO), ("3g2", "", "aac", _STEREO), ("f4v", "", "aac", _STEREO),
    ("mka", "", "aac", _ALL), ("mka", "", "flac", _ALL), ("mka", "", "libvorbis", _STEREO),
    ("mka", "", "libopus", _OPUS),
    ("mka", "", "pcm_s16le", _ALL), ("mka", "", "pcm_f32le", _HIGH), ("mka", "", "libmp3lame", _MPEG),
    ("mka", "", "ac3", _DOLBY),
    ("mka", "", "eac3", _DOLBY), ("mka", "", "alac", _HIGH), ("mka", "", "adpcm_ms", _STEREO),
    ("mka", "", "wavpack", _HIGH),
    ("webm", "", "libopus", _OPUS), ("webm", "", "libvorbis", _ALL), ("webm", "-live 1", "libopus", _OPUS),
    ("ts", "", "aac", _ALL), ("ts", "", "libmp3lame", _LAYER_II), ("ts", "", "mp2", _LAYER_II),
    ("ts", "", "ac3", _DOLBY),
    ("ts", "", "eac3", _DOLBY), ("ts", "-mpegts_flags latm", "aac", _STEREO), ("ts", "", "libopus", _OPUS),
    ("m2ts", "-mpegts_m2ts_mode 1 -f mpegts", "ac3", _DOLBY),
    ("m2ts", "-mpegts_m2ts_mode 1 -f mpegts", "aac", _STEREO),
)  # fmt: skip
_PICTURES = "testsrc=size=64x64:rate=10:duration=1.7"
#: Films with sound: suffix, coding of the pictures, coding of the sound.
FILMS = (
    ("mp4", "mpeg4", "aac"), ("mov", "mpeg4", "pcm_s16le"), ("mkv", "mpeg4", "aac"), ("mkv", "mpeg4", "ac3"),
    ("webm", "libvpx", "libopus"), ("webm", "libvpx", "libvorbis"), ("ts", "mpeg2video", "mp2"),
    ("ts", "mpeg2video", "aac"),
    ("3gp", "mpeg4", "aac"), ("ogv", "libtheora", "libvorbis"),
)  # fmt: skip


def make(folder: Path) -> Made:
    """Write every combination. Raises subprocess.CalledProcessError where ffmpeg lacks an encoder."""
    into = Folder(folder)
    for suffix, options, codec, combinations in MATRIX:
        for rate, channels in combinations:
            content = encode(suffix, f"-c:a {codec} -strict -2 {options}", rate, channels, _SECONDS)
            mark = "_".join(word.strip("-+") for word in options.replace("+", " ").split() if not word.isdecimal())
            name = "_".join(part for part in (suffix, codec, mark, str(rate), str(channels)) if part)
            into.add(f"{name}.{suffix}", content, f"{codec}, {rate} Hz, {channels} channels {options}".strip())
    for suffix, pictures, codec in FILMS:
        into.add(f"film_{suffix}_{codec}.{suffix}", _film(suffix, pictures, codec), f"{pictures} and {codec}")
    return into.made


def _film(suffix: str, pictures: str, codec: str) -> bytes:
    with TemporaryDirectory() as folder:
        sound, film = Path(folder) / "sound.wav", Path(folder) / f"film.{suffix}"
        sound.write_bytes(encode("wav", "", 48000, 1, _SECONDS))
        command = ["ffmpeg", "-v", "error", "-y", "-i", str(sound), "-f", "lavfi", "-i", _PICTURES]
        command += ["-c:v", pictures, "-c:a", codec, "-fflags", "+bitexact", str(film)]
        subprocess.run(command, check=True, stdin=subprocess.DEVNULL, capture_output=True)
        return film.read_bytes()
