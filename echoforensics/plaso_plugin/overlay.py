"""plaso's data folder with ours in it: theirs as links, whatever their version, and what we add.

plaso reads formatters from every file of a folder, but its timeliner's mapping and its presets from one file each,
which cannot be given twice; without our mapping it keeps event data of ours and makes no event of it, silently.
"""

from __future__ import annotations

import shutil
from pathlib import Path

import plaso

from echoforensics.errors import EchoforensicsError
from echoforensics.plaso_plugin import definitions

#: Our files that plaso is given as they are: tagging rules, artefact definitions.
OURS = Path(__file__).parent / "data"
#: In an overlay: which folder it was made over.
MARKER = "echoforensics-overlay"
#: Files of plaso's that ours are written behind, and what ours are.
_JOINED = {"timeliner.yaml": definitions.timeliner, "presets.yaml": definitions.preset}
_FORMATTERS = "formatters"


class OverlayError(EchoforensicsError):
    """plaso's data folder is not as we know it, so our events would be lost."""


def of_plaso() -> Path:
    """The data folder of the installed plaso."""
    return Path(plaso.__file__).parent / "data"


def build(theirs: Path, target: Path) -> Path:
    """Make the overlay in an empty folder.

    Args:
        theirs: plaso's data folder, or one of the user's in its form.
        target: where to.

    Raises:
        OverlayError: a file or folder that we build on is not there.
        OSError: it cannot be read or written.
    """
    for name in (*_JOINED, _FORMATTERS):
        if not (theirs / name).exists():
            raise OverlayError(f"{theirs}: not a data folder of plaso: it has no {name}")
    _link_all(theirs, target)
    (target / _FORMATTERS / "echoforensics.yaml").write_text(definitions.formatters(), encoding="utf-8")
    for name, ours in _JOINED.items():
        text = (theirs / name).read_text(encoding="utf-8").rstrip("\n")
        (target / name).write_text(f"{text}\n{ours()}", encoding="utf-8")
    for source in OURS.iterdir():
        if source.is_file():
            shutil.copyfile(source, target / source.name)
    (target / MARKER).write_text(f"{theirs}\n", encoding="utf-8")
    return target


def artifacts(target: Path, custom: str | None = None) -> Path:
    """A folder of artefact definitions: ours, and the user's own.

    Args:
        target: an empty folder.
        custom: a file or folder of definitions that the user gave.
    """
    for source in sorted((OURS / "artifacts").glob("*.yaml")):
        shutil.copyfile(source, target / f"echoforensics_{source.name}")
    if custom:
        given = Path(custom)
        # plaso reads the files of a folder that end in .yaml.
        for number, source in enumerate(sorted(given.glob("*.yaml")) if given.is_dir() else [given]):
            shutil.copyfile(source, target / f"given_{number:03}_{source.stem}.yaml")
    return target


def is_overlay(folder: Path) -> bool:
    """Whether a data folder holds our mapping."""
    return (folder / MARKER).is_file()


def _link_all(theirs: Path, target: Path) -> None:
    for source in sorted(theirs.rglob("*")):
        link = target / source.relative_to(theirs)
        if source.is_dir():
            link.mkdir(parents=True, exist_ok=True)
        elif source.name not in _JOINED:
            try:
                link.symlink_to(source.resolve())
            except OSError:
                # A file system without links, or Windows without the right to make them.
                shutil.copyfile(source, link)
