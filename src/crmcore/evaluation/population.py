"""Population values: one number over all customers, computed exactly from integers and order statistics."""

from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction
from math import floor
from typing import Final

from crmcore.grammar.declare import Setting
from crmcore.grammar.expr import PopulationName

REFIT_DAYS: Final = Setting(
    "crm.refit_days",
    7,
    unit="days",
    least=1,
    label={"en": "Days between fits of population values", "zh": "总体数值重新拟合的间隔天数"},
    doc={
        "en": "After how many days the daily run fits a population value again; our default",
        "zh": "每日运行相隔多少天重新拟合总体数值；默认值由本系统给出",
    },
)
REFIT_DAYS_TIMED: Final = Setting(
    "crm.refit_days_timed",
    1,
    unit="days",
    least=1,
    label={"en": "The same for values that use time", "zh": "与时间有关的总体数值的重新拟合间隔天数"},
    doc={
        "en": "The same for values whose term depends on the date, such as spend in 12 months; our default",
        "zh": "与日期有关的总体数值（如近12个月消费额）的间隔；默认值由本系统给出",
    },
)
REFIT_GROWTH: Final = Setting(
    "crm.refit_growth",
    Decimal("0.1"),
    least=0,
    label={"en": "Growth after which population values are fitted again", "zh": "触发总体数值重新拟合的数据增幅"},
    doc={
        "en": "By what share the number of rows that it reads may change before a value is fitted again; our default",
        "zh": "所读记录数变动超过这一比例时重新拟合；默认值由本系统给出",
    },
)
CORE_SETTINGS: Final = (REFIT_DAYS, REFIT_DAYS_TIMED, REFIT_GROWTH)
"""The settings of the core itself."""


def finish(op: PopulationName, values: Sequence[Fraction], parameter: Fraction | None = None) -> Fraction | None:
    """Return a population value from the known values of a term over the customers; None if it is unknown.

    ``parameter`` is the share, quantile (0 to 1) or rank.
    """
    match op:
        case "count":
            return Fraction(len(values))
        case "total":
            return sum(values, Fraction(0))
        case "mean":
            return sum(values, Fraction(0)) / len(values) if values else None
        case "quantile":
            return None if parameter is None else quantile(values, parameter)
        case "pareto_cut":
            return None if parameter is None else pareto_cut(values, parameter)
        case "nth_largest":
            return None if parameter is None else nth_largest(values, parameter)


def quantile(values: Sequence[Fraction], q: Fraction) -> Fraction | None:
    """Return the type 7 quantile of Hyndman and Fan (1996): linear between order statistics, as in R and Excel."""
    if not values or not 0 <= q <= 1:
        return None
    ordered = sorted(values)
    position = q * (len(ordered) - 1)
    below = floor(position)
    above = min(below + 1, len(ordered) - 1)
    return ordered[below] + (position - below) * (ordered[above] - ordered[below])


def pareto_cut(values: Sequence[Fraction], share: Fraction) -> Fraction | None:
    """Return the value at which the running total, largest first, first reaches ``share`` of the total."""
    whole = sum(values, Fraction(0))
    if whole <= 0:
        return None
    running = Fraction(0)
    for value in sorted(values, reverse=True):
        running += value
        if running >= share * whole:
            return value
    return None


def nth_largest(values: Sequence[Fraction], n: Fraction) -> Fraction | None:
    """Return the n-th value, largest first; None with fewer than n values or where n is no position."""
    if n.denominator != 1 or not 1 <= n <= len(values):
        return None
    return sorted(values, reverse=True)[int(n) - 1]
