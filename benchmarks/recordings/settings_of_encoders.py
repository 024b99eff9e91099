"""Whole recordings of every coding at many rates, channels, bit rates and other settings of the encoders."""

from __future__ import annotations

import subprocess
from pathlib import Path

from benchmarks.recordings.encoded import Folder, Made, encode

#: By the end of the name: options of ffmpeg, rates, numbers of channels.
_SETTINGS: dict[str, list[tuple[str, tuple[int, ...], tuple[int, ...]]]] = {
    "mp3": [
        ("-c:a libmp3lame -b:a 32k", (16000, 22050, 24000, 32000, 44100, 48000), (1, 2)),
        ("-c:a libmp3lame -b:a 8k", (8000, 11025, 12000, 16000), (1,)),
        ("-c:a libmp3lame -q:a 9", (8000, 16000, 44100), (1, 2)),
        ("-c:a libmp3lame -abr 1 -b:a 96k", (44100,), (1, 2)),
        ("-c:a libmp3lame -b:a 320k -id3v2_version 4", (44100, 48000), (2,)),
        ("-c:a libmp3lame -b:a 64k -write_xing 0 -write_id3v1 1", (44100,), (1,)),
        ("-c:a libmp3lame -b:a 64k -write_apetag 1", (44100,), (2,)),
        ("-c:a libmp3lame -q:a 2 -reservoir 0 -joint_stereo 0", (44100,), (2,)),
        ("-c:a libshine -b:a 128k", (44100, 32000), (2,)),
    ],
    "mp2": [
        ("-c:a mp2 -b:a 64k", (16000, 22050, 24000, 32000, 44100, 48000), (1, 2)),
        ("-c:a libtwolame", (44100,), (2,)),
    ],
    "aac": [
        ("-c:a aac -b:a 48k -f adts", (7350, 8000, 11025, 12000, 16000, 22050, 24000, 32000, 64000, 88200), (1, 2)),
        ("-c:a aac -profile:a aac_main -f adts", (44100,), (2,)),
        ("-c:a aac -profile:a aac_ltp -f adts", (44100,), (2,)),
        ("-c:a aac -profile:a mpeg2_aac_low -f adts", (44100,), (2,)),
        ("-c:a aac -b:a 200k -f adts", (48000,), (3, 4, 5, 6, 8)),
        ("-c:a aac -f adts -write_id3v2 1", (44100,), (2,)),
    ],
    "m4a": [
        ("-c:a aac -b:a 48k", (7350, 8000, 11025, 12000, 22050, 24000, 32000, 64000, 88200), (1, 2)),
        ("-c:a aac -b:a 200k", (48000,), (3, 4, 5, 6, 8)),
        ("-c:a alac", (8000, 22050, 48000, 88200, 192000), (1, 2, 6)),
        ("-c:a alac -sample_fmt s32p", (96000,), (2,)),
        ("-c:a aac -movflags +faststart -metadata title=sound -metadata date=2017-07-17", (44100,), (2,)),
    ],
    "mov": [
        ("-c:a pcm_s16be", (8000, 44100, 96000), (1, 2)),
        ("-c:a pcm_f32le", (48000,), (2, 6)),
        ("-c:a pcm_s24le", (44100, 192000), (2,)),
        ("-c:a aac", (44100, 96000), (2,)),
        ("-c:a pcm_alaw", (8000,), (1,)),
        ("-c:a libmp3lame", (22050, 44100), (1, 2)),
        ("-c:a ac3", (48000,), (2,)),
    ],
    "3g2": [("-c:a aac", (44100,), (2,))],
    "ogg": [
        ("-c:a libvorbis -q:a 0", (8000, 11025, 22050, 32000, 48000, 96000), (1, 2)),
        ("-c:a libvorbis -q:a 5", (48000,), (3, 4, 5, 6, 8)),
        ("-c:a libvorbis -b:a 64k", (44100,), (2,)),
        ("-c:a vorbis -strict -2", (44100,), (2,)),
    ],
    "opus": [
        ("-c:a libopus -b:a 16k -application voip", (8000, 12000, 16000, 24000, 48000), (1, 2)),
        ("-c:a libopus -frame_duration 2.5", (48000,), (2,)),
        ("-c:a libopus -frame_duration 5", (48000,), (2,)),
        ("-c:a libopus -frame_duration 40", (48000,), (2,)),
        ("-c:a libopus -frame_duration 120", (48000,), (1,)),
        ("-c:a libopus -vbr off -b:a 64k", (48000,), (2,)),
        ("-c:a libopus -mapping_family 1 -b:a 256k", (48000,), (3, 4, 5, 6, 8)),
        ("-c:a opus -strict -2", (48000,), (2,)),
    ],
    "spx": [
        ("-c:a libspeex", (8000, 16000, 32000), (1, 2)),
        ("-c:a libspeex -frames_per_packet 8 -vad 1 -dtx 1", (8000, 16000), (1,)),
        ("-c:a libspeex -vbr 1 -q:a 3", (16000,), (1,)),
    ],
    "oga": [("-c:a flac", (8000, 16000, 96000), (1, 2, 6)), ("-c:a flac -sample_fmt s32", (48000,), (2,))],
    "flac": [
        ("-c:a flac -compression_level 0", (8000, 11025, 16000, 22050, 32000, 88200, 192000), (1, 2)),
        ("-c:a flac -compression_level 12", (44100,), (1, 3, 4, 5, 8)),
        ("-c:a flac -sample_fmt s32", (44100, 96000), (2,)),
        ("-c:a flac -frame_size 4608", (44100,), (2,)),
        ("-c:a flac -frame_size 65535", (44100,), (1,)),
        ("-c:a flac -lpc_type none", (44100,), (2,)),
    ],
    "wav": [
        ("-c:a pcm_s16le", (8000, 11025, 22050, 32000, 44100, 96000, 192000), (1, 2, 3, 4, 6, 8)),
        ("-c:a pcm_s24le", (44100, 96000), (1, 6)),
        ("-c:a pcm_f32le", (48000,), (1, 6)),
        ("-c:a adpcm_ima_wav -block_size 256", (8000, 16000, 44100), (1, 2)),
        ("-c:a adpcm_ms -block_size 512", (8000, 16000, 44100), (1, 2)),
        ("-c:a libmp3lame -b:a 32k", (16000, 44100), (1, 2)),
        ("-c:a pcm_s16le -write_bext 1 -metadata description=sound", (48000,), (2,)),
        ("-c:a pcm_s16le -rf64 always", (48000,), (2,)),
    ],
}  # fmt: skip


def make(folder: Path) -> Made:
    """Write the files, and say how each was made; a setting that the encoder does not have is left out.

    Raises:
        OSError: the folder cannot be written.
    """
    into = Folder(folder)
    for suffix, settings in _SETTINGS.items():
        number = 0
        for options, rates, channels in settings:
            for rate, count in ((rate, count) for rate in rates for count in channels):
                for seconds in (0.05, 3.3, 12.0):
                    number += 1
                    try:
                        content = encode(suffix, options, rate, count, seconds)
                    except subprocess.CalledProcessError:
                        continue
                    name = f"{suffix}{number}.{suffix}"
                    into.add(name, content, f"{options}, {rate} Hz, {count} channels, {seconds} s")
    return into.made
