"""Identify files of unsupported formats that hold, or may hold, sound.

References:
    The formats' manuals, as named below; the signatures of FFmpeg's and libsndfile's readers, and of file(1).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import BinaryIO, NamedTuple

from parsers.formats.audio.adts import frames as adts
from parsers.formats.audio.caf import describe as caf
from parsers.formats.audio.facts import AudioFacts, Undescribed
from parsers.formats.audio.flac import frames as flac
from parsers.formats.audio.flac.metadata import BEGINNINGS
from parsers.formats.audio.mpeg import frames as mpeg

_HEAD = 65536
_RIFF, _FORM = b"RIFF", b"FORM"
#: Length of the closing tag of MP3.
_CLOSING_TAG = 128
#: Length of FLAC's longest frame header, and how many further frames must follow the first.
_FLAC_HEADER, _FLAC_FRAMES = 16, 2


class UnreadFormat(NamedTuple):
    """An unsupported format.

    Attributes:
        name: description of such a file.
        beginnings: its possible first bytes.
        may: whether it may hold sound but need not.
    """

    name: str
    beginnings: tuple[bytes, ...]
    may: bool = False


#: How Ogg pages begin that begin no stream: a bit says "goes on" (1), one "last" (4), and none "first" (2).
_LATER_PAGES = tuple(b"OggS\0" + bytes((flags,)) for flags in (0, 1, 4, 5))
#: Formats identified by their first bytes.
UNREAD = (
    UnreadFormat("Windows Media file (ASF: WMA, WMV)", (bytes.fromhex("3026b2758e66cf11a6d900aa0062ce6c"),)),
    UnreadFormat("WavPack file", (b"wvpk",)),
    UnreadFormat("Monkey's Audio file (APE)", (b"MAC ", b"MACF")),
    UnreadFormat("Musepack file", (b"MP+", b"MPCK")),
    UnreadFormat("DSD stream file (DSF)", (b"DSD \x1c\0\0\0\0\0\0\0",)),
    UnreadFormat("True Audio file (TTA)", (b"TTA1", b"TTA2")),
    UnreadFormat("TAK file", (b"tBaK",)),
    UnreadFormat("OptimFROG file", (b"OFR ", b"OFRX")),
    UnreadFormat("Shorten file", (b"ajkg",)),
    UnreadFormat("Lossless Audio file (LA)", (b"LA02", b"LA03", b"LA04")),
    UnreadFormat("stream of DTS", (b"\x7f\xfe\x80\x01", b"\xfe\x7f\x01\x80", b"\x1f\xff\xe8\0", b"\xff\x1f\0\xe8")),
    UnreadFormat("stream of DTS-HD", (b"DTSHDHDR", b"\x64\x58\x20\x25")),
    UnreadFormat("stream of sound for a digital cable (IEC 61937)", (b"\x72\xf8\x1f\x4e", b"\xf8\x72\x4e\x1f")),
    UnreadFormat("SoX sound file", (b".SoX", b"XoS.")),
    UnreadFormat("AAC file with one header for the whole (ADIF)", (b"ADIF",)),
    UnreadFormat("stream of AC-3 whose bytes are swapped", (b"\x77\x0b",)),
    UnreadFormat("stream of AC-4", (b"\xac\x40", b"\xac\x41")),
    UnreadFormat("RealAudio or RealMedia file", (b".ra\xfd", b".RMF")),
    UnreadFormat("MPEG programme stream (MPG, VOB)", (b"\0\0\1\xba",), may=True),
    UnreadFormat("Nullsoft video file (NSV)", (b"NSVf", b"NSVs"), may=True),
    UnreadFormat("recorded television file (WTV)", (bytes.fromhex("b7d800203749da11a64e0007e95ead8d"),)),
    UnreadFormat("MXF file", (bytes.fromhex("060e2b34020501010d010201"),), may=True),
    UnreadFormat("NUT file", (b"nut/multimedia container\0",), may=True),
    UnreadFormat("SILK recording", (b"#!SILK", b"\x02#!SILK")),
    UnreadFormat("AMR recording of several channels", (b"#!AMR_MC1.0\n", b"#!AMR-WB_MC1.0\n")),
    UnreadFormat("EVRC recording", (b"#!EVRC", b"#!EVCWB", b"#!EVCNW")),
    UnreadFormat("SMV or QCELP recording", (b"#!SMV", b"#!QCELP")),
    UnreadFormat("iLBC recording", (b"#!iLBC20\n", b"#!iLBC30\n")),
    UnreadFormat("G.719 or G.722.1 recording", (b"#!G719", b"#!G7221")),
    UnreadFormat("dictation of an Olympus, Philips or Grundig recorder", (b"\x02dss", b"\x03dss", b"\x03ds2")),
    UnreadFormat("dictation of a Sony recorder (MSV, DVF)", (b"MS_VOICE",)),
    UnreadFormat("Creative Voice file (VOC)", (b"Creative Voice File\x1a",)),
    UnreadFormat("NIST SPHERE file", (b"NIST_1A\n",)),
    UnreadFormat(
        "IRCAM sound file",
        tuple(b"\x64\xa3" + bytes((each, 0)) for each in range(1, 5))
        + tuple(bytes((0, each)) + b"\xa3\x64" for each in range(1, 5)),
    ),
    UnreadFormat("portable voice file (PVF)", (b"PVF1\n", b"PVF2\n")),
    UnreadFormat("Ensoniq PARIS file (PAF)", (b" paf", b"fap ")),
    UnreadFormat("AVR file", (b"2BIT",)),
    UnreadFormat("Psion sound file (WVE)", (b"ALawSoundFile**\0",)),
    UnreadFormat("Psion sound file (PRC)", (bytes.fromhex("370000106d000010"),)),
    UnreadFormat("Turtle Beach sound file (SMP)", (b"SOUND SAMPLE DATA ",)),
    UnreadFormat("Yamaha sound file (TXW)", (b"LM8953",)),
    UnreadFormat("instrument of tracker music (XI)", (b"Extended Instrument: ",)),
    UnreadFormat("Yamaha phone sound (MMF)", (b"MMMD",)),
    UnreadFormat("Sndtool file", (b"SOUND\x1a",)),
    UnreadFormat("QOA file", (b"qoaf",)),
    UnreadFormat("Codec 2 recording", (b"\xc0\xde\xc2",)),
    UnreadFormat("TwinVQ file (VQF)", (b"TWIN97012000", b"TWIN00052200")),
    UnreadFormat("Sony OpenMG file (OMA)", (b"ea3\3", b"EA3\1", b"EA3\2")),
    UnreadFormat("MIDI file, which holds notes and no recorded sound", (b"MThd\0\0\0\6",)),
    UnreadFormat("piece of tracker music (XM)", (b"Extended Module: ",)),
    UnreadFormat("piece of tracker music (IT)", (b"IMPM",)),
    UnreadFormat("piece of tracker music (MTM, ULT)", (b"MTM\x10", b"MAS_UTrack_V00")),
    UnreadFormat("piece of tracker music (MED)", (b"MMD0", b"MMD1", b"MMD2", b"MMD3")),
    UnreadFormat("piece of chip music", (b"Vgm ", b"PSID\0", b"RSID\0", b"NESM\x1a", b"SNES-SPC700", b"ZXAYEMUL")),
    UnreadFormat("sound file of a game", (b"VAGp", b"RSTM\xfe\xff", b"FSTM\xfe\xff", b"FSB4", b"FSB5", b"HCA\0")),
    UnreadFormat("film of a game (Bink)", (b"BIKb", b"BIKf", b"BIKg", b"BIKh", b"BIKi", b"KB2"), may=True),
    UnreadFormat("film of a game (Smacker)", (b"SMK2", b"SMK4"), may=True),
    UnreadFormat("CAF file whose description is not where it is due", (b"caff\0\1",)),
    UnreadFormat("FLAC file without its first block of metadata", (b"fLaC",)),
    UnreadFormat("Ogg stream without its beginning, as when it is saved while it plays", _LATER_PAGES, may=True),
)  # fmt: skip
#: Formats identified by bytes elsewhere: by the offset of these, which have one length, and by the bytes.
_INSIDE = {
    4: {
        b"\xf8\x72\x6f\xba": "stream of Dolby TrueHD",
        b"\xf8\x72\x6f\xbb": "stream of MLP",
        b"\x57\x90\x75\x36": "Audible file (AA)",
    },
    128: {b"HCOM": "Macintosh sound file (HCOM)"},
    44: {b"SCRM": "piece of tracker music (S3M)"},
    20: {b"!Scream!": "piece of tracker music (STM)"},
    1080: dict.fromkeys(
        (b"M.K.", b"M!K!", b"FLT4", b"FLT8", b"4CHN", b"6CHN", b"8CHN"), "piece of tracker music (MOD)"
    ),
}
_INSIDE_END = {at: at + len(next(iter(signs))) for at, signs in _INSIDE.items()}
#: Kinds of RIFF and IFF files, by the bytes after their length.
_CHUNKED = {
    (_RIFF, b"XWMA"): "xWMA file",
    (_RIFF, b"QLCM"): "QCP recording (QCELP, EVRC)",
    (_RIFF, b"CDXA"): "video CD file",
    (_RIFF, b"RMP3"): "RMP3 file",
    (_RIFF, b"RMID"): "MIDI file, which holds notes and no recorded sound",
    (_FORM, b"8SVX"): "Amiga sound file (8SVX)",
    (_FORM, b"16SV"): "Amiga sound file (16SV)",
    (_FORM, b"MAUD"): "Amiga sound file (MAUD)",
}
#: HTK (The HTK Book, 5.10.1): two bytes a sample, and a waveform; periods of 192 to 4 kHz.
_HTK_WAVEFORM, _HTK_PERIODS = b"\0\2\0\0", (52, 2500)
#: MATLAB files of levels 4 (a matrix of doubles) and 5, with the variable that libsndfile and SoX write into them.
_MATLAB, _MATLAB_RATE, _MATLAB_HEAD = (bytes(4), b"\0\0\3\xe8", b"MATLAB 5.0 MAT-file"), b"samplerate", 512
#: A picture, and the marker in it if a video follows.
_PICTURE, _MOTION_SIGNS = b"\xff\xd8\xff", (b"MotionPhoto", b"MicroVideo")
_MOTION = "picture with a film behind it (motion photo)"
_AVI, _SOUND_STREAM = (b"AVI ", b"AVIX", b"ON2 "), b"auds"
_ALL = tuple(beginning for each in UNREAD for beginning in each.beginnings)
_FIRST_BYTES = frozenset(beginning[:1] for beginning in _ALL)
#: Description of a format without a name.
_NO_SOUND = "no recorded sound"
_ADVICE = (
    "Convert a copy of it to WAV with a program that knows it (ffmpeg, VLC, sox), and bring in that copy beside it."
)


class _Recognised(NamedTuple):
    """The format found, and whether it may hold sound but need not."""

    name: str
    may: bool = False


def matches(head: bytes, name: str) -> bool:  # noqa: ARG001 (the first bytes decide)
    """Whether a file begins like an unsupported format that holds, or may hold, sound."""
    return _find(head) is not None


def is_sound(head: bytes) -> bool:
    """Whether the first bytes are of sound for certain, not of a video or picture that may hold some."""
    found = _find(head)
    return found is not None and not found.may and _NO_SOUND not in found.name


def describe(stream: BinaryIO, size: int) -> AudioFacts | Undescribed:
    """Name the file at offset 0 of the stream. ``size`` is the number of bytes present.

    Raises:
        OSError: the stream cannot be read.
    """
    found = _find(stream.read(min(size, _HEAD)))
    if found is None:
        return Undescribed("No format of sound is recognised.")
    clause = "which may hold sound" if found.may else "which holds sound"
    if _NO_SOUND in found.name:
        return Undescribed(f"Recognised by its first bytes: {found.name}. It is not read.")
    return Undescribed(
        f"Recognised by its first bytes: {found.name}, {clause}. It is not read, as there is no reader for it here."
        f" {_ADVICE}"
    )


def _find(head: bytes) -> _Recognised | None:
    if head[:1] in _FIRST_BYTES and head.startswith(_ALL):
        return next(
            (_Recognised(each.name, each.may) for each in UNREAD if head.startswith(each.beginnings) and _is_one(head)),
            None,
        )
    if head.startswith((_RIFF, _FORM, b"FRM8", b"FLV\1")):
        return _chunked(head)
    if inside := _inside(head):
        return _Recognised(inside)
    if head.startswith(_PICTURE):
        # The video follows the picture.
        return _Recognised(_MOTION, may=True) if any(sign in head for sign in _MOTION_SIGNS) else None
    return _frames(head) if head.startswith(b"\xff") else None


def _inside(head: bytes) -> str:
    """The name of a format that is known by more than its first bytes; empty if there is none."""
    if _is_htk(head):
        return "HTK file of sound"
    if head.startswith(_MATLAB) and _MATLAB_RATE in head[:_MATLAB_HEAD]:
        return "MATLAB file with sound"
    found = [name for at, signs in _INSIDE.items() if (name := signs.get(head[at : _INSIDE_END[at]]))]
    return found[0] if found else ""


def _is_htk(head: bytes) -> bool:
    """Whether a file begins with HTK's header of a waveform: samples, their period in 100 ns, their size, kind 0."""
    samples, period = int.from_bytes(head[:4]), int.from_bytes(head[4:8])
    return head[8:12] == _HTK_WAVEFORM and samples > 0 and _HTK_PERIODS[0] <= period <= _HTK_PERIODS[1]


def _is_one(head: bytes) -> bool:
    """Whether a file with a short signature is of its format, judged by the following bytes."""
    for beginnings, is_such in _DOUBTFUL:
        if head.startswith(beginnings):
            return is_such(head)
    return not head.startswith((caf.BEGINNING, *BEGINNINGS))


def _repeats(head: bytes, sign: bytes) -> bool:
    """Whether a sync pattern repeats, as in frames."""
    return head[:16384].count(sign) >= 3


#: Signatures so short that more bytes must be checked.
_DOUBTFUL: tuple[tuple[tuple[bytes, ...], Callable[[bytes], bool]], ...] = (
    ((b"MP+",), lambda head: len(head) > 3 and head[3] & 0x0F in (4, 5, 6, 7)),
    ((b"wvpk",), lambda head: 0x402 <= int.from_bytes(head[8:10], "little") <= 0x410),
    ((b"\x77\x0b",), lambda head: len(head) > 8 and head[4] >> 3 <= 16 and _repeats(head, head[:2])),
    ((b"\xac\x40", b"\xac\x41"), lambda head: _repeats(head, head[:2])),
    (
        (b" paf", b"fap ", b"2BIT", b"Vgm ", b"MAC ", b"OFR "),
        lambda head: not head[:64].isascii() or b"\0" in head[:64],
    ),
)


def _chunked(head: bytes) -> _Recognised | None:
    """A kind of RIFF, IFF or Flash video file."""
    kind = head[8:12]
    if head.startswith(b"FLV\1"):
        # Flags announce sound and video; some programs set none of them.
        return _Recognised("Flash video file (FLV)", may=True) if head[4:5] and (head[4] & 4 or not head[4]) else None
    if head.startswith(b"FRM8"):
        return _Recognised("DSD file (DSDIFF)") if head[12:16] == b"DSD " else None
    if head.startswith(_RIFF) and kind in _AVI:
        is_all = b"movi" in head
        if _SOUND_STREAM in head:
            return _Recognised("AVI file")
        return None if is_all else _Recognised("AVI file", may=True)
    name = _CHUNKED.get((head[:4], kind))
    return _Recognised(name) if name else None


def _frames(head: bytes) -> _Recognised | None:
    """MP3 and AAC with too few frames to describe, and FLAC from its first frame on."""
    if _begins_flac(head):
        return _Recognised("frames of FLAC without the beginning of their file")
    readers: tuple[tuple[Callable[[bytes], mpeg.MpegFrame | adts.AdtsHeader | None], int, str], ...] = (
        (mpeg.parse, mpeg.HEADER_SIZE, "MPEG audio (MP3)"),
        (adts.parse, adts.HEADER_SIZE, "AAC (ADTS)"),
    )
    for parse, size, name in readers:
        at, frames = 0, 0
        while frames < 3 and (frame := parse(head[at : at + size])) is not None:
            at, frames = at + frame.length, frames + 1
        rest = head[at:]
        if (
            0 < frames < 3
            and at <= len(head) < _HEAD
            and (not rest or (len(rest) == _CLOSING_TAG and rest.startswith(b"TAG")))
        ):
            return _Recognised(f"stream of {name} of fewer than three frames")
    return None


def _begins_flac(head: bytes) -> bool:
    """Whether frames of FLAC begin here: a header with a right checksum, and the next frames of the same kind."""
    first = flac.parse(head[:_FLAC_HEADER])
    if first is None:
        return False
    at, due, found = first.length, first.following, 0
    while found < _FLAC_FRAMES and (at := head.find(head[:2], at)) >= 0:
        frame = flac.parse(head[at : at + _FLAC_HEADER])
        if frame is not None and frame.number == due and frame.channels == first.channels:
            due, found = frame.following, found + 1
        at += 1
    return found == _FLAC_FRAMES
