"""A group of commands whose modules are imported when a command is called; each is given the options of the log."""

from __future__ import annotations

import difflib
from importlib import import_module
from typing import TYPE_CHECKING, Any

import click
from click.shell_completion import CompletionItem

if TYPE_CHECKING:
    from collections.abc import Mapping


class LazyGroup(click.Group):
    """A group that lists its commands, and completes their names, without importing them.

    Args:
        package: the package that has a module for each command; what the module calls ``command`` is the command.
        summaries: by command, what the list of commands says: the first sentence of its help. Commands that need
            no import may be added with :meth:`click.Group.add_command`.
        folders: by command, the folder in the package that has its module, where it is not the package itself.
        arguments: those of :class:`click.Group`.
    """

    def __init__(
        self, *, package: str, summaries: Mapping[str, str], folders: Mapping[str, str], **arguments: Any
    ) -> None:
        super().__init__(**arguments)
        self._folders = dict(folders)
        self._package = package
        self._summaries = dict(summaries)

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The names of all commands, sorted."""
        return sorted({*self._summaries, *super().list_commands(ctx)})

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """A command, imported now; None if there is none of this name."""
        if cmd_name not in self._summaries:
            return super().get_command(ctx, cmd_name)
        folder = f"{self._folders[cmd_name]}." if cmd_name in self._folders else ""
        command: click.Command = import_module(f"{self._package}.{folder}{cmd_name}").command
        import_module(f"{self._package}.options.log").add_log_options(command)
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """The command that is named. Raises UsageError, with names that are written alike, if there is none."""
        name, known = args[0], self.list_commands(ctx)
        if name in known or name.startswith("-") or ctx.resilient_parsing:
            return super().resolve_command(ctx, args)
        alike = difflib.get_close_matches(name, known, n=3)
        hint = f" Did you mean {' or '.join(alike)}?" if alike else ""
        raise click.UsageError(f"No such command {name!r}.{hint}", ctx)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the list of commands."""
        with formatter.section("Commands"):
            formatter.write_dl(self._listed(ctx))

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem]:
        """The commands whose names begin so, and the group's own options."""
        listed = self._listed(ctx)
        found = [CompletionItem(name, help=summary) for name, summary in listed if name.startswith(incomplete)]
        return [*found, *click.Command.shell_complete(self, ctx, incomplete)]

    def _listed(self, ctx: click.Context) -> list[tuple[str, str]]:
        found = dict(self._summaries)
        for name, command in self.commands.items():
            found[name] = command.get_short_help_str(limit=1000)
        return [(name, found[name]) for name in self.list_commands(ctx)]
