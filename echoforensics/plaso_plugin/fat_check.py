"""FAT volumes that plaso misreads, reported before their files are read.

References: Microsoft, FAT: General Overview of On-Disk Format, 1.03: below 4085 clusters FAT12, below 65525 FAT16.
libfsfat 20260826 listed two of six files on a volume of 4,081 clusters, with other bytes, and The Sleuth Kit all six
(own measurement): as if clusters were counted over the whole volume, its tables and root folder included.
"""

from __future__ import annotations

import struct
from functools import partial
from typing import TYPE_CHECKING, Any

from dfvfs.lib.definitions import TYPE_INDICATOR_FAT
from dfvfs.resolver.resolver import Resolver

from echoforensics.plaso_plugin.file_source import guarded

if TYPE_CHECKING:
    from dfvfs.path.path_spec import PathSpec

_LIMITS = (4085, 65525)
#: From byte 11: bytes a sector, sectors a cluster, reserved, tables, root entries, sectors (16 bits), -, sectors a
#: table (16 bits), -, -, -, sectors (32 bits), sectors a table (32 bits; FAT32).
_BOOT = struct.Struct("<HBHBHHBHHHIII")
WARNING = (
    "plaso's FAT reader takes this volume for another kind of FAT: files on it are missed or have other bytes. Read it"
    " again with --vfs_back_end tsk, or with echoforensics extract"
)


def misread(boot: bytes) -> bool:
    """Whether the two ways to count a volume's clusters make it different kinds of FAT.

    Args:
        boot: the first 512 bytes of the volume.
    """
    if len(boot) < 11 + _BOOT.size:
        return False
    sector, cluster, reserved, tables, root, short, _, table, _, _, _, long, table32 = _BOOT.unpack_from(boot, 11)
    total, per_table = short or long, table or table32
    if not (sector and cluster and total):
        return False
    overhead = reserved + tables * per_table + -(-root * 32 // sector)
    data, whole = max(0, total - overhead) // cluster, total // cluster
    return any(data < limit <= whole for limit in _LIMITS)


def misread_volume(spec: PathSpec, context: Any) -> bool:
    """Whether a file's path specification leads through such a volume.

    Raises:
        OSError: the volume cannot be read.
    """
    if spec.type_indicator != TYPE_INDICATOR_FAT:
        return False
    volume = guarded(partial(Resolver.OpenFileObject, spec.parent, resolver_context=context))
    guarded(partial(volume.seek, 0))
    return misread(guarded(partial(volume.read, 512)))
