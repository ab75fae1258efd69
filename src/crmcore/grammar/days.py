"""Numbers of days that plugins declare: written out, or as the setting that holds them."""

from collections.abc import Mapping
from typing import Any


def is_days(days: Any, least: int) -> bool:
    """Whether it is a number of days from ``least``, or a setting of one that can be no less."""
    number = getattr(days, "default", days)
    lowest = days if number is days else days.least
    return type(number) is int and lowest is not None and bool(lowest >= least)


def days_of(days: Any, settings: Mapping[str, Any]) -> int:
    """Return a number of days under the company's settings."""
    return days if isinstance(days, int) else int(settings.get(days.name, days.default))
