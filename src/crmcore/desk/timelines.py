"""Where a customer was, and since when: the placements on record."""

from collections.abc import Iterable

from crmcore.grammar.declare import Scheme
from crmcore.records import Customer
from crmcore.view import Table
from crmcore.work.placing import timeline_of
from crmcore.work.state import State


def placements_of(state: State, schemes: Iterable[Scheme], customer: Customer) -> Table:
    """Return a customer's placements, scheme by scheme and oldest first; one without ``until`` is the present one."""
    rows = (
        (scheme.name, one.segment, one.since, one.until, one.cause, one.run)
        for scheme in schemes
        for one in timeline_of(state.reader, scheme.name, customer.id).placements
    )
    return Table(("scheme", "segment", "from", "until", "cause", "run"), tuple(rows))
