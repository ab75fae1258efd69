"""What went on, and what came of it: ``crm migration``, ``crm backtest`` and ``crm playbook effect``."""

from datetime import date, datetime
from typing import Any

import click

from crmcore import Crm, UsageError, dated, formatted, opened, print_tables, read, shown

from . import backtest, effect
from .matrix import Moves, Pair, cell, matrices, moves_between, placed_on
from .options import DAY, Days, names_in
from .tables import NOWHERE, UNTOLD, revenue, titled


@click.command(epilog="Example: crm migration value_tier.abc --from 1997-09-30 --to 1998-06-30 --cell A:B")
@click.argument("scheme")
@click.argument("other", required=False)
@click.option("--from", "start", type=DAY, metavar="YYYY-MM-DD", required=True, help="The first day.")
@click.option(
    "--to", "end", type=DAY, metavar="YYYY-MM-DD", help="The second day.  [default: the book date, else today]"
)
@click.option("--cell", metavar="FROM:TO", help="List the customers of this cell; ? cannot be told, - is not placed.")
@click.option("--evaluate", is_flag=True, help="Place everybody anew on both days, instead of reading placements.")
@formatted
@click.pass_context
def migration(ctx: click.Context, /, scheme: str, other: str | None, form: str, **how: Any) -> None:
    """Say who went from which segment of SCHEME to which, in customers, shares of those who were there, and revenue.

    With OTHER, from the segments of one scheme to those of another. Read from the placements that were believed on the
    two days; --evaluate places by what is known now of those days.
    """
    crm = opened(ctx)
    first = crm.catalogue.scheme(scheme)
    second = first if other is None else crm.catalogue.scheme(other)
    state = read(ctx, None if how["end"] is None else how["end"].date())
    moves = _moves(crm, first, second, (how["start"].date(), state.day), how["evaluate"])
    amounts = crm.evaluate((), state.day).values(revenue)
    if how["cell"] is not None:
        shown(crm, (first, second))
    if how["cell"] is None:
        found = matrices(moves, amounts)
    else:
        found = iter([cell(moves, _pair(moves, how["cell"]), names_in(state), amounts)])
    print_tables(ctx, found, state, form, as_of=state.day, title=titled("migration", first)[crm.language])


def _moves(crm: Crm, first: Any, second: Any, days: tuple[date, date], is_anew: bool) -> Moves:  # noqa: FBT001 - as the option is given
    start, end = days
    if start > end:
        raise UsageError(f"--from {start} lies after --to {end}")
    if is_anew:
        before, after = (crm.evaluate([one], day).segments(one) for one, day in ((first, start), (second, end)))
    else:
        state = crm.state(end)
        before, after = placed_on(state.timelines(first), start), placed_on(state.timelines(second), end)
        if not before:
            text = f"crm: nobody was placed in {first.name} on {start}; --evaluate places everybody as of then"
            click.echo(text, err=True)
    return moves_between(first, second, before, after)


def _pair(moves: Moves, text: str) -> Pair:
    start, sign, end = text.partition(":")
    if not sign:
        raise UsageError(f"--cell {text!r} names no two segments; write FROM:TO, as in A:B")
    found = []
    for scheme, name in ((moves.first, start), (moves.second, end)):
        found.append(None if name == UNTOLD else name if name == NOWHERE else scheme.segment(name).name)
    return found[0], found[1]


@click.command("backtest", epilog="Example: crm backtest value_tier.rfm --at 1997-09-30 --horizon 273d")
@click.argument("scheme")
@click.option("--at", type=DAY, metavar="YYYY-MM-DD", required=True, help="Place everybody as of this day.")
@click.option("--horizon", type=Days(), default="180d", show_default=True, help="So many days after it are looked at.")
@formatted
@click.pass_context
def backtest_command(ctx: click.Context, /, scheme: str, at: datetime, horizon: int, form: str) -> None:
    """Say what the customers of each segment of SCHEME did after a past day: bought again, spent, left.

    They are placed by what is dated up to that day alone. Lift is against all customers; "by chance" is between what 95
    of 100 blind draws of as many customers lie.
    """
    crm = opened(ctx)
    declared = crm.catalogue.scheme(scheme)
    state = read(ctx)
    if horizon > (date.max - at.date()).days:
        raise UsageError(f"{horizon} days after {at.date()} there are no dates any more", todo="Look at fewer days.")
    found = backtest.backtest(crm, declared, at.date(), horizon)
    if found.quiet:
        text = f"crm: no purchase is on record of the last {found.quiet} of the {horizon} days that are looked at"
        click.echo(text, err=True)
    print_tables(ctx, backtest.tables(found), state, form, title=titled("outcomes", declared)[crm.language])


@click.command("effect", epilog="Example: crm playbook effect retention.high --horizon 90d --up low --up no_warning")
@click.argument("playbooks", nargs=-1, metavar="[PLAYBOOK]...")
@click.option(
    "--horizon", type=Days(), default="90d", show_default=True, help="So many days after entering the segment."
)
@click.option("--up", metavar="SEGMENT", multiple=True, help="Count this segment as up; may be repeated.")
@dated
@formatted
@click.pass_context
def effect_command(ctx: click.Context, /, playbooks: tuple[str, ...], form: str, **how: Any) -> None:
    """Say whether customers that a playbook treated moved up more than those that it held out (crm.holdout).

    Of all playbooks unless named. Looked at are those that entered the playbook's segment, and where they were some
    days later; up is what the scheme asks before that segment, or the segments given. Whoever was not held out counts
    as treated, whether or not the tasks were done.
    """
    crm, as_of = opened(ctx), how["as_of"]
    state = read(ctx, as_of)
    if how["up"] and len(playbooks) != 1:
        raise UsageError("--up names segments of one playbook's scheme; name that playbook")
    chosen = [crm.catalogue.playbook(name) for name in playbooks] or crm.catalogue.values("playbook")
    trials = [effect.trial_of(playbook, how["horizon"], how["up"]) for playbook in chosen]
    found = tuple(effect.tables(state, trials))
    if not any(row[2] for row in found[0].rows):
        text = f"crm: nobody came into such a segment {how['horizon']} days ago or earlier, since its playbook is carried out"
        click.echo(text, err=True)
    print_tables(ctx, found, state, form, as_of=as_of, title=titled("effect")[crm.language])
