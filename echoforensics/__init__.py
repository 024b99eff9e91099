"""Voice recordings and activity timelines from Amazon Echo devices and Alexa accounts, signed for chain of custody."""

from __future__ import annotations

from pathlib import Path

from echoforensics.installation import check_packages

__version__ = "0.1.0"

check_packages(Path(__file__).resolve().parent.parent, __version__)
