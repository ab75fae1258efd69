"""The command ``crm``: a group whose commands are imported when they are used, and the one place where errors end."""

import os
import sys
from collections.abc import Callable, Sequence
from contextlib import redirect_stderr, suppress
from functools import partial
from importlib import import_module
from typing import TYPE_CHECKING, Any, NoReturn

import click

from crmcore import __version__
from crmcore.cli.commands import COMMANDS, PLUGINS, RECORDS, SECTIONS, short_help, target
from crmcore.cli.groups import Suggesting

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

    from crmcore.cli.index import Entry

_CUT_OFF = 141
"""What the shell shows for a program that was writing to a closed pipe."""


class Lazy(Suggesting):
    """A group that knows its commands by name, and imports none of them before it is called."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names of all commands, those of plugins included."""
        return [*RECORDS, *COMMANDS, *(entry.name for entry in _extra(ctx))]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import a command; one that is not in the core is looked for in the plugins."""
        place = target(cmd_name)
        if not place:
            return import_module("crmcore.cli.extra").command(ctx, cmd_name)  # type: ignore[no-any-return]  # imported by name
        module, _, attribute = place.partition(":")
        found: click.Command = getattr(import_module(module), attribute)
        return found

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the commands in sections, from the table and the index alone."""
        sections = [(title, [(name, short_help(name)) for name in names]) for title, names in SECTIONS]
        by_plugin: dict[str, list[tuple[str, str]]] = {}
        for entry in _extra(ctx):
            by_plugin.setdefault(f"{PLUGINS} {entry.plugin}", []).append((entry.name, entry.help))
        sections += sorted(by_plugin.items())
        widest = max(len(name) for _, rows in sections for name, _ in rows)
        for title, rows in sections:
            if rows:
                with formatter.section(title):
                    formatter.write_dl([(name.ljust(widest), text) for name, text in rows])

    def shell_complete(self, ctx: click.Context, incomplete: str) -> "list[CompletionItem]":
        """Complete a command or an option, importing no command."""
        from crmcore.cli.completing import items  # noqa: PLC0415 - only for the shell

        ours = [(name, short_help(name)) for name in (*RECORDS, *COMMANDS)]
        names = items((*ours, *((entry.name, entry.help) for entry in _extra(ctx))), incomplete)
        return [*names, *click.Command.shell_complete(self, ctx, incomplete)]

    def _main_shell_completion(self, *given: Any, **named: Any) -> None:
        """Complete in silence: what is to be said of plugins has no place on a line that is being written."""
        with open(os.devnull, "w", encoding="utf-8") as nowhere, redirect_stderr(nowhere):  # noqa: PTH123 - no pathlib at start-up
            super()._main_shell_completion(*given, **named)

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command; where its output cannot be written, say so if something was committed before."""
        try:
            found = super().invoke(ctx)
            sys.stdout.flush()
        except OSError:
            import_module("crmcore.cli.context").note_committed(ctx)
            raise
        return found

    def main(
        self,
        args: Sequence[str] | None = None,
        prog_name: str | None = None,
        complete_var: str | None = None,
        standalone_mode: bool = True,  # noqa: FBT002 - the same
        **extra: Any,
    ) -> Any:
        """Run a command line; standalone, end with its exit code and one message for whatever went wrong."""
        given = list(sys.argv[1:] if args is None else args)
        run = partial(super().main, given, prog_name, complete_var, standalone_mode=False, **extra)
        return sys.exit(_ended(run, debug="--debug" in given)) if standalone_mode else run()


def _ended(command: Callable[[], Any], *, debug: bool) -> int:
    """Run a command and return its exit code, whatever happens."""
    try:
        code = command()
        sys.stdout.flush()
    except BrokenPipeError:
        _silence()
        return _CUT_OFF
    except (Exception, KeyboardInterrupt) as error:  # noqa: BLE001 - the last place where anything can be caught
        from crmcore.cli.failures import report  # noqa: PLC0415 - needed only where something is wrong

        return report(error, debug=debug)
    except SystemExit as ended:  # click writes to a closed pipe, or completes a word for the shell
        closed = type(sys.stdout).__name__.endswith("PacifyFlushWrapper")
        if closed:
            return _CUT_OFF
        return ended.code if isinstance(ended.code, int) else int(ended.code is not None)
    return code if isinstance(code, int) else 0


def _extra(ctx: click.Context) -> "tuple[Entry, ...]":
    """Return the commands and record types that plugins add."""
    from crmcore.cli.completing import known  # noqa: PLC0415 - commands of the core need no index

    return known(ctx).words


def _silence() -> None:
    """Let nothing more be written to a pipe that nobody reads."""
    with suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


@click.group(
    cls=Lazy,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog="First steps: crm init, crm import FILE --as customer, crm classify, crm segments. "
    "Options of crm itself stand before the command: crm --store shop.json customer list.",
)
@click.option("--store", metavar="URL", is_eager=True, help="The store: a path or a URL.  [default: crm.json]")
@click.option("--lang", type=click.Choice(["en", "zh"]), help="Language of labels.  [default: CRM_LANG, then LANG]")
@click.option("--actor", metavar="NAME", help="Who changes records.  [default: login name]")
@click.option("--no-plugin", metavar="NAME", multiple=True, is_eager=True, help="Do without a plugin; may be repeated.")
@click.option("--no-plugins", is_flag=True, is_eager=True, help="Do without any plugin.")
@click.option("--setting", metavar="NAME=VALUE", multiple=True, is_eager=True, help="Set what no rule uses, this once.")
@click.option("--sensitive", is_flag=True, help="Show sensitive values too, to those who may see them.")
@click.option("--debug", is_flag=True, help="Show the traceback of an error.")
@click.version_option(__version__, prog_name="crm")
@click.pass_context
def cli(ctx: click.Context, /, **_: Any) -> None:
    """Keep customers in segments that are explained, dated, and made of your own rules."""
    if "CRM_STRICT_PLUGINS" in os.environ and not ctx.resilient_parsing:
        import_module("crmcore.cli.context").be_strict(ctx)


def run() -> NoReturn:
    """Run the command line of this process."""
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:  # whoever started us closed it
            setattr(sys, name, open(os.devnull, mode, encoding="utf-8"))  # noqa: PTH123, SIM115 - for as long as we run; no pathlib at start-up
    with suppress(AttributeError, ValueError):
        sys.stdout.reconfigure(errors="backslashreplace")  # type: ignore[union-attr]  # rather than stop in the middle of a table
    cli.main(prog_name="crm")
    raise AssertionError  # pragma: no cover - main never returns
