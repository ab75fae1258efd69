"""Whether a playbook did something: whether those that it treated moved up more than those that it held out."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from typing import Any, Final

from attrs import frozen

from crmcore import Playbook, State, Table, Timeline

from .figures import difference_by_chance
from .tables import table

GROUPS: Final = ("treated", "held_out")
"""Every customer belongs to one, whatever became of its tasks: who was to be treated counts as treated."""


@frozen
class Trial:
    """A playbook, the days after entering its segment that are looked at, and the segments that count as up."""

    playbook: Playbook
    horizon: int
    up: frozenset[str]


def trial_of(playbook: Playbook, horizon: int, up: Sequence[str] = ()) -> Trial:
    """Return a trial; unless said otherwise, up is what the scheme asks before the playbook's segment."""
    names = [segment.name for segment in playbook.scheme.segments]
    chosen = [playbook.scheme.segment(name).name for name in up] or names[: names.index(playbook.segment)]
    return Trial(playbook, horizon, frozenset(chosen))


def entries(timelines: Mapping[str, Timeline], trial: Trial, span: tuple[date, date]) -> Iterator[tuple[str, Any]]:
    """Yield each customer that entered the segment in ``span``, long enough before its end, and where it was then.

    Its first entry counts. Who was in it when the scheme first placed anybody has not entered.
    """
    start, day = span
    begun = min((one.placements[0].since for one in timelines.values() if one.placements), default=day)
    for key, timeline in timelines.items():
        for placement in (one for one in timeline.placements if one.since > begun):
            end = placement.since + timedelta(days=trial.horizon)
            if placement.segment == trial.playbook.segment and start <= placement.since and end <= day:
                last = timeline.on(end)
                yield key, None if last is None else last.segment
                break


def tables(state: State, trials: Sequence[Trial]) -> Iterator[Table]:
    """Yield, for each playbook, what became of the treated and of those held out, and how far they lie apart.

    Of several playbooks, those whose segment nobody entered are left out.
    """
    rows, apart = [], []
    for trial in trials:
        found = _outcomes(state, trial)
        if len(trials) > 1 and not any(found.values()):
            continue
        rows += [(trial.playbook.name, group, *_row(ends, trial)) for group, ends in found.items()]
        apart.append((trial.playbook.name, *_difference(found, trial)))
    columns = ("playbook", "group", "customers", "up", "up_share", "stayed", "down")
    yield table("effect", columns, rows)
    yield table("difference", ("playbook", "difference", "by_chance_from", "by_chance_to"), apart)


def _outcomes(state: State, trial: Trial) -> dict[str, list[Any]]:
    found: dict[str, list[Any]] = {group: [] for group in GROUPS}
    start = state.treated_since(trial.playbook)
    timelines = state.timelines(trial.playbook.scheme) if start is not None else {}
    for key, segment in entries(timelines, trial, (start or state.day, state.day)):
        found["held_out" if state.is_held_out(trial.playbook, key) else "treated"].append(segment)
    return found


def _row(ends: Sequence[Any], trial: Trial) -> tuple[Any, ...]:
    up = sum(end in trial.up for end in ends)
    stayed = sum(end == trial.playbook.segment for end in ends)
    return len(ends), up, up / len(ends) if ends else None, stayed, len(ends) - up - stayed


def _difference(found: Mapping[str, Sequence[Any]], trial: Trial) -> tuple[Any, ...]:
    """Return by how much more of the treated moved up, and between what that lies where nothing tells groups apart."""
    treated, held = found["treated"], found["held_out"]
    if not treated or not held:
        return None, None, None
    shares = [sum(end in trial.up for end in ends) / len(ends) for ends in (treated, held)]
    both = [*treated, *held]
    limit = difference_by_chance(sum(end in trial.up for end in both) / len(both), len(treated), len(held))
    return shares[0] - shares[1], -limit, limit
