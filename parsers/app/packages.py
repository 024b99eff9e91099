"""Which apps are read: the Alexa app on a phone, and the apps of an Echo with a screen (Fire OS)."""

from __future__ import annotations

import re
from dataclasses import dataclass

from parsers.record import Clock

#:The Alexa app on Android.
COMPANION = re.compile(r"com\.amazon\.dee\.app")
#:Apps of an Echo with a screen.
DEVICE = re.compile(
    r"amazon\.speech\.[\w.]+"
    r"|com\.amazon\.(?:alexa|alta|aria|cardinal|cloud9|dcp|device|edgecvs|gloria|identity|imp|knight|tahoe|zordon)[\w.]*"
)
#:An app's folder: ``/data/data/NAME``, ``/data/user/0/NAME``, ``/data/NAME`` in an image of the data partition alone.
_FOLDER = re.compile(r"(?:^|/)((?:com\.)?amazon\.[\w.]{1,120})/")


@dataclass(frozen=True, slots=True)
class App:
    """The app whose folder a file is in.

    Attributes:
        package: its name.
        companion: whether it is the Alexa app on a phone; else it is one of an Echo's.
    """

    package: str
    companion: bool

    @property
    def clock(self) -> Clock:
        """Whose clock makes the times it writes."""
        return Clock.PHONE if self.companion else Clock.DEVICE


def app_of(path: str) -> App | None:
    """The app in whose folder a file is, or None if it is in none, or in that of another app."""
    for found in _FOLDER.finditer(path):
        package = found[1]
        if COMPANION.fullmatch(package):
            return App(package, companion=True)
        if DEVICE.fullmatch(package):
            return App(package, companion=False)
    return None
