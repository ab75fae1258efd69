"""What a classification has to do: which population values are due, and who is due in which scheme, and why."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date
from typing import Any

from crmcore.entities import type_of
from crmcore.evaluation.evaluate import World
from crmcore.evaluation.placements import Cause, is_due, review_of
from crmcore.grammar.expr import PopulationValue
from crmcore.records import Customer
from crmcore.store import Document, Reader
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


def due_in(reader: Reader, scheme: str, now: SchemeState, present: Sequence[str], *, full: bool) -> dict[str, Cause]:
    """Return who of ``present`` is to be evaluated in a scheme, and what would have moved them."""
    everyone = cause_for_all(state_of(reader, scheme), now)
    if everyone is not None:
        return dict.fromkeys(present, everyone)
    documents = dict(reader.items(table_of(scheme)))
    causes = ((customer, _cause_if_due(documents.get(customer), now.as_of)) for customer in present)
    if full:
        return {customer: cause or "time" for customer, cause in causes}  # nothing else is left that could move anybody
    return {customer: cause for customer, cause in causes if cause is not None}


def with_touched(due: Mapping[str, Cause], present: Sequence[str], touched: Collection[str]) -> dict[str, Cause]:
    """Return who is due together with those whose data changed, in the order of the customers."""
    if not touched:
        return dict(due)
    changed = dict.fromkeys(touched, "data")
    found: dict[str, Cause] = {**changed, **due}  # type: ignore[dict-item]  # what is data is a cause
    return {customer: found[customer] for customer in present if customer in found}


def gone_from(reader: Reader, scheme: str, present: Sequence[str]) -> tuple[str, ...]:
    """Return who has placements in a scheme and is no customer any more, or archived."""
    there = set(present)
    return tuple(key for key, _ in reader.items(table_of(scheme)) if key not in there)


def _cause_if_due(document: Document | None, day: date) -> Cause | None:
    if not is_due(document, day):
        return None
    return "data" if review_of(document) is None else "time"


def counted(causes: Mapping[str, Any]) -> dict[str, int]:
    """Return how many are due for each cause."""
    found: dict[str, int] = {}
    for cause in causes.values():
        found[cause] = found.get(cause, 0) + 1
    return found
