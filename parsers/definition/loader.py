"""Finds, reads and checks definitions, of whichever kind."""

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

#: The package whose folders hold the definitions, one folder a kind.
PACKAGE = "parsers.definitions"


@dataclass(frozen=True, slots=True)
class Kind(Generic[T]):
    """A kind of definition.

    Attributes:
        name: of the kind, of its folder, and of the section that only it has.
        about: what its definitions describe, in a few words.
        form: the keys that such a definition has.
    """

    name: str
    about: str
    form: Section[T]


def load(kind: Kind[T]) -> tuple[T, ...]:
    """Every definition of a kind, by name, which is its file's too.

    Raises:
        DefinitionError: one of them is not understood, or its file has another name.
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
        shipped: whether it comes with the program.

    Raises:
        DefinitionError: it is not YAML, has an unknown key, lacks one, or says what is not understood. It names the
            file and the key.
    """
    return kind.form.read(strict_yaml.read(text, file, shipped=shipped), Place(file))
