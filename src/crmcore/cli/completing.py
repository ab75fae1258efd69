"""Completing words for the shell: names of what plugins add come from the index, and no plugin is imported."""

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any, Final

import click

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

    from crmcore.cli.index import Index

Completer = Callable[[click.Context, click.Parameter, str], "list[CompletionItem]"]

_VARIABLE: Final = "_CRM_COMPLETE"
_SHELLS: Final = ("bash", "zsh", "fish")


def names_of(kind: str) -> Completer:
    """Return what completes an argument that takes names of one kind of contribution."""

    def complete(ctx: click.Context, parameter: click.Parameter, incomplete: str) -> "list[CompletionItem]":
        given = ctx.params.get(parameter.name or "") or ()
        found = ((entry.name, entry.help) for entry in known(ctx).named(kind))
        return items((pair for pair in found if parameter.nargs == 1 or pair[0] not in given), incomplete)

    return complete


def items(pairs: Iterable[tuple[str, str]], incomplete: str) -> "list[CompletionItem]":
    """Return the words that begin like the incomplete one, with their help."""
    from click.shell_completion import CompletionItem  # noqa: PLC0415 - only for the shell

    return [CompletionItem(name, help=text or None) for name, text in pairs if name.startswith(incomplete)]


def known(ctx: click.Context) -> "Index":
    """Return what plugins add, from the index if it is still true, else from the plugins."""
    from crmcore.cli.index import read  # noqa: PLC0415 - commands of the core need no index

    found = read(ctx)
    if found is None:
        from crmcore.cli.extra import rebuilt  # noqa: PLC0415 - not where there is an index

        found = rebuilt(ctx)
    return found


@click.command(epilog="Example: crm completion bash >> ~/.bashrc")
@click.argument("shell", type=click.Choice(_SHELLS))
@click.pass_context
def completion(ctx: click.Context, shell: str) -> None:
    """Print the script that lets SHELL complete commands and names.

    It belongs into the shell's own file, as it is or, so that it is never out of date, as eval "$(crm completion bash)"
    in ~/.bashrc, the same with zsh in ~/.zshrc; for fish into ~/.config/fish/completions/crm.fish.
    """
    from click.shell_completion import get_completion_class  # noqa: PLC0415 - only here

    root: Any = ctx.find_root()
    made = get_completion_class(shell)
    if made is None:  # pragma: no cover - click knows all three
        raise click.UsageError(f"click does not know {shell}", ctx=ctx)
    click.echo(made(root.command, {}, root.info_name or "crm", _VARIABLE).source())
