"""Android's list of installed packages for its lower layers: ``packages.list``.

References:
    AOSP frameworks/base, PackageManager Settings: ``name uid debuggable folder label groups``, one per line.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import ClassVar

from parsers.parser import About, Parser, Source
from parsers.record import Issue, Record, Value
from parsers.registry import register
from parsers.small_file import NO_TIME, numbered, too_many_lines, whole
from parsers.values import Keeper

DATA_TYPE = "echo:state:packages"
_LINE = re.compile(
    r"(?P<name>[A-Za-z][\w.]{1,200}) (?P<uid>\d{4,7}) (?P<debuggable>[01]) (?P<folder>/\S{1,300})(?: .{0,400})?"
)
_OURS = re.compile(r"(?:com\.)?amazon\.|(?i:.*\b(?:alexa|echo)\b)")
#: Packages found only on devices with the speech client.
_DEVICE = re.compile(r"amazon\.speech\.\w+|com\.amazon\.(?:headlessbeacon|knight|device\.\w+|dee\.app|alexa\.\w+)")
_MAX_KEPT = 190


@register
class PackageList(Parser):
    """Reads the list."""

    name: ClassVar[str] = "android_packages"
    version: ClassVar[str] = "1"
    needs_path: ClassVar[tuple[str, ...]] = ("packages.list",)
    about: ClassVar[About] = About(
        title="Amazon's packages in Android's list of installed packages (packages.list)",
        data_types=(DATA_TYPE,),
        known_by=("a file packages.list of lines: name, user id, 0 or 1, folder",),
        shows="Which of Amazon's packages were installed, and the user id by which logs name each.",
        does_not_show="When a package was installed, or that it ran. A hidden package is listed all the same.",
        validated_on=(
            "Made files only. The user id 32037 of amazon.speech.sim was seen on an Echo Dot 2 (bboe/overdub).",
        ),
        limits=(f"The user ids of at most {_MAX_KEPT} packages are kept.", "Packages of others are counted."),
        references=("AOSP frameworks/base, services/core, pm/Settings", "https://github.com/bboe/overdub"),
    )

    def claims(self, source: Source) -> bool:
        """Whether the name and the first line match."""
        if source.name != "packages.list":
            return False
        return _LINE.fullmatch(source.head.split(b"\n", 1)[0].decode("utf-8", "replace").rstrip("\r")) is not None

    def parse(self, source: Source) -> Iterator[Record | Issue]:
        """Yield one record if Amazon packages are listed."""
        content, issues = whole(source)
        yield from issues
        yield from too_many_lines(content)
        ours: dict[str, Value] = {}
        debuggable: list[Value] = []
        others = wrong = 0
        first = ""
        for number, line in numbered(content):
            found = _LINE.fullmatch(line.strip())
            if found is None:
                wrong += 1
                first = first or f"line:{number}"
            elif _OURS.match(found["name"]):
                ours[found["name"]] = int(found["uid"])
                debuggable += [found["name"]] if found["debuggable"] == "1" else []
            else:
                others += 1
        if wrong:
            lines = (
                "1 line of the list is not of its form; it was"
                if wrong == 1
                else f"{wrong} lines of the list are not of its form; they were"
            )
            yield Issue(f"{lines} not read.", first)
        if ours:
            yield _record(ours, debuggable, others)


def _record(ours: dict[str, Value], debuggable: list[Value], others: int) -> Record:
    telling = [name for name in ours if _DEVICE.fullmatch(name)][:5]
    message = f"Android's list names {len(ours)} of Amazon's packages and {others} other{'' if others == 1 else 's'}"
    message += f", among them {', '.join(telling)}" if telling else ""
    fields: dict[str, Value] = {
        "packages": len(ours), "others": others, "debuggable": debuggable,
        "user_ids": dict(list(ours.items())[:_MAX_KEPT]),
    }  # fmt: skip
    return Record(DATA_TYPE, f"{message}.{NO_TIME}", "", fields=Keeper().fields(fields))
