"""The Celery application: its queue and its results are in Redis, as OpenRelik has them."""

from __future__ import annotations

import os

from celery.app import Celery

REDIS_URL = os.getenv("REDIS_URL") or "redis://localhost:6379/0"

celery = Celery(broker=REDIS_URL, backend=REDIS_URL, include=["src.tasks"])
