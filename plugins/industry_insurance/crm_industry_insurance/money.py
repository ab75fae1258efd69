"""Amounts and dates of policies: rounding to the currency's digits, months, instalments, and what is not used up."""

from calendar import monthrange
from collections.abc import Iterable
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

DAY = timedelta(days=1)


def rounded(value: Decimal | Fraction, digits: int) -> Decimal:
    """Return an amount in whole units of the currency's last digit, half to even."""
    exact = Fraction(value) * 10**digits
    return Decimal(round(exact)).scaleb(-digits)


def months_later(day: date, months: int) -> date:
    """Return the same day so many months later, or the month's last day where there is no such day."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def instalments(
    starts: date, months: int, number: int, premium: Decimal, digits: int
) -> tuple[tuple[date, Decimal], ...]:
    """Split the premium of a term into equal instalments, each with its day; the first takes what does not divide."""
    each = Decimal(int(premium.scaleb(digits)) // number).scaleb(-digits)
    first = premium - each * (number - 1)
    return tuple(
        (months_later(starts, months * place // number), first if place == 0 else each) for place in range(number)
    )


def share_of_days(since: date, until: date, begin: date, end: date) -> Fraction:
    """Return which part of the days from ``begin`` to ``end`` lies from ``since`` to ``until``; all days included."""
    inside = (min(until, end) - max(since, begin)).days + 1
    return Fraction(max(inside, 0), (end - begin).days + 1)


def total(amounts: Iterable[Decimal]) -> Decimal:
    """Add up amounts; 0 of none."""
    return sum(amounts, Decimal(0))
