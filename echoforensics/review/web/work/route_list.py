"""Every route of the work."""

from __future__ import annotations

from typing import TYPE_CHECKING

from echoforensics.review.web.work import closing, items, opinions, queues, sounds

if TYPE_CHECKING:
    from echoforensics.review.web.api import Api

ROUTES: tuple[Api, ...] = (*queues.ROUTES, *items.ROUTES, *sounds.ROUTES, *opinions.ROUTES, *closing.ROUTES)
