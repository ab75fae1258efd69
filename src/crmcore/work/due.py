"""What a classification has to do: which population values are due, and who is due in which scheme, and why."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date
from typing import Any

from attrs import evolve, frozen

from crmcore.entities import type_of
from crmcore.evaluation.evaluate import World
from crmcore.evaluation.placements import Cause, cause_of, is_due
from crmcore.grammar.expr import PopulationValue
from crmcore.records import Customer
from crmcore.store import Reader
from crmcore.work.fitting import Fit
from crmcore.work.fitting import is_due as is_fit_due
from crmcore.work.placing import SchemeState, state_of, table_of


def present_in(reader: Reader) -> tuple[str, ...]:
    """Return the ids of all customers that are not archived, in the order in which they were first stored."""
    items = reader.items(type_of(Customer).name)
    return tuple(key for key, document in items if document.get("archived_at") is None)


def fits_due(
    wanted: Sequence[PopulationValue], stored: Mapping[str, Fit], rows: Mapping[str, int], world: World, day: date
) -> tuple[PopulationValue, ...]:
    """Return which of ``wanted`` are to be fitted on ``day``, in their order; each reads so many ``rows``."""
    keys = [(node, world.key(node)) for node in wanted]
    return tuple(node for node, key in keys if is_fit_due(node, stored.get(key), world, day, rows[key]))


def cause_for_all(before: SchemeState | None, now: SchemeState) -> Cause | None:
    """Return why everybody is due in a scheme, or None if not everybody is."""
    if before is None:
        return "data"
    if before.fingerprint != now.fingerprint:
        return "rule"
    if before.stale_since:
        return "data"
    return "refit" if before.population != now.population else None


@frozen
class Due:
    """Who is to be evaluated in a scheme, and what would move them; `None` for what their placements say.

    ``gone`` have placements in it and are no customers any more, or archived; None if nobody looked.
    """

    causes: Mapping[str, Cause | None]
    gone: tuple[str, ...] | None = None


def due_in(reader: Reader, scheme: str, now: SchemeState, present: Sequence[str], *, full: bool) -> Due:
    """Return who of ``present`` is to be evaluated in a scheme."""
    everyone = cause_for_all(state_of(reader, scheme), now)
    if full or everyone is not None:
        return Due(dict.fromkeys(present, everyone))
    documents = dict(reader.items(table_of(scheme)))
    there = set(present)
    due = {key: cause_of(found) for key in present if is_due(found := documents.get(key), now.as_of)}
    return Due(due, tuple(key for key in documents if key not in there))


def with_touched(due: Due, present: Sequence[str], touched: Collection[str]) -> Due:
    """Return who is due together with those whose data changed, in the order of the customers."""
    if not touched:
        return due
    found: dict[str, Cause | None] = {**dict.fromkeys(touched, "data"), **due.causes}
    return evolve(due, causes={customer: found[customer] for customer in present if customer in found})


def counted(causes: Mapping[str, Any]) -> dict[str, int]:
    """Return how many are due for each cause."""
    found: dict[str, int] = {}
    for cause in causes.values():
        found[cause] = found.get(cause, 0) + 1
    return found
