"""Checks that ``parsers`` and ``chain_of_custody`` belong to this installation.

They are generic top-level names. Another distribution may contain packages with the same names: pip then silently
writes both into one folder, and removes files of both when it removes either. Another folder with such a name may also
come first on the path. What would then be imported is not what was tested, so nothing is imported.

Normally this reads one small file and the sizes of the installed ones. The installed distributions are searched only to
name the one at fault.
"""

from __future__ import annotations

import os
import sys
from importlib import import_module
from importlib.machinery import EXTENSION_SUFFIXES
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable
    from importlib.metadata import Distribution

DISTRIBUTION = "echoforensics"
PACKAGES = ("parsers", "chain_of_custody")
#: The most files to name in a message.
_NAMED = 3


def check_packages(home: Path, version: str) -> None:
    """Check that the packages next to this one are those it was released with.

    Each must lie in ``home``, have the files that were installed, and declare this distribution and version.

    Args:
        home: the folder that holds this package: a site-packages folder or a checkout.
        version: the version of this package.

    Raises:
        ImportError: a package is missing, lies elsewhere, or belongs to another distribution; the message names the
            distribution at fault, if any, and says what to do.
    """
    for name in PACKAGES:
        found = _folder(name)
        if found is not None and found != home / name:
            raise ImportError(_elsewhere(name, found, home))
    changed = _changed(home, version) or [f"{name}/__init__.py" for name in PACKAGES if not _declares(name, version)]
    if changed:
        raise ImportError(_overwritten(changed, home, version))


def _declares(name: str, version: str) -> bool:
    """Whether a package says it belongs to this distribution and version."""
    try:
        package = import_module(name)
    except ModuleNotFoundError as error:
        if error.name == name:
            return False
        raise
    declared = (getattr(package, "__distribution__", None), getattr(package, "__version__", None))
    return declared == (DISTRIBUTION, version)


def _folder(name: str) -> Path | None:
    """Return where a package would be imported from. A folder without ``__init__.py`` counts: it may hide a package."""
    try:
        spec = find_spec(name)
    except ValueError:  # already imported, without a loader
        return None
    if spec is None:
        return None
    if spec.origin is not None:
        return Path(spec.origin).resolve().parent
    places = list(spec.submodule_search_locations or ())
    return Path(places[0]).resolve() if places else None


def _changed(home: Path, version: str) -> list[str]:
    """Return files that are missing, differ in size from the installed one, or hide one; paths below ``home``.

    An installation lists its files and their sizes in RECORD. A checkout has no such list; nothing is installed there.
    """
    try:
        lines = (_metadata(home, version) / "RECORD").read_text(encoding="utf-8").splitlines()
    except OSError:
        return []
    folders: dict[str, dict[str, int]] = {}
    for line in lines:
        path, _, size = line.rsplit(",", 2) if line.count(",") > 1 else (line, "", "")
        folder, _, name = path.rpartition("/")
        if size.isdigit() and folder.partition("/")[0] in PACKAGES:
            folders.setdefault(folder, {})[name] = int(size)
    return [f"{folder}/{name}" for folder, files in folders.items() for name in _changed_in(home / folder, files)]


def _metadata(home: Path, version: str) -> Path:
    return home / f"{DISTRIBUTION}-{version}.dist-info"


def _changed_in(folder: Path, files: dict[str, int]) -> Iterable[str]:
    missing = dict(files)
    modules = {name[:-3] for name in files if name.endswith(".py")}
    # Python prefers both a package and an extension module to a module of the same name.
    extensions = {f"{name}{end}" for name in modules for end in EXTENSION_SUFFIXES}
    try:
        with os.scandir(folder) as entries:
            for entry in entries:
                expected = missing.pop(entry.name, None)
                if expected is not None:
                    if entry.stat().st_size != expected:
                        yield entry.name
                elif entry.name in modules and Path(entry.path, "__init__.py").is_file():
                    yield f"{entry.name}/__init__.py"
                elif entry.name in extensions:
                    yield entry.name
    except FileNotFoundError:
        pass
    yield from missing


def _elsewhere(name: str, found: Path, home: Path) -> str:
    owners = _owners([found / "__init__.py"]) or _owners_of_name(name)
    remedy = f"It belongs to {_listed(owners)}. {_uninstall(owners)}" if owners else "Remove or rename that folder."
    return f"echoforensics needs its own package {name!r} in {home}, but {found} comes first on the path. {remedy}"


def _overwritten(changed: list[str], home: Path, version: str) -> str:
    named = ", ".join(sorted(changed)[:_NAMED]) + (
        f" and {len(changed) - _NAMED} more" if len(changed) > _NAMED else ""
    )
    if owners := _owners(home / path for path in changed):
        cause = f"but {_listed(owners)} has overwritten {named}"
        remedy = f"{_uninstall(owners)} Then {_repair(home, version)}"
    else:
        cause = f"but these are missing or changed: {named}"
        remedy = (
            f"A distribution with files of the same names may have been removed. To mend it, {_repair(home, version)}"
        )
    return f"echoforensics needs its own files in {home}, {cause}. {remedy}"


def _uninstall(owners: list[Distribution]) -> str:
    return f"Run: {_pip('uninstall', *(owner.name for owner in owners))}."


def _listed(owners: list[Distribution]) -> str:
    return " and ".join(f"{owner.name} {owner.version}" for owner in owners)


def _repair(home: Path, version: str) -> str:
    """Return the command that restores every file."""
    import json
    from importlib.metadata import distribution
    from urllib.parse import unquote, urlsplit

    if not _metadata(home, version).is_dir():
        return "restore the checkout."
    recorded = distribution(DISTRIBUTION).read_text("direct_url.json")
    origin = json.loads(recorded) if recorded else {}
    source = f"{DISTRIBUTION}=={version}"
    if url := origin.get("url", ""):
        source = unquote(urlsplit(url).path) if url.startswith("file:") else url
    return f"run: {_pip('install', '--force-reinstall', '--no-deps', source)}"


def _pip(*arguments: str) -> str:
    import shlex

    return shlex.join([sys.executable, "-m", "pip", *arguments])


def _owners(paths: Iterable[Path]) -> list[Distribution]:
    """Return the other distributions that installed one of these files."""
    from importlib.metadata import distributions

    wanted = {os.path.realpath(path) for path in paths}
    return [
        found
        for found in distributions()
        if found.name != DISTRIBUTION
        and any(os.path.realpath(str(found.locate_file(file))) in wanted for file in found.files or ())
    ]


def _owners_of_name(package: str) -> list[Distribution]:
    """Return the other distributions that claim a package with this name, such as editable installs."""
    from importlib.metadata import distribution, packages_distributions

    names = sorted(set(packages_distributions().get(package, ())) - {DISTRIBUTION})
    return [distribution(name) for name in names]
