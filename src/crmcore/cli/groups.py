"""Groups of commands whose error for an unknown command names what resembles it."""

import click


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
