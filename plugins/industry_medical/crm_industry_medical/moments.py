"""Moments of records, which are UTC times, or plain days where no time is known."""

from datetime import date, datetime, tzinfo

Moment = date | datetime


def order_of(moment: Moment) -> str:
    """Return what sorts moments in time; a day without a time stands at its beginning."""
    return str(moment)


def day_of(moment: Moment, zone: tzinfo) -> date:
    """Return the local day of a moment; a day without a time is that day."""
    return moment.astimezone(zone).date() if isinstance(moment, datetime) else moment


def is_before(one: Moment, other: Moment | None) -> bool:
    """Whether a moment comes before another; None is never reached."""
    return other is None or order_of(one) < order_of(other)
