"""The part of requirements.lock that the package needs to run, without tests and extras: for the image of a container.

It is written to standard output. Everything in the lock must be installed in the environment that runs this: what needs
what is read from the distributions themselves.
"""

from __future__ import annotations

import configparser
import sys
from pathlib import Path

from bill_of_materials import closure, locked

ROOT = Path(__file__).resolve().parents[2]


def main() -> None:
    """Write the part."""
    settings = configparser.ConfigParser()
    settings.read(ROOT / "setup.cfg", encoding="utf-8")
    needed, _ = closure(settings["options"]["install_requires"].split("\n")[1:], ("",))
    sys.stdout.write(locked(ROOT / "requirements.lock", needed))


if __name__ == "__main__":
    main()
