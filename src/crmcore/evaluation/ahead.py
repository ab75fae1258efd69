"""When time alone will bring a customer into another segment, and into which."""

from datetime import date

from attrs import frozen

from crmcore.evaluation.boundaries import Horizon
from crmcore.evaluation.evaluate import Evaluator
from crmcore.evaluation.facts import Case, Facts
from crmcore.grammar.declare import Scheme


@frozen
class NextMove:
    """The next segment by time alone, and the first day in it; None is "cannot tell"."""

    on: date
    segment: str | None


def next_move(scheme: Scheme, facts: Facts, span: tuple[date, date], evaluator: Evaluator) -> NextMove | None:
    """Return the first move between the days of ``span``, both included, or None if there is none.

    Records, settings and population values are held.
    """
    day, until = span
    case = Case(facts, day)
    before = evaluator.answer(scheme, case).segment
    while (day_after := Horizon(evaluator, case).of_scheme(scheme)) is not None and day_after <= until:
        case = Case(facts, day_after)
        after = evaluator.answer(scheme, case).segment
        if after != before:
            return NextMove(day_after, after)
    return None
