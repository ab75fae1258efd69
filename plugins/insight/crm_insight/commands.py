"""What there is, and what other settings would do: ``crm analyse`` and ``crm whatif``."""

from collections.abc import Iterator
from datetime import date
from typing import Any

import click

from crmcore import Crm, State, Table, UsageError, dated, formatted, opened, print_tables, read, shown

from . import analysis, cuts, simulation
from .commands_of_time import backtest_command, effect_command, migration
from .matrix import matrices, moves_between
from .options import names_in
from .settings import flapping_days, period_days
from .tables import revenue, titled


@click.command(epilog="Example: crm analyse value_tier.abc --format html > abc.html")
@click.argument("scheme", required=False)
@click.option(
    "--with", "other", metavar="SCHEME", help="Cross the scheme with this one: customers with each two answers."
)
@dated
@formatted
@click.pass_context
def analyse(ctx: click.Context, /, scheme: str | None, other: str | None, as_of: date | None, form: str) -> None:
    """Say how SCHEME divides customers and revenue, what it lacks, how steady it is, and where it might be cut.

    Without SCHEME, compare all schemes, and say how unequally customers bring revenue.
    """
    crm = opened(ctx)
    state = read(ctx, as_of)
    if scheme is None:
        if other is not None:
            raise UsageError("--with crosses two schemes; name the first one as well")
        found = _overview(crm, state)
    else:
        found = _analysed(crm, state, scheme, other)
    if not any(state.timelines(one) for one in (crm.schemes if scheme is None else (crm.catalogue.scheme(scheme),))):
        click.echo("crm: nobody is placed yet: run `crm classify`", err=True)
    print_tables(ctx, found, state, form, as_of=as_of, title=scheme or titled("schemes")[crm.language])


def _known(crm: Crm, state: State) -> analysis.Known:
    timelines = {scheme.name: state.timelines(scheme) for scheme in crm.schemes}
    amounts = crm.evaluate((), state.day).values(revenue)
    return analysis.Known(state.day, timelines, amounts, state.setting(period_days), state.setting(flapping_days))


def _overview(crm: Crm, state: State) -> Iterator[Table]:
    known = _known(crm, state)
    placed = [scheme for scheme in crm.schemes if known.answers(scheme)]
    yield analysis.overview(placed, known)
    yield from analysis.concentration(known.amounts.values())
    yield analysis.agreement(analysis.every_pair(placed), known)


def _analysed(crm: Crm, state: State, name: str, other: str | None) -> Iterator[Table]:
    known, scheme = _known(crm, state), crm.catalogue.scheme(name)
    if other is not None:
        second = crm.catalogue.scheme(other)
        answers = known.answers(scheme), known.answers(second)
        yield from matrices(moves_between(scheme, second, *answers), known.amounts, "crossed")
        yield analysis.agreement([(scheme, second)], known)
        return
    yield analysis.distribution(scheme, known)
    yield from (found for found in [analysis.missing(scheme, known)] if found.rows)
    yield analysis.overview([scheme], known)
    yield from analysis.concentration(known.amounts.values())
    yield analysis.agreement(((scheme, each) for each in crm.schemes if each is not scheme), known)
    if scheme not in shown(crm, [scheme], named=False, facts=True):
        click.echo(f"crm: no cut points of {scheme.name}, since it reads sensitive values: `crm --sensitive`", err=True)
        return
    suggested = cuts.suggestions(scheme, state, crm.evaluate((), state.day), crm.language)
    left = cuts.uncut(scheme, state, crm.language)
    yield from (found for found in (suggested, left) if found.rows)
    if not (suggested.rows or left.rows):
        click.echo(f"crm: no rule of {scheme.name} uses a setting, so there is no cut point to suggest", err=True)


@click.command(epilog="Example: crm whatif --set value_tier.a_share=0.7 --format md")
@click.argument("schemes", nargs=-1, metavar="[SCHEME]...")
@click.option(
    "--set", "given", metavar="NAME=VALUE", multiple=True, required=True, help="Another value; may be repeated."
)
@click.option("--limit", type=click.IntRange(0, 10**9), default=20, show_default=True, help="At most so many movers.")
@click.option("--apply", "is_applied", is_flag=True, help="Record the values as the company's own; needs --reason.")
@click.option("--reason", metavar="TEXT", help="Why, for the change log.")
@dated
@formatted
@click.pass_context
def whatif(ctx: click.Context, /, schemes: tuple[str, ...], form: str, **how: Any) -> None:
    """Say who would move if settings had other values, with revenue and work at stake; writes nothing without --apply.

    In the named schemes, or in all that use one of the settings. Everybody is placed twice, with population values
    fitted anew each time, so that nothing but the settings makes the difference.
    """
    crm, as_of = opened(ctx), how["as_of"]
    if how["is_applied"] != bool((how["reason"] or "").strip()):
        raise UsageError("--apply and --reason TEXT go together: the change log says why a setting was changed")
    settings = _settings(how["given"])
    state = read(ctx, as_of)
    found = simulation.simulate(crm, settings, schemes, state.day)
    made = tuple(simulation.tables(found, crm, names_in(state), how["limit"]))
    if max((len(found.moves(each).movers) for each in found.schemes), default=0) > how["limit"]:
        click.echo(f"crm: of each scheme at most {how['limit']} who move are named; --limit names more", err=True)
    if how["is_applied"]:  # before anything is printed: who reads may stop reading
        changed = crm.apply_settings(settings, why=how["reason"].strip())
        said = ", ".join(f"{name} {before} -> {after}" for name, (before, after) in changed.items())
        click.echo(f"crm: {said or 'nothing'} changed; `crm classify` moves whom it concerns", err=True)
    print_tables(ctx, made, state, form, as_of=as_of, title=titled("whatif")[crm.language])


def _settings(given: tuple[str, ...]) -> dict[str, str]:
    found = {}
    for one in given:
        name, sign, value = one.partition("=")
        if not sign:
            raise UsageError(f"--set {one!r} has no value; write --set NAME=VALUE")
        found[name.strip()] = value.strip()
    return found


COMMANDS = (analyse, whatif, migration, backtest_command, click.Group("playbook", {"effect": effect_command}))
