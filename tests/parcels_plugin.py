"""Counts parcels, and says what to do for who gets many."""

import click

from crmcore import (
    Customer,
    Playbook,
    Purchase,
    Scheme,
    Segment,
    Table,
    TaskTemplate,
    count,
    dated,
    formatted,
    hookimpl,
    opened,
    print_tables,
    rows,
)

many = Scheme("shop.many", Segment("many", when=count(rows(Purchase)) >= 2), Segment("few"))
thanks = TaskTemplate("thanks", {"en": "Say thank you", "zh": "致谢"}, due=7)


@click.command("parcels", help="Count shop.")
@formatted
@dated
@click.pass_context
def parcels(ctx, form, as_of):
    state = opened(ctx).state(as_of)
    counted = tuple(
        (one.id, sum(row.day <= state.day for row in state.book.rows(rows(Purchase), one.id)))
        for one in state.book.all(Customer)
    )
    labels = {"parcels": {"en": "Parcels", "zh": "包裹数"}}
    tables = [Table(("id", "parcels"), counted, "All parcels", labels=labels)]
    print_tables(ctx, tables, state, form, as_of=as_of, title="Parcels", doc="Who gets how many")


@hookimpl
def crm_schemes():
    return [many]


@hookimpl
def crm_playbooks():
    return [Playbook("shop.thanks", many, "many", thanks)]


@hookimpl
def crm_commands():
    return [parcels]
