"""``add``, ``edit`` and ``remove`` of a record type."""

from collections import Counter
from collections.abc import Mapping
from typing import Any, Final

import attrs
import click

from crmcore.cli.context import done, opened
from crmcore.cli.extra import opened_for
from crmcore.cli.options import dry, said_options
from crmcore.desk.degraded import refuse_absent
from crmcore.desk.forms import Given, missing_in, read_form, targets_of, with_fields
from crmcore.desk.saying import said_now
from crmcore.entities import ColumnType, Record, type_of
from crmcore.errors import UsageError, counted
from crmcore.files.parsing_base import Reading

_VALUE: Final = "value_"
_METAVARS: Final = {
    "text": "TEXT",
    "texts": "TEXT",
    "boolean": "yes|no",
    "integer": "NUMBER",
    "date": "YYYY-MM-DD",
    "instant": "YYYY-MM-DD[THH:MM]",
}


class Form(click.Command):
    """A command with an option for each column and field of a record type, which the plugins are asked for late."""

    def __init__(self, name: str, record: type[Record], *, leave_out: str = "", **settings: Any) -> None:
        """Make a command for a record class; one column can be left out."""
        super().__init__(name, **settings)
        self.record = record
        self._leave_out = leave_out
        self._names: tuple[str, ...] = ()

    def get_params(self, ctx: click.Context) -> list[click.Parameter]:
        """Return the columns' options before the command's own."""
        if not self._names:
            catalogue = opened_for(ctx, type_of(self.record).name).catalogue
            targets = targets_of(self.record, catalogue)
            if any(field.soft for field in catalogue.fields_on(self.record)):
                self.params += said_options()
            taken = {part for param in self.params for part in param.opts}
            usable = {
                name: one for name, one in targets.items() if name != self._leave_out and f"--{name}" not in taken
            }
            self._names = tuple(usable)
            places = [place for place, param in enumerate(self.params) if isinstance(param, click.Option)]
            made = [_option(place, one, optional=bool(self._leave_out)) for place, one in enumerate(usable.values())]
            self.params[places[0] : places[0]] = made
        return super().get_params(ctx)

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Parse the command line; an option for a field of an absent plugin gets the reason why there is none."""
        try:
            return super().parse_args(ctx, args)
        except click.NoSuchOption as unknown:
            if "." in unknown.option_name:
                refuse_absent(opened(ctx), [unknown.option_name.removeprefix("--")])
            raise

    def texts(self, given: Mapping[str, Any]) -> dict[str, str]:
        """Take the values of columns and fields, by name, out of what click parsed."""
        found: dict[str, str] = {}
        for place, name in enumerate(self._names):
            value = given[f"{_VALUE}{place}"]
            if isinstance(value, tuple):
                value = ";".join(value) if value else None
            if value is not None:
                found[name] = value
        for name, value in _set(given["set_"]).items():
            if name in found:
                raise UsageError(f"{name!r} is given twice")
            found[name] = value
        return found


def add_command(record: type[Record]) -> click.Command:
    """Return ``add`` for a record type."""
    name = type_of(record).name

    @click.pass_context
    def callback(ctx: click.Context, /, dry_run: bool, **given: Any) -> None:
        texts = {column: text for column, text in form.texts(given).items() if text.strip()}
        if missing := missing_in(texts, record):
            raise click.UsageError(f"a new {name} needs {', '.join(f'--{column}' for column in missing)}", ctx)
        with opened(ctx).unit(f"add {name}", dry_run=dry_run) as unit:
            values, fields = _values(ctx, record, texts, given, {})
            made = unit.add(record(**values, fields=fields))
            unit.author = attrs.evolve(unit.author, why=f"add {name} {made.id}")
        if not dry_run:
            click.echo(made.id)
        done(ctx, f"{name} {made.id} added" if not dry_run else f"{name} added", dry_run=dry_run)

    form = Form(
        "add",
        record,
        callback=callback,
        params=_own_options(),
        help=f"Add a record of type {name} and print its id.",
        epilog=f"Example: crm {name} add {' '.join(f'--{one} ...' for one in missing_in((), record))}",
    )
    return form


def edit_command(record: type[Record]) -> click.Command:
    """Return ``edit`` for a record type."""
    name = type_of(record).name

    @click.pass_context
    def callback(ctx: click.Context, /, id_: str, dry_run: bool, if_version: int | None, **given: Any) -> None:
        texts = form.texts(given)
        if not texts:
            raise click.UsageError("nothing to change: give at least one column, as in --name Eve", ctx)
        with opened(ctx).unit(f"edit {name} {id_}", dry_run=dry_run) as unit:
            found = unit.get(record, id_)
            values, fields = _values(ctx, record, texts, given, found.fields)
            read = found if if_version is None else attrs.evolve(found, version=if_version)
            made = unit.edit(read, **values, fields=fields)
        done(ctx, f"{name} {id_} changed, now version {made.version}", dry_run=dry_run)

    version = click.Option(["--if-version"], type=int, metavar="N", help="Only if the record still has this version.")
    form = Form(
        "edit",
        record,
        leave_out="id",
        callback=callback,
        params=[click.Argument(["id_"], metavar="ID"), version, *_own_options()],
        help=f"Change columns and fields of a record of type {name}; an empty text clears one.",
        epilog=f"Example: crm {name} edit ID --{_editable(record)} ...",
    )
    return form


def remove_command(record: type[Record]) -> click.Command:
    """Return ``remove`` for a record type."""
    name = type_of(record).name
    archived = name == "customer"

    @click.command("remove", epilog=f"Example: crm {name} remove ID --dry-run. `crm undo` brings everything back.")
    @click.argument("id_", metavar="ID")
    @click.option("--cascade", is_flag=True, help="Delete everything that hangs on it, too.")
    @dry
    @click.pass_context
    def command(ctx: click.Context, id_: str, cascade: bool, dry_run: bool) -> None:
        with opened_for(ctx, name).unit(f"remove {name} {id_}", dry_run=dry_run) as unit:
            unit.remove(record, id_, cascade=cascade)
            others = Counter(table for table, key in unit.before if (table, key) != (name, id_))
        listed = ", ".join(counted(number, table) for table, number in others.items())
        more = f"; deleted with it: {listed}" if listed else ""
        done(ctx, f"{name} {id_} {'archived' if archived else 'removed'}{more}", dry_run=dry_run)

    command.help = "Archive a customer." if archived else f"Remove a record of type {name}."
    command.help += " Refused while other records hang on it, unless --cascade deletes these."
    if archived:
        command.help += " `crm customer edit ID --archived-at DATE` archives it and deletes nothing."
    return command


def _values(
    ctx: click.Context,
    record: type[Record],
    texts: Mapping[str, str],
    options: Mapping[str, Any],
    before: Mapping[str, Any],
) -> tuple[Mapping[str, Any], dict[str, Any]]:
    crm = opened(ctx)
    state = crm.state()
    targets = targets_of(record, crm.catalogue)
    refuse_absent(crm, [name for name in texts if name not in targets])
    given: Given = read_form(texts, targets, Reading(state.company.zone, state.company.money_digits))
    by, on = options.get("said_by"), options.get("said_on")
    said = said_now(crm, state, given.fields, by=by, on=on)
    cleared = {
        name: () if targets[name].kind.name == "texts" and value is None else value
        for name, value in given.columns.items()
    }
    return cleared, with_fields(before, given.fields, crm.catalogue, said)


def _option(place: int, target: ColumnType, *, optional: bool) -> click.Option:
    spelt = dict.fromkeys((f"--{target.name}", f"--{target.name.replace('_', '-')}"))
    facts = [target.label("en", target.name)]
    if target.required and not optional:
        facts.append("required")
    if target.refers_to:
        facts.append(f"id of a {target.refers_to}")
    if target.choices:
        facts.append("one of " + ", ".join(target.choices))
    several = target.kind.name == "texts"
    if several:
        facts.append("may be repeated")
    metavar = _METAVARS.get(target.kind.name, "NUMBER")
    return click.Option([*spelt, f"{_VALUE}{place}"], metavar=metavar, multiple=several, help="; ".join(facts) + ".")


def _own_options() -> list[click.Parameter]:
    text = "Any column or field by its name, such as plugin.field=value; may be repeated."
    return [
        click.Option(["--set", "set_"], metavar="NAME=VALUE", multiple=True, help=text),
        click.Option(["--dry-run"], is_flag=True, help="Do everything but write."),
    ]


def _set(given: tuple[str, ...]) -> dict[str, str]:
    """Read --set; an empty value clears."""
    found: dict[str, str] = {}
    for text in given:
        name, mark, value = (part.strip() for part in text.partition("="))
        if not mark or not name or name in found:
            twice = f"names {name!r} twice" if name in found else f"{text!r} is not of the form NAME=VALUE"
            raise UsageError(f"--set {twice}")
        found[name] = value
    return found


def _editable(record: type[Record]) -> str:
    return next((column.name for column in type_of(record).columns if column.name not in {"id", "customer"}), "name")
