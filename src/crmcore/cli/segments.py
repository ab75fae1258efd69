"""``crm segments``: what the schemes answer."""

from datetime import date
from typing import TYPE_CHECKING, Any, Final

import click
from attrs import evolve

from crmcore.cli.banners import framed, say_banner
from crmcore.cli.cells import Look
from crmcore.cli.completing import names_of
from crmcore.cli.context import note, opened, read
from crmcore.cli.looks import CHINESE, headed
from crmcore.cli.options import FOR_PEOPLE, dated, formatted
from crmcore.cli.output import print_page, print_table
from crmcore.cli.timelines import NOBODY
from crmcore.kinds import MONEY
from crmcore.view import Chart, Table

if TYPE_CHECKING:
    from crmcore.cli.page import Frame

_ANSWERS: Final = frozenset({"segment", "share"})
_TITLE: Final = "Customers per segment"
_TITLE_ZH: Final = "各客户群的客户"
_CHART: Final = Chart("bar", "segment", "customers")
_ENGLISH: Final = {
    "scheme": "Scheme",
    "segment": "Segment",
    "customers": "Customers",
    "share": "Share",
    "revenue": "Revenue",
}
_CHINESE: Final = {"scheme": "分类方案", "segment": "客户群", "customers": "客户数", "share": "占比", "revenue": "收入"}


@click.command(epilog="Example: crm segments value_tier.abc --format jsonl")
@click.argument("schemes", nargs=-1, metavar="[SCHEME]...", shell_complete=names_of("scheme"))
@dated
@formatted
@click.pass_context
def segments(ctx: click.Context, schemes: tuple[str, ...], as_of: date | None, form: str) -> None:
    """Count customers, their share and their revenue per segment, of all schemes unless named.

    "?" (null as data) is whom a scheme cannot tell. Revenue is the total of all purchases up to the date.
    """
    from crmcore.desk.segments import segment_table  # noqa: PLC0415 - only here

    crm, state = opened(ctx), read(ctx, as_of)
    table = segment_table(state, crm.catalogue, schemes)
    say_banner(ctx, state, form)
    digits, language = state.company.currency_digits, crm.language
    look = Look({"revenue": MONEY}, {}, _ANSWERS, digits, shares=frozenset({"share"}), language=language)
    if form in FOR_PEOPLE:
        look = headed(look, _ENGLISH, _CHINESE, language)
    if form == "html":
        title = (_TITLE_ZH if language == CHINESE else _TITLE) if len(schemes) != 1 else ""
        _print_page(table, look, ctx, framed(ctx, state, as_of, title))
    else:
        print_table(_labelled(table, ctx) if form in FOR_PEOPLE else table, form, look)
    if not any(row[2] for row in table.rows):
        note(NOBODY)


def _labelled(table: Table, ctx: click.Context) -> Table:
    """Write segments with their labels, and each scheme once; in English, names stand before labels that differ."""
    crm = opened(ctx)
    rows, last = [], None
    for scheme, segment, customers, share, revenue in table.rows:
        text = None if segment is None else crm.catalogue.scheme(scheme).segment(segment).label(crm.language, segment)
        name = f"{segment} ({text})" if text != segment and crm.language == "en" else text
        rows.append((scheme if scheme != last else "", name, customers, share, revenue))
        last = scheme
    return Table(table.columns, tuple(rows), table.title, chart=_CHART)


def _print_page(table: Table, look: Look, ctx: click.Context, frame: "Frame") -> None:
    """Print a table and a chart for each scheme, with the segments' labels."""
    from crmcore.cli.page import Sheet  # noqa: PLC0415 - only for a page

    crm = opened(ctx)
    found: dict[str, list[tuple[Any, ...]]] = {}
    for scheme, *row in table.rows:
        found.setdefault(scheme, []).append(tuple(row))
    sheets = []
    for name, rows in found.items():
        scheme = crm.catalogue.scheme(name)
        words = {one.name: one.label(crm.language, one.name) for one in scheme.segments}
        title = scheme.label(crm.language, name)
        sheet = Table(table.columns[1:], tuple(rows), title, chart=_CHART)
        sheets.append(Sheet(sheet, evolve(look, words={"segment": words})))
    print_page(sheets, frame if frame.title or not sheets else evolve(frame, title=sheets[0].table.title))
