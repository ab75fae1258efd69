"""When time alone will bring a customer into another segment, and into which."""

from datetime import date

from attrs import evolve, frozen

from crmcore.evaluation.boundaries import Horizon, sooner
from crmcore.evaluation.evaluate import Evaluator
from crmcore.evaluation.facts import Case, Facts
from crmcore.evaluation.grace import held_back, held_until
from crmcore.evaluation.placements import Placement
from crmcore.grammar.declare import Scheme


@frozen
class NextMove:
    """The next segment by time alone, and the first day in it; None is "cannot tell"."""

    on: date
    segment: str | None


def next_move(
    scheme: Scheme, facts: Facts, span: tuple[date, date], evaluator: Evaluator, stands: Placement | None = None
) -> NextMove | None:
    """Return the first move between the days of ``span``, both included, or None if there is none.

    Records, settings and population values are held; a grace counts for where the customer ``stands`` on record.
    """
    day, until = span
    found = standing(scheme, Case(facts, day), evaluator, stands)
    before = found.segment
    while found.review_on is not None and found.review_on <= until:
        found = standing(scheme, Case(facts, found.review_on), evaluator, found)
        if found.segment != before:
            return NextMove(found.since, found.segment)
    return None


def standing(scheme: Scheme, case: Case, evaluator: Evaluator, before: Placement | None) -> Placement:
    """Return where a customer stands on a day by time alone, after it stood at ``before``, and until when for certain."""
    answer, due = evaluator.answer(scheme, case), Horizon(evaluator, case).of_scheme(scheme)
    held = held_back(scheme, answer, before, case.day, evaluator.world.settings)
    if before is not None and held is not None:
        kept = evolve(before, held=held)
        return evolve(kept, review_on=sooner((due, held_until(scheme, kept, evaluator.world.settings))))
    if before is not None and before.segment == answer.segment:
        return evolve(before, held=None, review_on=due)
    return Placement(answer.segment, case.day, run=0, cause="time", review_on=due)
