"""The volume descriptors of ISO 9660, as far as The Sleuth Kit cannot read them by itself.

References:
    ISO 9660:1999, 8.4 and 8.5 (supplementary and enhanced volume descriptors), which ``mkisofs -iso-level 4`` writes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from echoforensics.evidence.file_systems.remarks import DESCRIPTOR, DESCRIPTORS, LOOKED_AT
from echoforensics.evidence.media.media import ReadImage

if TYPE_CHECKING:
    from echoforensics.evidence.volume import Volume

_IDENTIFIER = b"CD001"
#: How an enhanced descriptor begins, and the type of a descriptor that The Sleuth Kit passes over.
_ENHANCED, _PASSED_OVER = b"\2CD001\2", b"\3"


def image_for_sleuth_kit(volume: Volume) -> Any:
    """Return the image of a volume, in which The Sleuth Kit passes over enhanced descriptors.

    It takes one for a list of other files, finds none, and waits forever when they are asked for. The same files are
    in the list of the first descriptor.
    """
    try:
        is_iso = volume.read(DESCRIPTORS + 1, len(_IDENTIFIER)) == _IDENTIFIER
        found = volume.read(DESCRIPTORS, LOOKED_AT * DESCRIPTOR) if is_iso else b""
    except OSError:
        return volume.image  # what can be read of it, The Sleuth Kit reads
    start = volume.image_offset + DESCRIPTORS
    hidden = [start + at for at in range(0, len(found), DESCRIPTOR) if found.startswith(_ENHANCED, at)]
    if not hidden:
        return volume.image

    def read(offset: int, size: int) -> bytes:
        content: bytes = volume.image.read(offset, size)
        for at in hidden:
            if offset <= at < offset + len(content):
                content = content[: at - offset] + _PASSED_OVER + content[at - offset + 1 :]
        return content

    return ReadImage(volume.image.get_size(), read, lambda: None)
