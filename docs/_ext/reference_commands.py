"""The command reference: what `--help` of every command really prints."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click
from click.testing import CliRunner

from crmcore.cli.main import cli


def commands() -> str:
    """Return a section for each command and its subcommands, the bundled plugins' ones included."""
    with nowhere():
        return "\n".join(_section(path) for path, _ in walk())


def walk() -> Iterator[tuple[tuple[str, ...], click.Command]]:
    """Yield every command with the words that lead to it, `crm` itself first."""
    with click.Context(cli, info_name="crm") as ctx:
        yield from _walk(ctx, cli, ())


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


def _walk(
    ctx: click.Context, command: click.Command, path: tuple[str, ...]
) -> Iterator[tuple[tuple[str, ...], click.Command]]:
    yield path, command
    if isinstance(command, click.Group):
        for name in command.list_commands(ctx):
            found = command.get_command(ctx, name)
            if found is not None and not found.hidden:
                with click.Context(found, info_name=name, parent=ctx) as inner:
                    yield from _walk(inner, found, (*path, name))


def _section(path: tuple[str, ...]) -> str:
    done = CliRunner().invoke(cli, [*path, "--help"], prog_name="crm")
    if done.exit_code:
        raise RuntimeError(f"crm {' '.join(path)} --help: {done.output}")
    heading = "#" * min(len(path) + 2, 4)
    return f"{heading} crm {' '.join(path)}".rstrip() + f"\n\n```text\n{done.stdout.rstrip()}\n```\n"
