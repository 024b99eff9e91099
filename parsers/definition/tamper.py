"""Rules for signs that somebody may have changed a device: what a sign fits, and what else it fits."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import cache
from typing import Any, NamedTuple

from parsers.definition.definition import NAME
from parsers.definition.error import DefinitionError
from parsers.definition.form import (
    EXPRESSION,
    Choice,
    Either,
    Expression,
    Key,
    Listed,
    Made,
    Section,
    Text,
    Values,
    Variants,
    compiled,
)
from parsers.definition.loader import Kind, load

#: What a rule checks: lines of scripts, logs or development settings; a file's place; its mode.
KINDS = ("script", "log", "property", "placement", "permission")
SEVERITIES = ("low", "medium", "high")
#: Classes of files for a rule of kind ``script``: ``startup`` is run or read when a device starts, or on
#: schedule; ``foreign`` is a script in a folder for data; ``script`` is any script; ``history`` is what was
#: typed at a shell.
FILES = ("startup", "foreign", "script", "history", "hosts")
#: How a file may begin, for a rule of kind ``placement``; ``content`` is any file that is not empty.
HEADS = ("elf", "script", "program", "content", "any")
#: The mode bits that a rule of kind ``permission`` may check.
MODES = {"world_writable": 0o002, "setuid": 0o4000}
#: The default path of an example.
DEFAULT_PATHS = {"script": "etc/init.d/example", "log": "var/log/kern.log", "property": "system/build.prop"}

#: Patterns for lines need bounded repeats. ``\s`` matches line ends, so such a pattern would cross them.
_UNBOUNDED = re.compile(r"\\s|\(\?s|(?<!\\)[.\]][*+]|\\[SWD][*+]")


@dataclass(frozen=True, slots=True)
class Example:
    """An example file, small enough to be in the rule itself.

    Attributes:
        path: path inside the evidence.
        content: the bytes.
        mode: POSIX permission bits, or None if unknown.
    """

    path: str
    content: bytes
    mode: int | None


class Rule(NamedTuple):
    """A validated rule.

    Attributes:
        name: unique.
        kind: one of :data:`KINDS`.
        severity: one of :data:`SEVERITIES`.
        reason: what a hit fits: the end of a sentence that begins "This fits ".
        innocent: what else it fits: the end of a sentence that begins "It also fits ".
        files: the classes of files it applies to (:mod:`parsers.tamper.file_class`); empty if it is not about lines.
        words: lower-case texts, one of which is in every line that ``pattern`` matches.
        pattern: what the line must match.
        unless: what the line must not match.
        unless_next: what the next line must not match.
        also: lower-case texts that must all be in the file.
        unless_file: lower-case texts that must not be in the file.
        after: what the previous non-empty line must match.
        path_pattern, unless_path: what the file's path must, and must not, match; the path begins with ``/``.
        head: one of :data:`HEADS`.
        mode: mode bits, one of which must be set.
        hits, misses: examples that it must find, and must not find.
    """

    name: str
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
    path_pattern: re.Pattern[str] | None
    unless_path: re.Pattern[str] | None
    head: str
    mode: int
    hits: tuple[Example, ...]
    misses: tuple[Example, ...]

    def is_for(self, path: str) -> bool:
        """Whether the rule applies to files with this path (which begins with ``/``)."""
        if self.path_pattern and not self.path_pattern.search(path):
            return False
        return not (self.unless_path and self.unless_path.search(path))


class RuleSet(NamedTuple):
    """The rules of one definition."""

    name: str
    title: str
    rules: tuple[Rule, ...]


def _rule(values: Values) -> Rule:
    kind = values[_KIND]
    files = frozenset(values.get(_FILES, (kind,) if kind in ("log", "property") else ()))
    hits, misses = (tuple(_placed(example, kind, values) for example in part) for part in values[_EXAMPLES])
    return Rule(
        name=values[_NAME],
        kind=kind,
        severity=values[_SEVERITY],
        reason=values[_REASON],
        innocent=values[_INNOCENT],
        files=files,
        words=values.get(_WORDS, ()),
        pattern=values.get(_PATTERN, None),
        unless=values.get(_UNLESS, None),
        unless_next=values.get(_UNLESS_NEXT, None),
        also=values.get(_ALSO, ()),
        unless_file=values.get(_UNLESS_FILE, ()),
        after=values.get(_AFTER, None),
        path_pattern=values[_PATH_PATTERN],
        unless_path=values[_UNLESS_PATH],
        head=values.get(_HEAD, "any"),
        mode=values.get(_MODE, 0),
        hits=hits,
        misses=misses,
    )


def _placed(example: Example, kind: str, values: Values) -> Example:
    """Give an example without a path the usual path of its rule's kind."""
    if example.path:
        return example
    if kind not in DEFAULT_PATHS:
        raise values.place.key("examples").error("a path is expected in each")
    return replace(example, path=DEFAULT_PATHS[kind])


def _of_line(text: str) -> re.Pattern[bytes]:
    if _UNBOUNDED.search(text):
        raise ValueError(r"a pattern for lines has bounded repeats, and blanks as [ \t], not \s")
    return compiled(text, text.encode("utf-8"), re.IGNORECASE)


def _example(values: Values) -> Example:
    return Example(values[_EXAMPLE_PATH], values[_HEX] + values[_TEXT].encode("utf-8"), values[_EXAMPLE_MODE])


_ANY_TEXT = Text(r"[\s\S]*", "any text")
_EXAMPLE_PATH = Key("path", Text(), "Where the file is. Left out: where such files usually are.", default="")
_TEXT = Key("text", _ANY_TEXT, "What it holds, after `hex`.", default="")
_HEX = Key("hex", Made(Text(r"([0-9a-f]{2})+", "bytes in hexadecimal"), bytes.fromhex), "What it holds.", default=b"")
_EXAMPLE_MODE: Key[int | None] = Key(
    "mode",
    Made(Text(r"[0-7]{3,4}", "octal number, in quotation marks"), lambda text: int(text, 8)),
    "Its permission bits.",
    default=None,
)
_EXAMPLE = Either(
    Made(_ANY_TEXT, lambda text: Example("", text.encode("utf-8"), None)),
    Section((_EXAMPLE_PATH, _TEXT, _HEX, _EXAMPLE_MODE), _example),
)

_LINE_PATTERN = Expression(Text(), _of_line, "regular expression for lines, without capitals, with bounded repeats")
_WORD = Made(Text(r"[ -@\[-~]{2,}", "at least two lower-case ASCII characters"), lambda text: text.encode("ascii"))
_CLAUSE = Text(r"[^\n]*[^.\s]", "the end of a sentence, without its full stop")

_SET_NAME = Key("name", NAME.form, "The name of the set of rules, which is its file's.")
_TITLE = Key("title", Text(), "What the rules look at, in a few words.")
_NAME = Key("name", NAME.form, "Its name, unique among the rules.")
_KIND = Key("kind", Choice(KINDS), "What it looks at.")
_SEVERITY = Key("severity", Choice(SEVERITIES), "How weighty a hit is.")
_REASON = Key("reason", _CLAUSE, 'What a hit fits: the end of a sentence that begins "This fits ".')
_INNOCENT = Key("innocent", _CLAUSE, 'What else it fits: the end of a sentence that begins "It also fits ".')
_FILES = Key("files", Listed(Choice(FILES)), "The classes of files it is for.")
_WORDS = Key("words", Listed(_WORD), "Texts of which one is in each line that `pattern` matches.", default=())
_AFTER: Key[re.Pattern[bytes] | None] = Key(
    "after", _LINE_PATTERN, "In place of `words`: what the last line before, but for blank ones, matches.", default=None
)
_PATTERN: Key[re.Pattern[bytes] | None] = Key("pattern", _LINE_PATTERN, "What the line matches.")
_UNLESS: Key[re.Pattern[bytes] | None] = Key("unless", _LINE_PATTERN, "What the line must not match.", default=None)
_UNLESS_NEXT: Key[re.Pattern[bytes] | None] = Key(
    "unless_next", _LINE_PATTERN, "What the next line must not match.", default=None
)
_ALSO = Key("also", Listed(_WORD), "Texts that the file must all hold as well.", default=())
_UNLESS_FILE = Key("unless_file", Listed(_WORD), "Texts none of which the file may hold.", default=())
_PATH_PATTERN: Key[re.Pattern[str] | None] = Key(
    "path_pattern", EXPRESSION, "What the file's path matches; the path begins with `/`.", default=None
)
_UNLESS_PATH: Key[re.Pattern[str] | None] = Key(
    "unless_path", EXPRESSION, "What the file's path must not match.", default=None
)
_HEAD = Key("head", Choice(HEADS), "How the file's content begins.")
_MODE = Key("mode", Made(Choice(tuple(MODES)), MODES.__getitem__), "The permission that is looked for.")
_HIT = Key("hit", Listed(_EXAMPLE), "What the rule must find.")
_MISS = Key("miss", Listed(_EXAMPLE), "What looks like it, and what it must not find.")
_EXAMPLES = Key(
    "examples",
    Section((_HIT, _MISS), lambda values: (values[_HIT], values[_MISS])),
    "At least one file that the rule finds something in, and one that it does not. They are tested.",
)


def _needed(key: Key[Any]) -> Key[Any]:
    return Key(key.name, key.form, key.about)


_EXPLANATION = (_SEVERITY, _REASON, _INNOCENT)
_OF_LINES = (_PATTERN, _UNLESS, _PATH_PATTERN, _UNLESS_PATH)
_KEYS: dict[str, tuple[Key[Any], ...]] = {
    "script": (_FILES, _WORDS, _AFTER, *_OF_LINES, _ALSO, _UNLESS_FILE),
    "log": (_needed(_WORDS), *_OF_LINES, _UNLESS_NEXT),
    "property": (_needed(_WORDS), *_OF_LINES),
    "placement": (_HEAD, _needed(_PATH_PATTERN), _UNLESS_PATH),
    "permission": (_MODE, _needed(_PATH_PATTERN), _UNLESS_PATH),
}
#: A rule: its keys depend on its kind.
RULE = Variants(
    "kind",
    {
        kind: Section(
            (_NAME, _KIND, *_EXPLANATION, *keys, _EXAMPLES),
            _rule,
            one_of=(("words", "after"),) if kind == "script" else (),
        )
        for kind, keys in _KEYS.items()
    },
)
_TAMPER = Key("tamper", Listed(RULE), "The rules.")

TAMPER = Kind(
    "tamper",
    "Rules for signs that somebody may have changed a device",
    Section((_SET_NAME, _TITLE, _TAMPER), lambda values: RuleSet(values[_SET_NAME], values[_TITLE], values[_TAMPER])),
)


@cache
def all_rules() -> tuple[Rule, ...]:
    """Every rule, sorted by file name, then in file order.

    Raises:
        DefinitionError: a rule is invalid, or two rules have the same name.
    """
    found: dict[str, Rule] = {}
    for made in load(TAMPER):
        for rule in made.rules:
            if found.setdefault(rule.name, rule) is not rule:
                raise DefinitionError(made.name, rule.name, "the name is taken by another rule")
    return tuple(found.values())
