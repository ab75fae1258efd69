"""``crm plugin new``: the files of a new plugin, as a distribution of its own or as one file beside the store."""

from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from crmcore.author.new_kinds import KINDS, LICENSES, ONE_FILE
from crmcore.cli.context import catalogued_anyway, configured, done, note
from crmcore.cli.options import dry

if TYPE_CHECKING:
    from crmcore.author.new_names import Taken
    from crmcore.plugging.catalogue import Catalogue

_OF_DISTRIBUTIONS: Final = ("license", "author", "into")
_FIRST_USE: Final = {
    "scheme": "crm classify",
    "field": "crm customer add --help",
    "record": "crm {name} add --help",
    "report": "crm report {name}.by_owner",
    "command": "crm {name} --dry-run",
}

_HELP: Final = """Write a new plugin called NAME: a project crm-NAME with code, tests and README, ready to install.

NAME is in small letters, digits and _, and begins all names that the plugin declares. Nothing is overwritten.

\b
Kinds:
""" + "\n".join(f"  {kind:<10}{text}" for kind, text in KINDS.items())


@click.command(help=_HELP, epilog="Example: crm plugin new acme --kind scheme")
@click.argument("name")
@click.option(
    "--kind",
    type=click.Choice(tuple(KINDS)),
    default="scheme",
    show_default=True,
    help="What it begins as.",
)
@click.option("--local", is_flag=True, help="Write one file beside the store and name it in crm.toml, with no project.")
@click.option("--license", type=click.Choice(tuple(LICENSES)), help="Under which others may use it.  [default: MIT]")
@click.option("--author", help="Who owns it, for LICENSE and pyproject.toml.  [default: The crm-NAME authors]")
@click.option("--into", metavar="DIR", help="The folder in which crm-NAME is made.  [default: .]")
@dry
@click.pass_context
def new(ctx: click.Context, /, name: str, **options: Any) -> None:
    """Write a new plugin; `_HELP` is what people read."""
    if options["local"]:
        _local(ctx, name, options)
    else:
        _project(ctx, name, options)


def _project(ctx: click.Context, name: str, options: dict[str, Any]) -> None:
    from crmcore.author.new_folder import check_free, write_folder  # noqa: PLC0415 - only where it is used
    from crmcore.author.new_names import distribution  # noqa: PLC0415 - the same
    from crmcore.author.new_templates import files_of  # noqa: PLC0415 - the same

    catalogue = catalogued_anyway(ctx)
    _check_name(name, _taken(catalogue, is_local=False))
    folder = Path(options["into"] or ".", distribution(name))
    check_free(folder)
    files = files_of(_asked(name, options))
    if not options["dry_run"]:
        write_folder(folder, files)
    for file in files:
        click.echo(folder / file.path)
    done(ctx, f"{folder}: {len(files)} files of a new plugin {name!r}", dry_run=options["dry_run"])
    if any(record.name == name for record in catalogue.plugins.records):
        note(f"take {name!r} out of local in crm.toml before you install this: of two plugins of one name none works")
    _say_next(f"cd {folder}", 'pip install -e ".[test]"', "crm plugin check", "pytest")


def _asked(name: str, options: dict[str, Any]) -> Any:
    from datetime import date  # noqa: PLC0415 - only here

    from crmcore.author.new_names import distribution  # noqa: PLC0415 - the same
    from crmcore.author.new_templates import NewPlugin  # noqa: PLC0415 - the same
    from crmcore.errors import UsageError  # noqa: PLC0415 - the same

    author = options["author"] or f"The {distribution(name)} authors"
    if not author.isprintable() or not author.strip() or set(author) & {'"', "\\"}:
        raise UsageError(f"--author {author!r:.80} cannot stand in a file", todo='Write a name without " and \\.')
    year = date.today().year  # noqa: DTZ011 - the year on the wall of who writes it
    return NewPlugin(name, options["kind"], options["license"] or "MIT", author.strip(), year)


def _local(ctx: click.Context, name: str, options: dict[str, Any]) -> None:
    from crmcore.author.new_local import plan_local, write_local  # noqa: PLC0415 - only where it is used
    from crmcore.author.new_templates import module_of  # noqa: PLC0415 - the same
    from crmcore.errors import UsageError  # noqa: PLC0415 - the same

    given = [f"--{word}" for word in _OF_DISTRIBUTIONS if options[word]]
    if given:
        raise UsageError(f"--local writes one file, which has no use for {', '.join(given)}", todo="Leave them out.")
    if options["kind"] not in ONE_FILE:
        raise UsageError(
            f"a plugin of the kind {options['kind']} cannot be one file beside the store",
            todo="Leave out --local: it needs a project of its own.",
        )
    config = configured(ctx)
    _check_name(name, _taken(catalogued_anyway(ctx), is_local=True))
    plan = plan_local(config, name, module_of(name, options["kind"]))
    if not options["dry_run"]:
        write_local(plan)
    click.echo(plan.file)
    click.echo(plan.company_file)
    done(ctx, f"{plan.file}: a new plugin {name!r}, named in {plan.company_file}", dry_run=options["dry_run"])
    _say_next(f"crm plugin check {plan.file}", f"crm plugin show {name}", _FIRST_USE[options["kind"]].format(name=name))


def _say_next(*commands: str) -> None:
    note("next:")
    for command in commands:
        click.echo(f"    {command}", err=True)


def _check_name(name: str, taken: "Taken") -> None:
    from crmcore.author.new_names import problems_with  # noqa: PLC0415 - only here
    from crmcore.errors import UsageError  # noqa: PLC0415 - the same

    if problems := problems_with(name, taken):
        raise UsageError("\n".join(problems), todo="Choose another name; `crm plugin list` shows those of plugins.")


def _taken(catalogue: "Catalogue", *, is_local: bool) -> "Taken":
    """Return the names in use here; a local plugin may become a distribution of the same name."""
    from crmcore.author.new_names import Taken  # noqa: PLC0415 - only here

    records = [one for one in catalogue.plugins.records if one.distribution or (is_local and Path(one.file).exists())]
    kinds = ("command", "record", "store")
    words = [(word, catalogue.owner(kind, word).plugin) for kind in kinds for word in catalogue.names(kind)]
    owners = tuple((one.name, f"{one.distribution} {one.version}".strip() or one.file) for one in records)
    return Taken(owners, tuple(words))
