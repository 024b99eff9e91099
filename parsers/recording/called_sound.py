"""Files with the name of a sound file whose first bytes are of no known format.

References:
    The name endings that FFmpeg, SoX and the file managers of Android and Windows treat as sound.
"""

from __future__ import annotations

import re

from parsers.encoding import wide_encoding
from parsers.parser import Source, looks_like_text
from parsers.recording.names import ending

#: Name endings used only for sound.
_ENDINGS = frozenset({
    ".wav", ".wave", ".w64", ".rf64", ".mp3", ".mp2", ".mpga", ".m4a", ".m4b", ".m4r", ".aac", ".loas", ".latm",
    ".ogg", ".oga", ".opus", ".spx", ".flac", ".amr", ".awb", ".3ga", ".wma", ".aif", ".aiff", ".aifc", ".caf",
    ".mka", ".weba", ".ac3", ".eac3", ".dts", ".thd", ".mlp", ".ape", ".mpc", ".wv", ".tta", ".tak", ".ofr",
    ".shn", ".dsf", ".dff", ".gsm", ".g722", ".sbc", ".aptx", ".silk", ".slk", ".dss", ".ds2", ".msv", ".dvf",
    ".qcp", ".evrc", ".voc", ".sph", ".8svx", ".ra", ".vox", ".cvsd", ".dvms", ".lpc10", ".ulaw", ".alaw", ".g726",
    ".g729", ".sln", ".amrwb", ".ima", ".htk", ".sd2", ".pcm", ".cdda", ".cvu", ".fssd", ".gsrt", ".sndr", ".mulaw",
    ".s8", ".s16", ".s24", ".s32", ".u8", ".u16", ".f32", ".f64", ".s8le", ".s16le", ".s16be", ".s24le", ".s24be",
    ".s32le", ".s32be", ".f32le", ".f32be", ".ul", ".al", ".la", ".lu", ".cvs", ".vms", ".lpc", ".sou", ".sds",
})  # fmt: skip
#: Name endings of sound and of other things, and words in a path that say that it is sound.
_OPEN_ENDINGS = frozenset({".raw"})
_WORDS = re.compile(
    r"(?i)(?<![a-z])(?:audio|voices?|sounds?|speech|utterances?|recordings?|microphone|mic|wake[ _-]?words?|wuw|pcm|"
    r"(?:8|16|44|48)_?k(?:hz)?)(?![a-z])"
)
#: How files of other types begin: archives, pictures, documents, databases, resource forks of macOS.
_OTHERS = (
    b"PK\3\4", b"\x1f\x8b", b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"%PDF", b"SQLite format 3\0", b"\0\5\x16\7",
    b"\x7fELF", b"Rar!", b"7z\xbc\xaf", b"BZh", b"\xfd7zXZ", b"CPCH", b"\x28\xb5\x2f\xfd", b"\xd0\xcf\x11\xe0",
)  # fmt: skip
#: The end of the first sector of a disk or a floppy disk.
_BOOT_SIGN = b"\x55\xaa"
_RESOURCE_FORK = "._"
#: The least size of a recording, in bytes.
_LEAST = 8


def is_called_sound(source: Source) -> bool:
    """Whether a file is named like sound and its bytes may be sound: not text, zeros or a known other format."""
    name = ending(source.name)
    named = name in _ENDINGS or (name in _OPEN_ENDINGS and bool(_WORDS.search(source.path)))
    if not named or source.name.startswith(_RESOURCE_FORK) or source.size < _LEAST:
        return False
    head = source.head
    is_other = head.startswith(_OTHERS) or head[510:512] == _BOOT_SIGN
    return bool(head.strip(b"\0")) and not is_other and not _is_text(head)


def _is_text(head: bytes) -> bool:
    """Whether the first bytes are text in an encoding that differs visibly from sound: ASCII, UTF-8, UTF-16,
    UTF-32."""
    sample = head[:1024]
    whole = len(sample.decode("utf-8", "ignore").encode("utf-8"))
    # The last character may be truncated.
    return looks_like_text(head) and (whole > len(sample) - 4 or bool(wide_encoding(head)))
