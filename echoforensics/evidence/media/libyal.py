"""Reading through the handles of the libyal libraries."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from echoforensics.evidence.media.file_bytes import reason_of

if TYPE_CHECKING:
    from collections.abc import Callable

#: What their functions raise for damaged images. OverflowError and ValueError come from lengths they cannot hold.
LIBYAL_ERRORS = (OSError, ValueError, OverflowError, MemoryError, RuntimeError)
#: Bytes asked for at once.
_PIECE = 16 << 20


def read_with(handle: Any) -> Callable[[int, int], bytes]:
    """A function that reads (byte offset, size) through a handle. It may give less, and raises only OSError."""

    def read(offset: int, size: int) -> bytes:
        pieces: list[bytes] = []
        done = 0
        try:
            handle.seek(offset)
            while done < size:
                piece: bytes = handle.read(min(size - done, _PIECE))
                if not piece:
                    break
                pieces.append(piece)
                done += len(piece)
        except LIBYAL_ERRORS as error:
            raise OSError(reason_of(error)) from error
        return b"".join(pieces)

    return read
