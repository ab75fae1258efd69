"""Who will change segment by time alone, and when."""

from collections.abc import Iterator, Sequence
from datetime import date
from heapq import heapify, heappop, heappush
from itertools import islice

from attrs import define, field

from crmcore.desk.entries import Entries, Entry
from crmcore.evaluation.ahead import standing
from crmcore.evaluation.facts import Case
from crmcore.evaluation.placements import Placement
from crmcore.grammar.declare import Scheme
from crmcore.view import Table
from crmcore.work.state import State


def upcoming(state: State, schemes: Sequence[Scheme], until: date, limit: int | None = None) -> Table:
    """Return the next change of each customer's segment in each scheme that comes up to ``until``, by date.

    Nothing but time is assumed to change: records, settings and population values are held. A segment of None is
    "cannot tell". In schemes for which `moves_with_the_date` holds, the next run would fit other population values.
    """
    moves = _Moves(state, schemes, until).walk()
    columns = ("date", "customer", "name", "scheme", "from", "to")
    return Table(columns, tuple(islice(moves, limit)))


@define(eq=False)
class _Moves:
    """A walk through the days on which somebody is due, for all schemes at once, as far as it is asked."""

    state: State
    schemes: Sequence[Scheme]
    until: date
    _case: tuple[str, Case] = field(init=False)
    _stands: dict[tuple[str, int], Placement] = field(factory=dict, init=False)

    def walk(self) -> Iterator[tuple[date, str, str, str, str | None, str | None]]:
        """Yield the moves, earliest first; those of one day by customer, then scheme."""
        entries = {entry.key: entry for entry in Entries(self.state).customers()}
        waiting = [
            (max(review, self.state.day), entry.key, place)
            for entry in entries.values()
            for place, scheme in enumerate(self.schemes)
            if (review := entry.review_on(scheme)) is not None and review <= self.until
        ]
        heapify(waiting)
        while waiting:
            day, key, place = heappop(waiting)
            entry, scheme = entries[key], self.schemes[place]
            before = self._stands.get((key, place)) or entry.placement(scheme)
            after = standing(scheme, self._on(day, entry), self.state.evaluator, before)
            if before is not None and after.segment != before.segment:
                yield day, key, entry.document["name"], scheme.name, before.segment, after.segment
            elif after.review_on is not None and after.review_on <= self.until:
                self._stands[key, place] = after
                heappush(waiting, (after.review_on, key, place))

    def _on(self, day: date, entry: Entry) -> Case:
        """Return the facts of a customer on a day; asked for the next scheme it is the same case."""
        known: tuple[str, Case] | None = getattr(self, "_case", None)
        if known is None or known[0] != entry.key or known[1].day != day:
            known = self._case = (entry.key, Case(entry.case.facts, day))
        return known[1]
