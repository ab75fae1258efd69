"""The command reference: what `--help` of every command prints."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click

from crmcore.cli.main import cli


def commands() -> str:
    """Return a section for each command and its subcommands, the bundled plugins' ones included."""
    with nowhere():
        return "\n".join(_section(path, ctx) for path, ctx in walk())


def walk() -> Iterator[tuple[tuple[str, ...], click.Context]]:
    """Yield every command, as the context in which it is, with the words that lead to it; `crm` itself first."""
    settings = {**cli.context_settings, "max_content_width": None}
    with click.Context(cli, info_name="crm", terminal_width=80, **settings) as ctx:
        yield from _walk(ctx, ())


@contextmanager
def nowhere() -> Iterator[None]:
    """Work in an empty folder and without the environment's own settings, so that help is the same everywhere."""
    before, environ = Path.cwd(), dict(os.environ)
    with tempfile.TemporaryDirectory() as folder:
        try:
            os.chdir(folder)
            for name in [*filter(lambda name: name.startswith("CRM_"), environ), "LC_ALL", "LC_MESSAGES"]:
                os.environ.pop(name, None)
            os.environ |= {"XDG_CONFIG_HOME": folder, "XDG_CACHE_HOME": folder, "LANG": "C.UTF-8", "COLUMNS": "90"}
            yield
        finally:
            os.chdir(before)
            os.environ.clear()
            os.environ.update(environ)


def _walk(ctx: click.Context, path: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], click.Context]]:
    yield path, ctx
    if isinstance(ctx.command, click.Group):
        for name in ctx.command.list_commands(ctx):
            found = ctx.command.get_command(ctx, name)
            if found is not None and not found.hidden:
                with click.Context(found, info_name=name, parent=ctx) as inner:
                    yield from _walk(inner, (*path, name))


def _section(path: tuple[str, ...], ctx: click.Context) -> str:
    heading = "#" * min(len(path) + 2, 4)
    return f"{heading} crm {' '.join(path)}".rstrip() + f"\n\n```text\n{ctx.get_help().rstrip()}\n```\n"
