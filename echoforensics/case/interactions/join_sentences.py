"""Sentences on why records were joined, or not."""

from __future__ import annotations

from collections.abc import Iterable

from echoforensics.case.interactions.record_names import named_in_words

_SOUND = "sound:"
_MOST = 3


def shared_sentence(key: str) -> str:
    """Why a record with a shared key was joined."""
    if key.startswith(_SOUND):
        return "It is byte for byte the recording that another member is."
    return f"It shares the {named_in_words(key)} with another member."


def open_sentence(keys: Iterable[str]) -> str:
    """Why records that share keys with several interactions were not joined."""
    return f"It shares {_listed(keys)} with more than one interaction; by that it was joined to none of them."


def contested_sentence(keys: Iterable[str]) -> str:
    """What is left open for an interaction that shares keys with another one."""
    return f"Another interaction shares {_listed(keys)}; that joined nothing."


def _listed(keys: Iterable[str]) -> str:
    named = sorted({_named(key) for key in keys})
    more = f" and {len(named) - _MOST} more" if len(named) > _MOST else ""
    return ", ".join(named[:_MOST]) + more


def _named(key: str) -> str:
    return "the same bytes of a recording" if key.startswith(_SOUND) else f"the {named_in_words(key)}"
