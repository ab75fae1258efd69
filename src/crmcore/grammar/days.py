"""Numbers of days that plugins declare: written out, or as the setting that holds them."""

from collections.abc import Mapping
from typing import Any


def days_problem(days: Any, least: int) -> str:
    """Return why a number of days, or the setting that holds it, cannot be used; empty if it can."""
    number = getattr(days, "default", days)
    if isinstance(number, bool) or not isinstance(number, int):
        return f"it takes a whole number of days, or a setting of one, not {days!r:.60}"
    lowest = days if number is days else days.least
    if lowest is None or lowest < least:
        name = getattr(days, "name", None)
        return f"the setting {name!r} needs least={least}" if name else f"days are {least} or more, not {days}"
    return ""


def days_of(days: Any, settings: Mapping[str, Any]) -> int:
    """Return a number of days under the company's settings."""
    return days if isinstance(days, int) else int(settings.get(days.name, days.default))
