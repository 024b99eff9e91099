"""What a rule for a sign of tampering may say, read from YAML and checked.

A rule names what is looked for, how weighty it is, what it fits and what else it fits. Anything a rule says that
is not understood is an error at load, never ignored. Each rule brings examples of what it must and must not find.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import yaml

from parsers.definition.file_class import CLASSES
from parsers.definition.tamper_example import Example, ExampleError

#: What a rule looks at: lines of scripts, of logs, of development settings; where a file lies; its mode.
KINDS = ("script", "log", "property", "placement", "permission")
SEVERITIES = ("low", "medium", "high")
#: How a file's content may begin, for a rule of kind ``placement``; ``content`` is anything but an empty file.
HEADS = ("elf", "script", "program", "content", "any")
#: The mode bits a rule of kind ``permission`` may ask for.
MODES = {"world_writable": 0o002, "setuid": 0o4000}
#: Longest pattern, in characters.
MAX_PATTERN = 1000

_ID = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*")
#: A pattern may not reach over the end of a line, and ``\s`` matches line ends.
_FORBIDDEN = re.compile(r"\\s|\(\?s|(?<!\\)[.\]][*+]|\\[SWD][*+]")


class RuleError(ValueError):
    """A rule that says something not understood, or leaves something out. Names the file, the rule and the key."""


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule, checked. The attributes are the keys of the file.

    Attributes:
        id: unique.
        kind: one of :data:`KINDS`.
        severity: one of :data:`SEVERITIES`.
        reason: what a hit fits: the end of a sentence that begins "This fits ".
        innocent: what else it fits: the end of a sentence that begins "It also fits ".
        files: the classes of files it is for (:mod:`parsers.definition.file_class`); empty where it is not of lines.
        words: lower-case texts, one of which is in each line that ``pattern`` matches.
        pattern: what the line matches.
        unless: what the line must not match.
        unless_next: what the next line must not match.
        also: lower-case texts that the file must all hold as well.
        unless_file: lower-case texts none of which the file may hold.
        after: what a line before, the last one with content, must match.
        paths, not_paths: what the file's path must, and must not, match; the path begins with ``/``.
        head: one of :data:`HEADS`.
        mode: the mode bits of which one must be set.
        hits, misses: what it must find, and what it must not.
    """

    id: str
    kind: str
    severity: str
    reason: str
    innocent: str
    files: frozenset[str]
    words: tuple[bytes, ...]
    pattern: re.Pattern[bytes] | None
    unless: re.Pattern[bytes] | None
    unless_next: re.Pattern[bytes] | None
    also: tuple[bytes, ...]
    unless_file: tuple[bytes, ...]
    after: re.Pattern[bytes] | None
    paths: re.Pattern[str] | None
    not_paths: re.Pattern[str] | None
    head: str
    mode: int
    hits: tuple[Example, ...]
    misses: tuple[Example, ...]

    def is_for(self, path: str) -> bool:
        """Whether the rule is for files of this path (which begins with ``/``)."""
        if self.paths and not self.paths.search(path):
            return False
        return not (self.not_paths and self.not_paths.search(path))


@cache
def load_all() -> tuple[Rule, ...]:
    """Every rule in :mod:`parsers.definitions.tamper`, by file name and then as they stand.

    Raises:
        RuleError: one of them is not understood, or two bear one id.
    """
    found: dict[str, Rule] = {}
    for file in sorted(files("parsers.definitions.tamper").iterdir(), key=lambda file: file.name):
        if file.name.endswith(".yaml"):
            for rule in parse(file.read_text(encoding="utf-8"), file.name):
                if found.setdefault(rule.id, rule) is not rule:
                    raise RuleError(f"{file.name}: {rule.id}: the id is taken by another rule")
    return tuple(found.values())


def parse(text: str, file: str) -> tuple[Rule, ...]:
    """Read the rules of one file.

    Args:
        text: the YAML.
        file: the file's name, for errors.

    Raises:
        RuleError: it is not YAML, a rule has an unknown key, or lacks one.
    """
    try:
        content = yaml.load(text, Loader=_StrictLoader)  # noqa: S506  (a SafeLoader)
    except (yaml.YAMLError, RecursionError, ValueError) as error:
        raise RuleError(f"{file}: not YAML as it is read here: {error}") from error
    if not isinstance(content, list) or not content:
        raise RuleError(f"{file}: a list of rules is expected")
    return tuple(_rule(_Keys(file, number, part)) for number, part in enumerate(content, 1))


class _StrictLoader(yaml.SafeLoader):
    """SafeLoader that takes no key twice."""


def _mapping(loader: _StrictLoader, node: yaml.MappingNode) -> dict[object, object]:
    made: dict[object, object] = {}
    for key_node, value_node in node.value:
        key = loader.construct_object(key_node, deep=True)
        if not isinstance(key, str) or key in made:
            raise yaml.constructor.ConstructorError(
                None, None, f"a key is not text or stands twice: {key!r}", key_node.start_mark
            )
        made[key] = loader.construct_object(value_node, deep=True)
    return made


_StrictLoader.add_constructor(yaml.resolver.BaseResolver.DEFAULT_MAPPING_TAG, _mapping)


class _Keys:
    """One rule of the file. What is not taken from it by the end is an error."""

    def __init__(self, file: str, number: int, content: object) -> None:
        self._place = f"{file}: rule {number}"
        if not isinstance(content, dict):
            raise RuleError(f"{self._place}: a mapping is expected")
        self._left = dict(content)
        self._place = f"{file}: {self._left.get('id', f'rule {number}')}"

    def error(self, key: str, what: str) -> RuleError:
        return RuleError(f"{self._place}: {key}: {what}")

    def text(self, key: str, choices: tuple[str, ...] = ()) -> str:
        value = self._left.pop(key, None)
        if not isinstance(value, str) or not value.strip():
            raise self.error(key, f"text is expected, not {value!r}")
        if choices and value not in choices:
            raise self.error(key, f"{value!r} is none of {', '.join(choices)}")
        return value.strip()

    def texts(self, key: str) -> tuple[str, ...]:
        value = self._left.pop(key, None)
        if value is None:
            return ()
        if not isinstance(value, list) or not value or not all(isinstance(text, str) and text for text in value):
            raise self.error(key, "a list of texts is expected")
        return tuple(value)

    def words(self, key: str) -> tuple[bytes, ...]:
        found = self.texts(key)
        for word in found:
            if word != word.lower() or len(word) < 2 or not word.isascii():
                raise self.error(key, f"{word!r}: at least two lower-case ASCII characters are expected")
        return tuple(word.encode() for word in found)

    def of_line(self, key: str) -> re.Pattern[bytes] | None:
        """A pattern for lines; None where there is none."""
        if key in self._left and _FORBIDDEN.search(str(self._left[key])):
            raise self.error(key, r"a pattern for lines has bounded repeats, and blanks as [ \t], not \s")
        text = self._pattern(key)
        return None if text is None else re.compile(text.encode("utf-8"), re.IGNORECASE)

    def of_path(self, key: str) -> re.Pattern[str] | None:
        """A pattern for paths; None where there is none."""
        text = self._pattern(key)
        return None if text is None else re.compile(text)

    def _pattern(self, key: str) -> str | None:
        if key not in self._left:
            return None
        text = self.text(key)
        try:
            re.compile(text)
        except re.error as error:
            raise self.error(key, f"not a regular expression: {error}") from error
        if len(text) > MAX_PATTERN:
            raise self.error(key, f"longer than {MAX_PATTERN} characters")
        return text

    def examples(self) -> tuple[tuple[Example, ...], tuple[Example, ...]]:
        value = self._left.pop("examples", None)
        if not isinstance(value, dict) or set(value) != {"hit", "miss"}:
            raise self.error("examples", "the lists hit and miss are expected")
        try:
            hits, misses = (tuple(Example.of(part) for part in value[key] or ()) for key in ("hit", "miss"))
        except (ExampleError, TypeError) as error:
            raise self.error("examples", str(error)) from error
        if not hits or not misses:
            raise self.error("examples", "at least one of each is expected")
        return hits, misses

    def done(self) -> None:
        if self._left:
            raise self.error(next(iter(self._left)), "the key is unknown, or not for a rule of this kind")


def _rule(keys: _Keys) -> Rule:
    name, kind = keys.text("id"), keys.text("kind", KINDS)
    if not _ID.fullmatch(name):
        raise keys.error("id", f"{name!r} is not of the form expected")
    of_lines = kind in ("script", "log", "property")
    hits, misses = keys.examples()
    made = Rule(
        id=name,
        kind=kind,
        severity=keys.text("severity", SEVERITIES),
        reason=_clause(keys, "reason"),
        innocent=_clause(keys, "innocent"),
        files=_files(keys, kind),
        words=keys.words("words") if of_lines else (),
        pattern=keys.of_line("pattern") if of_lines else None,
        unless=keys.of_line("unless") if of_lines else None,
        unless_next=keys.of_line("unless_next") if kind == "log" else None,
        also=keys.words("also") if kind == "script" else (),
        unless_file=keys.words("unless_file") if kind == "script" else (),
        after=keys.of_line("after") if kind == "script" else None,
        paths=keys.of_path("paths"),
        not_paths=keys.of_path("not_paths"),
        head=keys.text("head", HEADS) if kind == "placement" else "any",
        mode=MODES[keys.text("mode", tuple(MODES))] if kind == "permission" else 0,
        hits=hits,
        misses=misses,
    )
    if of_lines and made.pattern is None:
        raise keys.error("pattern", "text is expected")
    if of_lines and bool(made.words) == bool(made.after):
        raise keys.error("words", "either words or after is expected")
    if not of_lines and made.paths is None:
        raise keys.error("paths", "text is expected")
    keys.done()
    return made


def _clause(keys: _Keys, key: str) -> str:
    text = keys.text(key)
    if text.endswith(".") or "\n" in text:
        raise keys.error(key, "the end of a sentence is expected, in one line and without its full stop")
    return text


def _files(keys: _Keys, kind: str) -> frozenset[str]:
    if kind != "script":
        return frozenset({kind} if kind in ("log", "property") else ())
    found = frozenset(keys.texts("files"))
    if not found or not found <= CLASSES:
        raise keys.error("files", f"some of {', '.join(sorted(CLASSES))} are expected")
    return found
