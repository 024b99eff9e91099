"""The YAML of definitions: plain values, text keys only, no duplicate keys."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import yaml

from parsers.definition.error import DefinitionError

_TEXT, _LIST, _MAPPING = (f"tag:yaml.org,2002:{name}" for name in ("str", "seq", "map"))


def read(text: str, file: str, *, shipped: bool = False) -> object:
    """Parse a YAML text.

    Args:
        text: the YAML.
        file: the file's name, for errors.
        shipped: whether the text ships with the program. If so, libyaml reads it if available, in a tenth of the time;
            other texts are not, because thousands of nested brackets crash libyaml.

    Raises:
        DefinitionError: it is not YAML, names a Python object, or has a duplicate key or a key that is not text.
    """
    try:
        return yaml.load(text, Loader=_FastLoader if shipped else _StrictLoader)  # noqa: S506  (both are SafeLoaders)
    except (yaml.YAMLError, RecursionError, ValueError) as error:
        raise DefinitionError(file, "", f"not YAML that a definition may use: {error}") from error


class _StrictLoader(yaml.SafeLoader):
    """SafeLoader that rejects duplicate keys."""


class _FastLoader(yaml.CSafeLoader if yaml.__with_libyaml__ else yaml.SafeLoader):  # type: ignore[misc]
    """The same, using libyaml; mappings, lists and texts are made without the generators of SafeLoader."""

    def get_single_data(self) -> object:
        """Make the one document of the text."""
        node = self.get_single_node()
        return None if node is None else self._made(node)

    def _made(self, node: yaml.Node) -> object:
        if node.tag == _TEXT:
            return node.value
        if node.tag == _LIST:
            return [self._made(each) for each in node.value]
        return _mapping(self, node, self._made) if node.tag == _MAPPING else self.construct_object(node, deep=True)


def _mapping(
    loader: _StrictLoader | _FastLoader, node: yaml.Node, make: Callable[[yaml.Node], object] | None = None
) -> dict[object, object]:
    made: dict[object, object] = {}
    make = make or partial(loader.construct_object, deep=True)
    for key_node, value_node in node.value:
        key = make(key_node)
        if not isinstance(key, str):
            raise yaml.constructor.ConstructorError(None, None, f"a key is not text: {key!r}", key_node.start_mark)
        if key in made:
            raise yaml.constructor.ConstructorError(None, None, f"the key {key!r} is given twice", key_node.start_mark)
        made[key] = make(value_node)
    return made


for _loader in (_StrictLoader, _FastLoader):
    _loader.add_constructor(yaml.resolver.BaseResolver.DEFAULT_MAPPING_TAG, _mapping)
