"""Moments of records, which are UTC times, or plain days where no time is known."""

from datetime import date, datetime

Moment = date | datetime


def order_of(moment: Moment) -> str:
    """Return what sorts moments in time; a day without a time stands at its beginning."""
    return str(moment)


def is_before(one: Moment, other: Moment | None) -> bool:
    """Whether a moment comes before another; None is never reached."""
    return other is None or order_of(one) < order_of(other)
