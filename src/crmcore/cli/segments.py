"""``crm segments`` and ``crm explain``: what the schemes answer, and why."""

from datetime import date
from typing import Any, Final

import click

from crmcore.cli.banners import say_banner
from crmcore.cli.cells import Look
from crmcore.cli.completing import names_of
from crmcore.cli.context import note, opened, read
from crmcore.cli.looks import headed
from crmcore.cli.options import dated, formatted
from crmcore.cli.output import print_objects, print_table
from crmcore.cli.timelines import NOBODY
from crmcore.kinds import MONEY
from crmcore.view import Table

_FOR_PEOPLE: Final = frozenset({"table", "md"})
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
    answers = frozenset({"segment", "share"})
    look = Look({"revenue": MONEY}, {}, answers, state.company.currency_digits, shares=frozenset({"share"}))
    if form in _FOR_PEOPLE:
        table, look = _labelled(table, ctx), headed(look, _ENGLISH, _CHINESE, crm.language).drawn("customers")
    print_table(table, form, look)
    if not any(row[2] for row in table.rows):
        note(NOBODY)


@click.command(epilog="Example: crm explain ALFKI value_tier.abc")
@click.argument("customer")
@click.argument("schemes", nargs=-1, metavar="[SCHEME]...", shell_complete=names_of("scheme"))
@dated
@formatted
@click.pass_context
def explain(ctx: click.Context, customer: str, schemes: tuple[str, ...], as_of: date | None, form: str) -> None:
    """Say why CUSTOMER is in its segments: each condition with value, bound, margin and source."""
    from crmcore.speech.telling import tell, to_data  # noqa: PLC0415 - only here

    crm, state = opened(ctx), read(ctx, as_of)
    found, reader = state.customer(customer), state.listener(crm.language)
    chosen = [crm.catalogue.scheme(name) for name in schemes] or list(crm.schemes)
    explained = [state.explained(scheme, found) for scheme in chosen]
    if form in {"table", "md"}:
        blocks = ["\n".join(tell(one.explanation, one.stored, one.review_on, reader)) for one in explained]
        click.echo("\n\n".join(f"```\n{block}\n```" for block in blocks) if form == "md" else "\n\n".join(blocks))
        return
    facts = [to_data(one.explanation, one.stored, one.review_on, reader) for one in explained]
    _print_facts(facts, form)


def _labelled(table: Table, ctx: click.Context) -> Table:
    """Write segments with their labels, and each scheme once."""
    crm = opened(ctx)
    rows, last = [], None
    for scheme, segment, customers, share, revenue in table.rows:
        text = None if segment is None else crm.catalogue.scheme(scheme).segment(segment).label(crm.language, segment)
        name = f"{segment} ({text})" if text and text != segment else segment
        rows.append((scheme if scheme != last else "", name, customers, share, revenue))
        last = scheme
    return Table(table.columns, tuple(rows), table.title)


def _print_facts(facts: list[dict[str, Any]], form: str) -> None:
    if form in {"json", "jsonl"}:
        print_objects(facts, form)
    else:
        columns = (
            "customer",
            "scheme",
            "as_of",
            "segment",
            "missing",
            "since",
            "stored_segment",
            "cause",
            "run",
            "review_on",
        )
        print_table(Table(columns, tuple(tuple(one[name] for name in columns) for one in facts)), form)
