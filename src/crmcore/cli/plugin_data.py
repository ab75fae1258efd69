"""``crm plugin impact``, ``migrate``, ``purge`` and ``restore``: what plugins have left in the store."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import attrs
import click

from crmcore.cli.context import catalogued, catalogued_anyway, done, note, opened
from crmcore.cli.options import dry, formatted
from crmcore.cli.output import PLAIN, facts, print_object, print_objects, print_page, print_table
from crmcore.view import Table

if TYPE_CHECKING:
    from crmcore.app import Crm
    from crmcore.plugging.catalogue import Catalogue
    from crmcore.upkeep.impact import Impact
    from crmcore.upkeep.migration_steps import Outcome

NOTHING = 3


@click.command(epilog="Example: crm plugin impact value_tier --format json")
@click.argument("name")
@formatted
@click.pass_context
def impact(ctx: click.Context, name: str, form: str) -> None:
    """Show what depends on a plugin: its data in the store, its history, and what other plugins made of it.

    NAME may be a plugin that works, one that does not, or one that is no longer installed.
    """
    from crmcore.upkeep.impact import impact_of  # noqa: PLC0415 - only here

    catalogue = catalogued_anyway(ctx)
    found = impact_of(opened(ctx).store, catalogue, name)
    if form in {"json", "jsonl"}:
        print_object(found.document(), form)
        return
    if form == "table":
        print_object(_facts(found))
        click.echo()
    rows = tuple((part.kind, part.name, part.count, part.detail) for part in found.parts)
    table = Table(("kind", "name", "count", "detail"), rows)
    if form == "html":
        from crmcore.cli.page import Sheet  # noqa: PLC0415 - only for a page

        print_page([facts(_facts(found)), Sheet(table, PLAIN)])
    else:
        print_table(table, form)


def _facts(found: "Impact") -> dict[str, Any]:
    facts = {name: value for name, value in found.document().items() if name != "parts"}
    return {name: value for name, value in facts.items() if value not in {None, ""}}


@click.command(epilog="Example: crm plugin migrate --dry-run; crm plugin migrate acme")
@click.argument("names", metavar="[NAME]...", nargs=-1)
@dry
@formatted
@click.pass_context
def migrate(ctx: click.Context, names: tuple[str, ...], dry_run: bool, form: str) -> None:
    """Bring the data of plugins into the form of their newer code: of NAMEs, or of all.

    Makes a backup beside the store, reads it back, and runs all steps in one commit: all of them or none.
    """
    from crmcore.opening import fitted  # noqa: PLC0415 - the same
    from crmcore.upkeep.migrating import migrate as run  # noqa: PLC0415 - only here

    usable = catalogued(ctx)
    crm = _with(ctx, fitted(usable, opened(ctx).store, keeping=names or usable.plugins.active))
    found = run(crm, names, dry_run=dry_run, say=lambda file: note(f"the store as it was is kept in {file}"))
    if not found.plugins:
        note("no data has to be migrated")
        return
    if form in {"json", "jsonl"}:
        print_objects([_outcome(one) for one in found.outcomes], form)
    else:
        columns = ("plugin", "schema", "on", "step", "seen", "changed", "removed", "example")
        print_table(Table(columns, tuple(_row(one, ctx) for one in found.outcomes)), form)
    listed = ", ".join(f"{one.code.name} from schema {one.stored.schema} to {one.code.schema}" for one in found.plugins)
    more = "" if dry_run else "; `crm classify` brings its schemes up to date"
    done(ctx, f"migrated {listed}{more}", dry_run=dry_run)


def _outcome(one: "Outcome") -> dict[str, Any]:
    examples = tuple(attrs.asdict(each) for each in one.examples)
    facts = {"plugin": one.plugin, "schema": one.step.number, "on": one.step.table, "place": str(one.step.place)}
    return {**facts, "seen": one.seen, "changed": one.changed, "removed": one.removed, "examples": examples}


def _row(one: "Outcome", ctx: click.Context) -> tuple[Any, ...]:
    example = one.examples[0] if one.examples else None
    text = f"{example.id}: {_short(example.before)} -> {_short(example.after)}" if example else ""
    doc = one.step.doc(opened(ctx).language)
    return one.plugin, one.step.number, one.step.table, doc, one.seen, one.changed, one.removed, text


def _short(document: Any) -> str:
    if document is None:
        return "removed"
    shown = {name: value for name, value in document.items() if name not in {"id", "version", "created", "changed"}}
    return json.dumps(shown, ensure_ascii=False)


@click.command(epilog="Example: crm --no-plugin acme plugin purge acme --export acme.json")
@click.argument("name")
@click.option("--export", "target", metavar="FILE", required=True, help="A new file for everything that is removed.")
@click.option("--cascade", is_flag=True, help="Remove records of other plugins that refer to its records, too.")
@dry
@formatted
@click.pass_context
def purge(ctx: click.Context, /, name: str, target: str, cascade: bool, **how: Any) -> None:
    """Remove everything of a plugin from the store in one commit: records, fields, settings, placements, history.

    It is written to FILE first, from where `crm plugin restore` puts it back. The change log keeps it as well.
    """
    from crmcore.cli.targets import check_target  # noqa: PLC0415 - only here
    from crmcore.upkeep.impact import known_plugin  # noqa: PLC0415 - only here
    from crmcore.upkeep.purging import purge as run  # noqa: PLC0415 - only here

    if target == "-":
        raise click.UsageError("--export takes the name of a file: what is removed must not get lost in a pipe", ctx)
    crm = opened(ctx)
    known_plugin(crm.store.read(), crm.catalogue, name)
    check_target(target, crm.store.url)
    found = run(crm, name, Path(target), cascade=cascade, dry_run=how["dry_run"])
    if found.removed.is_empty:
        note(f"the store holds nothing of the plugin {name!r}")
        ctx.exit(NOTHING)
    print_table(Table(("what", "removed"), tuple(found.counts().items())), how["form"])
    undo = f"; `crm undo {found.commit}` or `crm plugin restore {target}` brings it back" if found.commit else ""
    done(ctx, f"purged {name}{undo}", dry_run=how["dry_run"])


@click.command(epilog="Example: crm plugin restore acme.json --dry-run")
@click.argument("file")
@dry
@click.pass_context
def restore(ctx: click.Context, file: str, dry_run: bool) -> None:
    """Put back what `crm plugin purge` wrote into FILE, exactly as it was.

    Refused where something else stands there by now; every such place is listed.
    """
    from crmcore.opening import doing_without  # noqa: PLC0415 - the same
    from crmcore.upkeep.purged_file import read_purged  # noqa: PLC0415 - only here
    from crmcore.upkeep.restoring import restore as run  # noqa: PLC0415 - only here

    purged, crm = read_purged(Path(file)), opened(ctx)
    if purged.plugin in crm.catalogue.plugins.active:
        crm = _with(ctx, doing_without(crm.catalogue, purged.plugin, "its data is coming back"))
    count = run(crm, purged, dry_run=dry_run)
    if not count:
        note(f"everything of {purged.plugin} that {file} holds is in the store already; there was nothing to restore")
        return
    text = f"restored {count} documents and records of {purged.plugin}; `crm classify` brings its schemes up to date"
    done(ctx, text, dry_run=dry_run)


def _with(ctx: click.Context, catalogue: "Catalogue") -> "Crm":
    """Return the CRM with other plugins than this store is usually opened with; it warns in the same place."""
    crm = attrs.evolve(opened(ctx), catalogue=catalogue)
    crm.warnings = opened(ctx).warnings
    return crm
