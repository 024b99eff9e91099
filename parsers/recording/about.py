"""The description of the recording parser for people."""

from __future__ import annotations

from parsers.parser import About

ABOUT = About(
    title="Recording of sound",
    data_types=("recording:audio",),
    known_by=(
        "WAV: RIFF, RIFX, RF64 or BW64, a length, WAVE",
        "Ogg: OggS, and a first packet of Opus, Vorbis, Speex or FLAC",
        "FLAC: fLaC and a STREAMINFO block",
        "AMR and AMR-WB: #!AMR or #!AMR-WB and a line feed",
        "M4A, MP4, 3GP, QuickTime: a ftyp box of any brand but those of still pictures; without it a moov, moof or mdat"
        " box",
        "AAC (ADTS): three frames that follow each other",
        "MP3: three MPEG audio frames that follow each other",
        "any of these behind ID3 tags of any length and number, and behind zero bytes",
    ),
    shows=(
        "That the file holds a recording of this container, coding and duration; whether it is complete by its own"
        " structure, and how many bytes are missing or follow it; what tags its maker wrote into it; and what"
        " utterance id, number or time its name gives."
    ),
    does_not_show=(
        "Who speaks, what is said, or when it was recorded. A recording from the Alexa cloud carries no time and no"
        " identity of its own: they come from the list or record that names it. Anybody can give a name or a tag."
        " Two identical files are not two recordings: the cloud returns the same sound for each part of one stream."
        " A recording without a fault is well formed, which does not mean that nobody edited it."
    ),
    validated_on=(
        "DFRWS 2017 IoT challenge, Echo 1st generation: the 14 recordings from the Alexa cloud, PCM 16-bit"
        " little-endian, 16000 Hz, mono, 4.680 to 7.420 s, all whole with a 44-byte header (dfrws/dfrws2017-challenge)",
        "Echo 1st generation, software 669701320: /var/local/alarmd/noticeEarcon.mp3 is 59 bytes of text, the target of"
        " a link, and is not claimed (Mich21050/EchoSystemFiles)",
    ),
    limits=(
        "Only the WAV layout was seen in real Alexa evidence; the other containers were validated on files made by"
        " ffmpeg and SoX, and against ffprobe and libsndfile.",
        "Sound is not decoded: damage inside MP3, AAC, AMR, M4A and WAV sound, or inside any FLAC frame but the last,"
        " is not seen. Ogg pages are all checked by their checksums.",
        "A WAV whose header gives no length is taken to reach to the end of the data.",
        "MP3 and AAC of fewer than three frames, MP3 of free format, AIFF and CAF files are not claimed. An MP3 cut"
        " between two frames looks whole unless its header gives the number of frames.",
        "The duration of MP3 and ADTS counts the encoder's padding; that of AAC with implicit SBR is right, its sample"
        " rate half of what is played.",
        "Of a file that holds moving pictures the sound alone is described.",
        "Tags: at most 256, at most 4096 characters each; pictures are left out. At most 4,000,000 frames or pages"
        " are read.",
    ),
    references=(
        "Microsoft and IBM, Multimedia Programming Interface and Data Specifications 1.0; EBU Tech 3285",
        "RFC 3533, RFC 7845, RFC 6716, Vorbis I, The Speex Codec Manual",
        "RFC 9639 (FLAC); RFC 4867 (AMR)",
        "ISO/IEC 11172-3, 13818-3, 13818-7, 14496-3, 14496-12, 14496-14; 3GPP TS 26.244",
        "id3.org: ID3v2.2 to ID3v2.4, ID3v1",
        "jungheum/pycift (names of recordings that CIFT saves)",
    ),
)
