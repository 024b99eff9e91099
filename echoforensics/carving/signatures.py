"""Lists every signature to search for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from echoforensics.carving import (
    adts,
    amr,
    described,
    flac,
    gzip_member,
    json_fragment,
    m4a,
    mp3,
    ogg,
    sqlite_file,
    sqlite_page,
    utterance,
    wav,
)

if TYPE_CHECKING:
    from echoforensics.carving.carved import Signature


def all_signatures() -> tuple[Signature, ...]:
    """Return the signatures of every carver, in no particular order."""
    return (
        *adts.SIGNATURES,
        *amr.SIGNATURES,
        *described.SIGNATURES,
        *flac.SIGNATURES,
        *gzip_member.SIGNATURES,
        *json_fragment.SIGNATURES,
        *m4a.SIGNATURES,
        *mp3.SIGNATURES,
        *ogg.SIGNATURES,
        *sqlite_file.SIGNATURES,
        *sqlite_page.SIGNATURES,
        *utterance.SIGNATURES,
        *wav.SIGNATURES,
    )
