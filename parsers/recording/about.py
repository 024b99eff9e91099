"""The human-readable description of the recording parser."""

from __future__ import annotations

from parsers.parser import About

ABOUT = About(
    title="Recording of sound",
    data_types=("recording:audio",),
    known_by=(
        "WAV: RIFF, RIFX, RF64 or BW64, a length, WAVE",
        "Ogg: OggS and the first page of a stream",
        "FLAC: fLaC and a STREAMINFO block",
        "AMR and AMR-WB: #!AMR or #!AMR-WB and a line feed",
        "M4A, MP4, 3GP, QuickTime: a ftyp box of any brand but those of still pictures; without it a moov, moof or mdat"
        " box",
        "AIFF, AIFF-C: FORM, a length, AIFF or AIFC; CAF: caff, version 1, a desc chunk; Wave64: its two GUIDs",
        "AU: .snd or dns., with a rate and channels that there are",
        "Matroska, WebM: an EBML header of such a document type",
        "MPEG transport streams: at least four packets of 188, 192 or 204 bytes; the tables that name sound",
        "AAC (ADTS), AAC (LATM), AC-3, E-AC-3: three frames that follow each other",
        "AMR without a header: frames marked as undamaged and nothing else, at least 25 of them",
        "MP3: three MPEG audio frames that follow each other",
        "any of these behind ID3 tags of any length and number, and behind zero bytes",
        "formats that are named and not read (an issue): Windows Media, WavPack, Monkey's Audio, Musepack, DSD, TTA,"
        " TAK, OptimFROG, Shorten, DTS, TrueHD, RealAudio, AVI, FLV, MPEG programme streams, SILK, EVRC, DSS and other"
        " dictation, VOC, NIST SPHERE, IRCAM, QOA, 8SVX, trackers, MIDI and others, by their signatures",
        "a name that ends as those of sound files do (.wav, .mp3, ...), of a file that is neither text nor known: an"
        " issue",
    ),
    shows=(
        "That the file holds a recording of this container, coding and duration; whether it is complete by its own"
        " structure, which of its bytes are damaged, and how many are missing or follow it; what tags its maker wrote"
        " into it; and what"
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
        "Sound is not decoded: damage inside MP3, AAC, AMR, M4A and WAV sound is not seen. FLAC frames and Ogg pages"
        " are all checked by their checksums.",
        "A damaged frame, page or header does not end a recording: what comes behind it is found by the format's own"
        " signs, and counted; the issue gives the places. Of AMR, which has no such sign, it takes six frames that"
        " follow each other.",
        "A WAV whose header gives no length is taken to reach to the end of the data. Of several data chunks the first"
        " is counted, as programs play it, and an issue gives the others.",
        "MP3 and AAC of fewer than three frames are read only where two are all there is, else named. An MP3 cut"
        " between two frames looks whole unless its header gives the number of frames.",
        "The duration of MP3 and ADTS counts the encoder's padding. HE-AAC that no header states is known by its"
        " frames, if there are twelve; one channel of it is given as two, as programs play it.",
        "Of a file that holds moving pictures the sound alone is described, of several tracks of sound the first. The"
        " duration of a Matroska file is the one it states, pictures included; of a transport stream it is that of the"
        " times of presentation of its sound.",
        "Tags: at most 256, at most 4096 characters each; pictures are left out. At most 4,000,000 frames or pages"
        " are read.",
    ),
    references=(
        "Microsoft and IBM, Multimedia Programming Interface and Data Specifications 1.0; EBU Tech 3285",
        "RFC 3533, RFC 7845, RFC 6716, Vorbis I, The Speex Codec Manual",
        "RFC 9639 (FLAC); RFC 4867 (AMR)",
        "ISO/IEC 11172-3, 13818-3, 13818-7, 14496-3, 14496-12, 14496-14; 3GPP TS 26.244",
        "RFC 8794, RFC 9559 (Matroska); ISO/IEC 13818-1 (transport streams); ETSI TS 102 366 (AC-3)",
        "Apple: AIFF and AIFF-C, Core Audio Format; Sony Wave64; Sun au(4); EBU Tech 3306 (RF64); ITU-R BS.2088 (BW64)",
        "id3.org: ID3v2.2 to ID3v2.4, ID3v1",
        "jungheum/pycift (names of recordings that CIFT saves)",
    ),
)
