"""Groups of commands whose error for an unknown command names what resembles it, and those that plugins' commands join."""

from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from crmcore.cli.index import Entry


class Suggesting(click.Group):
    """A group that asks itself for its commands' names, so that they may be made when they are used."""

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the command that is meant, or raise `click.UsageError` with a hint."""
        name = args[0]
        command = None if name.startswith("-") else self.get_command(ctx, name)
        if command is None and not ctx.resilient_parsing:
            from difflib import get_close_matches  # noqa: PLC0415 - needed for this message only

            near = get_close_matches(name, self.list_commands(ctx), n=3, cutoff=0.5)
            hint = f"; did you mean {' or '.join(map(repr, near))}?" if near else ""
            raise click.UsageError(f"There is no command {name!r}{hint}", ctx=ctx)
        return name if command else None, command, args[1:]


class Joined(Suggesting):
    """A group of the core that has the commands of plugins' groups of the same name as well."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names of the core's own commands, then of those that joined them."""
        return [*self.commands, *(entry.name for entry in self._joined(ctx))]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Return a command; one that is not the core's is looked for in the plugins."""
        if cmd_name in self.commands:
            return self.commands[cmd_name]
        from crmcore.cli.extra import command  # noqa: PLC0415 - commands of the core need no plugin

        return command(ctx, f"{self.name} {cmd_name}")

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the commands without importing those of plugins."""
        own = [(name, command.get_short_help_str()) for name, command in self.commands.items()]
        with formatter.section("Commands"):
            formatter.write_dl([*own, *((entry.name, entry.help) for entry in self._joined(ctx))])

    def _joined(self, ctx: click.Context) -> "tuple[Entry, ...]":
        from crmcore.cli.completing import known  # noqa: PLC0415 - commands of the core need no index

        return known(ctx).joined(str(self.name))
