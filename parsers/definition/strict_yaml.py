"""YAML as definitions are written in it: plain values, every key text and no key twice."""

from __future__ import annotations

import yaml

from parsers.definition.error import DefinitionError


def read(text: str, file: str, *, shipped: bool = False) -> object:
    """The content of a YAML text.

    Args:
        text: the YAML.
        file: the file's name, for errors.
        shipped: the text comes with the program. It is read by libyaml where that is there, in a tenth of the time;
            a text of others is not, since thousands of nested brackets crash it.

    Raises:
        DefinitionError: it is not YAML, names a Python object, or has a key twice or one that is not text.
    """
    try:
        return yaml.load(text, Loader=_FastLoader if shipped else _StrictLoader)  # noqa: S506  (both are SafeLoaders)
    except (yaml.YAMLError, RecursionError, ValueError) as error:
        raise DefinitionError(file, "", f"not YAML as it is read here: {error}") from error


class _StrictLoader(yaml.SafeLoader):
    """SafeLoader that takes no key twice."""


class _FastLoader(yaml.CSafeLoader if yaml.__with_libyaml__ else yaml.SafeLoader):  # type: ignore[misc]
    """The same, by libyaml."""


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
