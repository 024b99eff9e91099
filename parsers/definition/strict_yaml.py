"""YAML as definitions are written in it: plain values, every key text and no key twice."""

from __future__ import annotations

import yaml

from parsers.definition.error import DefinitionError


def read(text: str, file: str) -> object:
    """The content of a YAML text.

    Args:
        text: the YAML.
        file: the file's name, for errors.

    Raises:
        DefinitionError: it is not YAML, names a Python object, or has a key twice or one that is not text.
    """
    try:
        return yaml.load(text, Loader=_StrictLoader)  # noqa: S506  (a SafeLoader)
    except (yaml.YAMLError, RecursionError, ValueError) as error:
        raise DefinitionError(file, "", f"not YAML as it is read here: {error}") from error


class _StrictLoader(yaml.SafeLoader):
    """SafeLoader that takes no key twice."""


def _mapping(loader: _StrictLoader, node: yaml.MappingNode) -> dict[object, object]:
    made: dict[object, object] = {}
    for key_node, value_node in node.value:
        key = loader.construct_object(key_node, deep=True)
        if not isinstance(key, str):
            raise yaml.constructor.ConstructorError(None, None, f"a key is not text: {key!r}", key_node.start_mark)
        if key in made:
            raise yaml.constructor.ConstructorError(None, None, f"the key {key!r} is given twice", key_node.start_mark)
        made[key] = loader.construct_object(value_node, deep=True)
    return made


_StrictLoader.add_constructor(yaml.resolver.BaseResolver.DEFAULT_MAPPING_TAG, _mapping)
