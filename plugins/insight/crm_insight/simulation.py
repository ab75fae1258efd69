"""What other settings would do: who would move, what revenue that is, and what work it makes."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any

from attrs import frozen

from crmcore import Crm, Evaluation, Playbook, Scheme, Setting, Table, needs_of, shown

from .matrix import Moves, matrices, movers_table, moves_between
from .tables import revenue, table

DAYS_A_YEAR = 365


@frozen
class Simulation:
    """The same day twice: with the settings in force, and with others in their place."""

    before: Evaluation
    after: Evaluation
    schemes: tuple[Scheme, ...]
    settings: Mapping[str, Any]

    def moves(self, scheme: Scheme) -> Moves:
        """Return where everybody is and would be."""
        return moves_between(scheme, scheme, self.before.segments(scheme), self.after.segments(scheme))


def simulate(crm: Crm, settings: Mapping[str, Any], named: Sequence[str] = (), day: Any = None) -> Simulation:
    """Place everybody with and without other settings, in the named schemes or in all that use one of them.

    Writes nothing. Raises `Invalid` with all settings that cannot be used, `UnknownName` for a scheme.
    """
    chosen = tuple(map(crm.catalogue.scheme, named)) or using(crm.schemes, settings)
    books = tuple(playbook.scheme for playbook in crm.catalogue.values("playbook") if _days_in(playbook, settings))
    schemes = tuple(dict.fromkeys((*chosen, *books)))
    before, after = crm.evaluate(schemes, day), crm.evaluate(schemes, day, settings=settings)
    return Simulation(before, after, schemes, settings)


def using(schemes: Iterable[Scheme], settings: Iterable[str]) -> tuple[Scheme, ...]:
    """Return the schemes that look at one of some settings, through metrics and other schemes too."""
    wanted = set(settings)
    return tuple(one for one in schemes if wanted & {setting.name for setting in needs_of(one).settings})


def _days_in(playbook: Playbook, settings: Iterable[str]) -> bool:
    return bool({one.name for one in playbook.settings} & set(settings))


def tables(found: Simulation, crm: Crm, names: Mapping[str, str], limit: int) -> Iterator[Table]:
    """Yield a summary, for each scheme in which somebody moves the matrices, sums and movers, and the work."""
    amounts, listed = found.before.values(revenue), shown(crm, found.schemes, named=False, facts=True)
    yield _summary(found, amounts)
    for scheme in found.schemes:
        moves = found.moves(scheme)
        if moves.movers:
            yield _sums(scheme, moves, amounts)
            yield from matrices(moves, amounts)
            if limit and scheme in listed:
                yield movers_table(moves, names, amounts, limit)
    yield workload(found, crm)


def _summary(found: Simulation, amounts: Mapping[str, Any]) -> Table:
    rows = []
    for scheme in found.schemes:
        moves = found.moves(scheme)
        share = len(moves.movers) / len(moves.pairs) if moves.pairs else None
        rows.append((scheme.name, len(moves.pairs), len(moves.movers), share, _total(moves.movers, amounts)))
    return table("whatif", ("scheme", "customers", "movers", "moved_share", "revenue_moving"), rows)


def _total(keys: Iterable[str], amounts: Mapping[str, Any]) -> Decimal:
    return sum((amounts.get(key) or Decimal(0) for key in keys), Decimal(0))


def _sums(scheme: Scheme, moves: Moves, amounts: Mapping[str, Any]) -> Table:
    sides = [_by_segment(moves, side, amounts) for side in (0, 1)]
    seen = {name for side in sides for name in side}
    names: list[str | None] = [segment.name for segment in scheme.segments]
    rows = []
    for name in (*names, *([None] if None in seen else [])):
        (before, earned), (after, will_earn) = (side.get(name, (0, Decimal(0))) for side in sides)
        rows.append((name, before, after, after - before, earned, will_earn))
    columns = ("segment", "customers_before", "customers_after", "change", "revenue_before", "revenue_after")
    return table("segments", columns, rows, scheme=scheme)


def _by_segment(moves: Moves, side: int, amounts: Mapping[str, Any]) -> dict[str | None, tuple[int, Decimal]]:
    members: dict[str | None, list[str]] = {}
    for key, pair in moves.pairs.items():
        members.setdefault(pair[side], []).append(key)
    return {name: (len(keys), _total(keys, amounts)) for name, keys in members.items()}


def workload(found: Simulation, crm: Crm) -> Table:
    """Return the work of each playbook of the schemes: tasks that moving raises, and visits a year, before and after.

    Who is held out counts as a customer, and makes no work.
    """
    playbooks = (one for one in crm.catalogue.values("playbook") if one.scheme in found.schemes)
    rows = [(playbook.name, *_work(playbook, found, crm)) for playbook in playbooks]
    columns = ("playbook", "customers_before", "customers_after", "tasks", "visits_before", "visits_after")
    return table("workload", columns, rows)


def _work(playbook: Playbook, found: Simulation, crm: Crm) -> tuple[int, ...]:
    moves, asked = found.moves(playbook.scheme), crm.state(found.before.as_of)
    treated = {key: pair for key, pair in moves.pairs.items() if not asked.is_held_out(playbook, key)}
    members, visited = (
        [Counter(pair[side] for pair in pairs.values())[playbook.segment] for side in (0, 1)]
        for pairs in (moves.pairs, treated)
    )
    entered, left = (
        sum(pair[side] == playbook.segment for key, pair in moves.movers.items() if key in treated) for side in (1, 0)
    )
    raised = Counter(task.on for task in playbook.tasks)
    days = [_cadence(playbook.cadence, crm, settings) for settings in ({}, found.settings)]
    visits = [
        0 if every is None else round(side * DAYS_A_YEAR / every) for side, every in zip(visited, days, strict=True)
    ]
    return (*members, entered * raised["enter"] + left * raised["leave"], *visits)


def _cadence(days: int | Setting | None, crm: Crm, settings: Mapping[str, Any]) -> int | None:
    if not isinstance(days, Setting):
        return days
    return int(settings[days.name] if days.name in settings else crm.setting(days))
