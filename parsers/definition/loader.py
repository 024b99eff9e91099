"""Find, read and validate definitions of any kind."""

from __future__ import annotations

from dataclasses import dataclass
from importlib.resources import files
from typing import Generic, Protocol, TypeVar

from parsers.definition import strict_yaml
from parsers.definition.error import DefinitionError
from parsers.definition.form import Place, Section


class _Named(Protocol):
    @property
    def name(self) -> str: ...


T = TypeVar("T", bound=_Named)

#: The package whose folders hold the definitions, one folder per kind.
PACKAGE = "parsers.definitions"


@dataclass(frozen=True, slots=True)
class Kind(Generic[T]):
    """A kind of definition.

    Attributes:
        name: the name of the kind, of its folder, and of the section that only this kind has.
        about: a short description of what its definitions describe.
        form: the keys of such a definition.
    """

    name: str
    about: str
    form: Section[T]


def load(kind: Kind[T]) -> tuple[T, ...]:
    """Load every definition of a kind, sorted by name, which is also the file name.

    Raises:
        DefinitionError: a definition is invalid, or its name differs from its file's.
    """
    found = []
    for file in sorted(files(f"{PACKAGE}.{kind.name}").iterdir(), key=lambda file: file.name):
        name, _, ending = file.name.rpartition(".")
        if ending == "yaml":
            made = parse(kind, file.read_text(encoding="utf-8"), file.name, shipped=True)
            if made.name != name:
                raise DefinitionError(file.name, "name", f"{name} is expected, as the file is named, not {made.name}")
            found.append(made)
    return tuple(found)


def parse(kind: Kind[T], text: str, file: str, *, shipped: bool = False) -> T:
    """Read one definition.

    Args:
        kind: its kind.
        text: the YAML.
        file: the file's name, for errors.
        shipped: whether the definition ships with the program.

    Raises:
        DefinitionError: it is not YAML, has an unknown key, lacks a key, or has an invalid value. The error names the
            file and the key.
    """
    return kind.form.read(strict_yaml.read(text, file, shipped=shipped), Place(file, shipped=shipped))
