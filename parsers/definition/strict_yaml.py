"""The YAML of definitions: plain values, text keys only, no duplicate keys."""

from __future__ import annotations

import yaml

from parsers.definition.error import DefinitionError


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
    """The same, using libyaml."""


def _mapping(loader: _StrictLoader | _FastLoader, node: yaml.MappingNode) -> dict[object, object]:
    made: dict[object, object] = {}
    for key_node, value_node in node.value:
        key = loader.construct_object(key_node, deep=True)
        if not isinstance(key, str):
            raise yaml.constructor.ConstructorError(None, None, f"a key is not text: {key!r}", key_node.start_mark)
        if key in made:
            raise yaml.constructor.ConstructorError(None, None, f"the key {key!r} is given twice", key_node.start_mark)
        made[key] = loader.construct_object(value_node, deep=True)
    return made


for _loader in (_StrictLoader, _FastLoader):
    _loader.add_constructor(yaml.resolver.BaseResolver.DEFAULT_MAPPING_TAG, _mapping)
