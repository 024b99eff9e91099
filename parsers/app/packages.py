"""The supported apps: the Alexa app on a phone, and the apps of an Echo with a screen (Fire OS)."""

from __future__ import annotations

import re
from dataclasses import dataclass

from parsers.record import Clock

#: The Alexa app on Android.
COMPANION = re.compile(r"com\.amazon\.dee\.app")
#: Apps of an Echo with a screen.
DEVICE = re.compile(
    r"amazon\.speech\.[\w.]+"
    r"|com\.amazon\.(?:alexa|alta|aria|cardinal|cloud9|dcp|device|edgecvs|gloria|identity|imp|knight|tahoe|zordon)[\w.]*"
)
#: An app's folder: ``/data/data/NAME``, ``/data/user/0/NAME``, or ``/data/NAME`` in an image of the data partition.
_FOLDER = re.compile(r"(?:^|/)((?:com\.)?amazon\.[\w.]{1,120})/")


@dataclass(frozen=True, slots=True)
class App:
    """The app that owns a folder.

    Attributes:
        package: its package name.
        companion: whether it is the Alexa app on a phone; if not, it runs on an Echo.
    """

    package: str
    companion: bool

    @property
    def clock(self) -> Clock:
        """The clock behind the times it writes."""
        return Clock.PHONE if self.companion else Clock.DEVICE


def app_of(path: str) -> App | None:
    """Find the supported app whose folder contains a file, or None."""
    for found in _FOLDER.finditer(path):
        package = found[1]
        if COMPANION.fullmatch(package):
            return App(package, companion=True)
        if DEVICE.fullmatch(package):
            return App(package, companion=False)
    return None
