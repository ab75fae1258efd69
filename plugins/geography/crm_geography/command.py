"""``crm divisions``: official names in place of short, English or partial ones, and what could not be found."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Final

import crmcore

from .divisions import Divisions, Located, divisions
from .provinces import CHINA

if TYPE_CHECKING:
    import click

COLUMNS: Final = ("id", "province", "city", "district", "code", "note")
LABELS: Final = {"code": {"en": "Code", "zh": "区划代码"}, "note": {"en": "Note", "zh": "说明"}}
_CHINA: Final = frozenset(name.casefold() for name in CHINA)


def is_looked_up(customer: crmcore.Customer) -> bool:
    """Whether a customer may lie in China and has a place: its country says so, or is not entered."""
    country = (customer.country or "").casefold()
    entered = customer.province or customer.city or customer.district
    return customer.archived_at is None and bool(entered) and (not country or country in _CHINA)


def official(customer: crmcore.Customer, table: Divisions) -> tuple[dict[str, Any], str, str]:
    """Return the columns that are to change, the code of the place, and why it was not found."""
    place = table.locate(customer.province, customer.city, customer.district)
    if not isinstance(place, Located):
        return {}, "", place.reason
    names = {"province": place.province, "city": place.city, "district": place.district}
    changed: dict[str, Any] = {name: text for name, text in names.items() if text and text != getattr(customer, name)}
    # A city of a county's rank that was entered as a city is a district of its prefecture, or lies in the province itself.
    if customer.city and place.city is None and place.district:
        changed["city"] = None
    return changed, place.code, ""


def divisions_command() -> "click.Command":
    """Return the command."""
    import click  # noqa: PLC0415 - only where the command is used

    @click.command("divisions", epilog="Example: crm divisions --dry-run")
    @click.option("--dry-run", is_flag=True, help="Show what would change, and write nothing.")
    @crmcore.formatted
    @click.pass_context
    def command(ctx: click.Context, dry_run: bool, form: str) -> None:  # noqa: FBT001 - as click hands it over
        """Write the official names of China's divisions into customers.

        Short and English names of provinces, and short names of cities and districts, are written out; what is missing
        above a known city or district is added. Names that mean several places or none stay as they are, and are listed.
        """
        crm = crmcore.opened(ctx)
        with crm.unit("divisions", dry_run=dry_run) as unit:
            rows = tuple(_rows(crm, unit))
        table = crmcore.Table(COLUMNS, rows, "divisions", labels=LABELS)
        crmcore.print_tables(ctx, (table,), crm.state(), form)

    return command


def _rows(crm: crmcore.Crm, unit: crmcore.Unit) -> Iterator[tuple[Any, ...]]:
    """Change customers, and yield those that changed or were not found."""
    table = divisions()
    for customer in crm.state().book.customers():
        if is_looked_up(customer):
            changed, code, note = official(customer, table)
            if changed:
                customer = unit.edit(unit.get(crmcore.Customer, customer.id), **changed)  # noqa: PLW2901 - as it is now
            if changed or note:
                yield (customer.id, customer.province, customer.city, customer.district, code or None, note)
