"""Every route of the API."""

from __future__ import annotations

from typing import TYPE_CHECKING

from echoforensics.review.web.routes import audit, people, sign_in
from echoforensics.review.web.work.route_list import ROUTES as WORK

if TYPE_CHECKING:
    from echoforensics.review.web.api import Api

ROUTES: tuple[Api, ...] = (*sign_in.ROUTES, *people.ROUTES, *audit.ROUTES, *WORK)
