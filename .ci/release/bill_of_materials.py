"""The bill of materials (CycloneDX): what an installation of the wheel brings, as requirements.lock pins it.

Components that only an extra brings are of the scope ``optional``. Versions and hashes are those of the lock; licences
are what each installed distribution declares.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from email.parser import Parser
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from pathlib import Path
from typing import Any

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

#: The extras that users install; the others are for who develops or documents.
EXTRAS = ("pkcs11", "listen", "review", "scale", "pandas")
_PINNED = re.compile(r"^([A-Za-z0-9][\w.-]*)==")
Edges = dict[str, set[str]]


def write_bill(source: Path, wheel: Path, output: Path) -> Path:
    """Write the bill of a wheel.

    Args:
        source: the files of the commit, which have the lock.
        wheel: the wheel.
        output: the folder that the bill is written into.
    """
    with zipfile.ZipFile(wheel) as archive:
        (member,) = (name for name in archive.namelist() if name.endswith(".dist-info/METADATA"))
        metadata = Parser().parsestr(archive.read(member).decode("utf-8"))
    lines = metadata.get_all("Requires-Dist") or []
    needed, edges = closure(lines, ("",))
    every, more = closure(lines, ("", *EXTRAS))
    made = _components(locked(source / "requirements.lock", every))
    own = f"echoforensics=={metadata['Version']}"
    made["metadata"]["component"] = {
        "bom-ref": own, "type": "application", "name": "echoforensics", "version": metadata["Version"],
        "description": metadata["Summary"], "licenses": [{"license": {"id": "Apache-2.0"}}],
        "purl": f"pkg:pypi/echoforensics@{metadata['Version']}",
    }  # fmt: skip
    references = {}
    for component in made["components"]:
        name = canonicalize_name(component["name"])
        component["bom-ref"] = references[name] = component["purl"]
        # What the generator says of the lines that it was given.
        component.pop("description", None)
        for reference in component.get("externalReferences", ()):
            reference.pop("comment", None)
        component["scope"] = "required" if name in needed else "optional"
        component["licenses"] = [{"license": {"name": _licence(name) or "not declared in the distribution's metadata"}}]
    graph = {**more, **edges}
    made["dependencies"] = [
        {"ref": own if name == "echoforensics" else references[name],
         "dependsOn": sorted(references[each] for each in graph[name] if each in references)}
        for name in sorted(graph) if name == "echoforensics" or name in references
    ]  # fmt: skip
    path = output / f"echoforensics-{metadata['Version']}.cdx.json"
    path.write_text(json.dumps(made, indent=1, sort_keys=True) + "\n", encoding="utf-8")
    return path


def closure(lines: list[str], extras: tuple[str, ...]) -> tuple[set[str], Edges]:
    """The names of everything that is needed, and what needs what."""
    edges: Edges = {"echoforensics": set(_wanted(lines, extras))}
    pending = list(edges["echoforensics"])
    while pending:
        name = pending.pop()
        if name not in edges:
            found = _installed(name)
            edges[name] = set(_wanted(found.requires or [], ("",))) if found else set()
            pending += edges[name]
    return set(edges) - {"echoforensics"}, edges


def _wanted(lines: list[str], extras: tuple[str, ...]) -> Iterator[str]:
    for line in lines:
        requirement = Requirement(line)
        marker = requirement.marker
        if marker is None or any(marker.evaluate({"extra": extra}) for extra in extras):
            yield canonicalize_name(requirement.name)


def locked(lock: Path, names: set[str]) -> str:
    """The part of a lock that is of some names, with their hashes."""
    kept, keeping = [], False
    for line in lock.read_text(encoding="utf-8").splitlines():
        if found := _PINNED.match(line):
            keeping = canonicalize_name(found[1]) in names
        if keeping and not line.lstrip().startswith("#"):
            kept.append(line)
    return "\n".join(kept) + "\n"


def _components(locked: str) -> dict[str, Any]:
    program = [sys.executable, "-m", "cyclonedx_py", "requirements", "--output-reproducible", "--sv", "1.6", "-"]
    done = subprocess.run(program, input=locked, capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit(f"{' '.join(program)}\n{done.stderr}")
    made: dict[str, Any] = json.loads(done.stdout)
    return made


def _installed(name: str) -> Distribution | None:
    try:
        return distribution(name)
    except PackageNotFoundError:
        return None


def _licence(name: str) -> str:
    """What a distribution declares: an expression, its licence's first line, or a classifier."""
    found = _installed(name)
    if found is None:
        return ""
    metadata = found.metadata
    declared = metadata.get("License-Expression") or (metadata.get("License") or "").strip().split("\n")[0]
    classified = [line.rpartition(" :: ")[2] for line in metadata.get_all("Classifier") or [] if "License ::" in line]
    return declared if 0 < len(declared) <= 100 else ", ".join(classified)
