"""Every signature that is looked for."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from echoforensics.carving.carved import Signature


def all_signatures() -> tuple[Signature, ...]:
    """Signatures of every carver, in no order that matters."""
    return ()
