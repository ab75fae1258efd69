"""``crm history`` and ``crm upcoming``: where customers were, and where time alone will take them."""

from datetime import date, timedelta
from typing import Any, Final

import click

from crmcore.cli.cells import Look
from crmcore.cli.completing import names_of
from crmcore.cli.context import note, opened, read, shown
from crmcore.cli.looks import CHINESE, headed, with_segments_said
from crmcore.cli.options import FOR_PEOPLE, dated, formatted
from crmcore.cli.output import print_table

NOBODY: Final = "nobody is placed yet: run `crm classify`"

_ENGLISH: Final = {
    "date": "Date",
    "customer": "Customer",
    "name": "Name",
    "scheme": "Scheme",
    "segment": "Segment",
    "from": "From",
    "to": "To",
    "until": "Until",
    "cause": "Cause",
    "run": "Run",
}
_UPCOMING_ZH: Final = {
    "date": "日期",
    "customer": "客户",
    "name": "名称",
    "scheme": "分类方案",
    "from": "原客户群",
    "to": "新客户群",
}
_HISTORY_ZH: Final = {
    "scheme": "分类方案",
    "segment": "客户群",
    "from": "起始",
    "until": "终止",
    "cause": "原因",
    "run": "运行",
}


@click.command(epilog="Example: crm history ALFKI value_tier.abc --format csv")
@click.argument("customer")
@click.argument("schemes", nargs=-1, metavar="[SCHEME]...", shell_complete=names_of("scheme"))
@formatted
@click.pass_context
def history(ctx: click.Context, customer: str, schemes: tuple[str, ...], form: str) -> None:
    """List every placement of CUSTOMER, in all schemes unless named: segment, dates, cause and run.

    It is what was believed then, and never computed anew. A placement counts from its first day up to, but not on, the
    day that stands under "until"; where nothing stands there, it is the present one.
    """
    from crmcore.desk.timelines import placements_of  # noqa: PLC0415 - only here
    from crmcore.speech.telling import say_cause  # noqa: PLC0415 - the same
    from crmcore.view import Table  # noqa: PLC0415 - the same

    crm = opened(ctx)
    state = crm.state()
    named = [crm.catalogue.scheme(name) for name in schemes]
    chosen = shown(crm, named or crm.schemes, named=bool(named))
    table = placements_of(state, chosen, state.customer(customer))
    look = Look(answers=frozenset({"segment"}))
    if form in FOR_PEOPLE:
        look = headed(look, _ENGLISH, _HISTORY_ZH, crm.language)
        reader, at = state.listener(crm.language), table.columns.index("cause")
        rows = ((*row[:at], say_cause(row[at], reader), *row[at + 1 :]) for row in table.rows)
        table = Table(table.columns, tuple(rows))
        if crm.language == CHINESE:
            table = with_segments_said(table, "scheme", ("segment",), crm.catalogue)
    print_table(table, form, look)
    if not table.rows:
        note(f"{customer} is not placed in any of them yet: run `crm classify`")


@click.command(epilog="Example: crm upcoming value_tier.medal --days 90 --limit 20")
@click.argument("schemes", nargs=-1, metavar="[SCHEME]...", shell_complete=names_of("scheme"))
@click.option("--days", type=click.IntRange(1, 36_500), default=30, show_default=True, help="How far to look ahead.")
@click.option("--limit", type=click.IntRange(1, 10**9), help="At most so many moves.")
@dated
@formatted
@click.pass_context
def upcoming(ctx: click.Context, /, schemes: tuple[str, ...], as_of: date | None, form: str, **until: Any) -> None:
    """List the customers that time alone will move to another segment, and when; everything else held.

    Of all schemes unless named.
    """
    from crmcore.desk.upcoming import upcoming as moves  # noqa: PLC0415 - only here
    from crmcore.work.fitting import moves_with_the_date  # noqa: PLC0415 - the same
    from crmcore.work.placing import state_of  # noqa: PLC0415 - the same

    crm, state = opened(ctx), read(ctx, as_of)
    named = [crm.catalogue.scheme(name) for name in schemes]
    chosen = shown(crm, named or crm.schemes, named=bool(named))
    moving = [scheme.name for scheme in chosen if moves_with_the_date(scheme)]
    held = [scheme for scheme in chosen if scheme.name not in moving]
    ahead = min(until["days"], (date.max - state.day).days)
    table = moves(state, held, state.day + timedelta(days=ahead), until["limit"])
    if moving:
        note(f"left out, since their cuts move with the date: {', '.join(moving)}")
    look = Look(answers=frozenset({"from", "to"}), ids=frozenset({"customer"}))
    if form in FOR_PEOPLE:
        look = headed(look, _ENGLISH, _UPCOMING_ZH, crm.language)
        if crm.language == CHINESE:
            table = with_segments_said(table, "scheme", ("from", "to"), crm.catalogue)
    print_table(table, form, look)
    if not any(state_of(state.reader, scheme.name) for scheme in chosen):
        note(NOBODY)
