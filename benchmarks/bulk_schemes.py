"""One, ten and fifty generated schemes that share four metrics: what more schemes cost when nothing more is added up."""

from decimal import Decimal

from bulk_answers import Result, Task
from bulk_ours import Ours
from crm_bulk.engines.polars_engine import PolarsBackend

from crmcore import Metric, Purchase, Scheme, Segment, count, days_since, latest, quantile, rows, total

purchase = rows(Purchase)
spend = Metric("made.spend", total(purchase.amount))
spend_90d = Metric("made.spend_90d", total(purchase.amount, where=purchase.at.within(days=90)))
times = Metric("made.times", count(purchase))
quiet = Metric("made.quiet", days_since(latest(purchase.at)))


def scheme(number: int) -> Scheme:
    """Return a scheme of four rules and three cuts of its own."""
    share = Decimal(number + 1) / 100
    return Scheme(
        f"made.scheme{number}",
        Segment("best", when=(spend >= quantile(spend, 1 - share)) & (times >= number % 7)),
        Segment("busy", when=spend_90d > quantile(spend_90d, 1 - share)),
        Segment("fresh", when=(quiet <= quantile(quiet, share)).or_else(False)),  # noqa: FBT003 - as in plugins
        Segment("asleep", when=(quiet > 100 + number).or_else(False)),  # noqa: FBT003 - the same
        Segment("other"),
    )


def _run(number: int, task: Task) -> Result:
    return Ours(PolarsBackend(), tuple(map(scheme, range(number)))).run(task)


def run_1(task: Task) -> Result:
    return _run(1, task)


def run_10(task: Task) -> Result:
    return _run(10, task)


def run_50(task: Task) -> Result:
    return _run(50, task)
