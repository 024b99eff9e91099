"""An example of what a rule must, or must not, find: a file small enough to stand in the rule itself."""

from __future__ import annotations

from dataclasses import dataclass

#: Where an example lies when it does not say.
DEFAULT_PATHS = {"script": "etc/init.d/example", "log": "var/log/kern.log", "property": "system/build.prop"}


class ExampleError(ValueError):
    """An example that is not of the form expected."""


@dataclass(frozen=True, slots=True)
class Example:
    """One file.

    Attributes:
        path: path inside the evidence; empty for the usual one of the rule's kind.
        content: the bytes.
        mode: POSIX permission bits, or None where they are not known.
    """

    path: str
    content: bytes
    mode: int | None

    @classmethod
    def of(cls, value: object) -> Example:
        """An example as the YAML gives it: a text, or a mapping of ``path``, ``text``, ``hex`` and ``mode`` (octal).

        Raises:
            ExampleError: it is neither.
        """
        if isinstance(value, str):
            return cls("", value.encode("utf-8"), None)
        if not isinstance(value, dict) or not value or not set(value) <= {"path", "text", "hex", "mode"}:
            raise ExampleError(f"a text, or path, text, hex and mode are expected, not {value!r}")
        if not all(isinstance(part, str) for part in value.values()):
            raise ExampleError(f"texts are expected in {value!r}")
        try:
            content = bytes.fromhex(value.get("hex", "")) + value.get("text", "").encode("utf-8")
            mode = int(value["mode"], 8) if "mode" in value else None
        except ValueError as error:
            raise ExampleError(f"{value!r}: {error}") from error
        return cls(value.get("path", ""), content, mode)
