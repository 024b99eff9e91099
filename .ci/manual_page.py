"""Write the manual page echoforensics(1) from the help of the commands: ``make man``."""

from __future__ import annotations

import inspect
import re
import sys
from collections.abc import Iterator
from pathlib import Path

import click

from echoforensics.cli.main import cli
from echoforensics.version import __version__

TARGET = Path(__file__).parents[1] / "docs" / "man" / "echoforensics.1"
NAME = "echoforensics"
SUMMARY = "voice recordings and activity timelines from Amazon Echo devices and Alexa accounts"

#: What the help of no command says.
SECTIONS = {
    "EXIT STATUS": (
        ("0", "Done."),
        ("1", "Verification failed."),
        ("2", "Wrong usage, or input that cannot be opened."),
        ("3", "Done, but some of the evidence could not be read. It is listed."),
        ("130", "Interrupted. Repeat the command to go on."),
    ),
    "ENVIRONMENT": (
        ("ECHOFORENSICS_KEY", "The examiner's key, where --key is not given: a file, or an address on a token."),
        ("ECHOFORENSICS_PASSPHRASE", "The key's passphrase. Other programs of the same user can read it."),
        ("PKCS11_MODULE", "The library that speaks with a card or a hardware module."),
    ),
    "FILES": (
        ("~/.config/echoforensics/examiner.pem", "The examiner's key."),
        ("CASE/case.db", "The tables of a case."),
        ("CASE/custody.jsonl", "The ledger of a case."),
        ("CASE/artefacts/", "The files that were extracted, each under its SHA-256."),
    ),
}


def roff(text: str) -> str:
    """Text as roff takes it."""
    escaped = text.replace("\\", "\\e").replace("-", "\\-")
    return re.sub(r"^(?=[.'])", r"\\&", escaped, flags=re.MULTILINE)


def paragraphs(text: str) -> Iterator[str]:
    """The paragraphs of a help text; those that click does not fill are not filled here either."""
    for paragraph in inspect.cleandoc(text).split("\n\n"):
        if paragraph.startswith("\b"):
            yield f".PP\n.nf\n{roff(paragraph.lstrip(chr(8)).strip(chr(10)))}\n.fi"
        else:
            yield f".PP\n{roff(' '.join(paragraph.split()))}"


def options(command: click.Command, context: click.Context) -> Iterator[str]:
    """The options of a command, each with its help."""
    for parameter in command.get_params(context):
        record = parameter.get_help_record(context)
        if record and record[1]:
            yield f".TP\n.B {roff(record[0])}\n{roff(' '.join(record[1].split()))}"


def commands(group: click.Group, context: click.Context) -> Iterator[str]:
    """The commands of a group, with those of its groups."""
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        if command is None or command.hidden:
            continue
        inner = click.Context(command, info_name=name, parent=context)
        usage = " ".join([inner.command_path, *command.collect_usage_pieces(inner)])
        yield f".SS {roff(inner.command_path)}\n.PP\n.B {roff(usage)}"
        yield from paragraphs(command.help or command.short_help or "")
        yield from options(command, inner)
        if isinstance(command, click.Group):
            yield from commands(command, inner)


def page() -> str:
    """The whole page."""
    context = click.Context(cli, info_name=NAME, **cli.context_settings)
    parts = [
        f'.TH ECHOFORENSICS 1 "" "{NAME} {__version__}" "User Commands"',
        f".SH NAME\n{NAME} \\- {SUMMARY}",
        f".SH SYNOPSIS\n.B {NAME}\n[OPTIONS] COMMAND [ARGS]...",
        ".SH DESCRIPTION",
        *paragraphs(cli.help or ""),
        ".SH OPTIONS",
        *options(cli, context),
        ".SH COMMANDS",
        *commands(cli, context),
    ]
    for title, entries in SECTIONS.items():
        parts.append(f".SH {title}")
        parts += [f".TP\n.B {roff(name)}\n{roff(text)}" for name, text in entries]
    parts.append(".SH SEE ALSO\n.BR log2timeline (1),\n.BR psort (1),\n.BR openssl (1)")
    return "\n".join(parts) + "\n"


if __name__ == "__main__":
    TARGET.parent.mkdir(exist_ok=True)
    TARGET.write_text(page(), encoding="utf-8")
    sys.exit(0)
