"""Tables of other systems (Mac, Sun, BSD), read with The Sleuth Kit."""

from __future__ import annotations

from typing import Any

import pytsk3

from echoforensics.evidence.volumes.table import Partition, PartitionTable, printable

_KINDS = ((pytsk3.TSK_VS_TYPE_MAC, "Mac"), (pytsk3.TSK_VS_TYPE_SUN, "Sun"), (pytsk3.TSK_VS_TYPE_BSD, "BSD"))
MAX_PARTS = 1024


def read_other(image: Any) -> PartitionTable | None:
    """Read the table at the start of an image. None if there is none of these.

    Args:
        image: what pytsk3 reads from.
    """
    for kind, name in _KINDS:
        try:
            table = pytsk3.Volume_Info(image, type=kind)
            block = int(table.info.block_size)
            parts = [
                Partition(
                    int(part.start) * block, int(part.len) * block, printable(part.desc.decode("utf-8", "replace"))
                )
                for part in table
                if part.flags & pytsk3.TSK_VS_PART_FLAG_ALLOC
            ]
        except (OSError, RuntimeError):
            continue  # not this kind; a RuntimeError where the image itself cannot be read there
        if parts:
            return PartitionTable(name, tuple(parts[:MAX_PARTS]))
    return None
