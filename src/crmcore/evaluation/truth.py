"""Three-valued logic and the tests that predicates make; ``None`` is unknown."""

from collections.abc import Callable
from fractions import Fraction
from typing import Any
from zoneinfo import ZoneInfo

from crmcore.evaluation.facts import Case
from crmcore.evaluation.meaning import Compute
from crmcore.evaluation.reading import on_local_day


def opposite(part: Compute) -> Compute:
    """Return the negation; unknown stays unknown."""

    def compute(case: Case, row: Any) -> bool | None:
        held = part(case, row)
        return None if held is None else not held

    return compute


def every(parts: tuple[Compute, ...]) -> Compute:
    """Return the conjunction: false if one part is false, else unknown if one is unknown."""

    def compute(case: Case, row: Any) -> bool | None:
        result: bool | None = True
        for part in parts:
            held = part(case, row)
            if held is None:
                result = None
            elif not held:
                return False
        return result

    return compute


def some(parts: tuple[Compute, ...]) -> Compute:
    """Return the disjunction: true if one part is true, else unknown if one is unknown."""

    def compute(case: Case, row: Any) -> bool | None:
        result: bool | None = False
        for part in parts:
            held = part(case, row)
            if held is None:
                result = None
            elif held:
                return True
        return result

    return compute


def or_else(part: Compute, default: bool) -> Compute:  # noqa: FBT001 - the value itself, not a switch
    """Return the part, or ``default`` where it is unknown."""

    def compute(case: Case, row: Any) -> bool:
        held = part(case, row)
        return default if held is None else held

    return compute


def known(value: Compute) -> Compute:
    """Return whether there is a value."""
    return lambda case, row: value(case, row) is not None


def compared(test: Callable[[Any, Any], Any], left: Compute, right: Compute) -> Compute:
    """Return ``test(left, right)``; unknown if a side is."""

    def compute(case: Case, row: Any) -> bool | None:
        one = left(case, row)
        two = right(case, row)
        return None if one is None or two is None else bool(test(one, two))

    return compute


def text_test(op: str, value: Compute, part: Compute) -> Compute:
    """Return whether a text contains or starts with another, or whether one of several texts (tags) is it."""

    def compute(case: Case, row: Any) -> bool | None:
        text, wanted = value(case, row), part(case, row)
        if text is None or wanted is None:
            return None
        # "in" means "is one of" for a tuple and "is part of" for a text
        return text.startswith(wanted) if op == "starts_with" else wanted in text

    return compute


def within(moment: Compute, window: tuple[Fraction, Fraction], zone: ZoneInfo) -> Compute:
    """Return whether ``as_of - ending - days < local date <= as_of - ending``."""
    days, ending = (int(length) for length in window)
    day_of = on_local_day(moment, zone)

    def compute(case: Case, row: Any) -> bool | None:
        day = day_of(case, row)
        return None if day is None else ending <= (case.day - day).days < ending + days

    return compute


def in_year(moment: Compute, zone: ZoneInfo) -> Compute:
    """Return whether the local date lies in the as-of date's calendar year and not after it."""
    day_of = on_local_day(moment, zone)

    def compute(case: Case, row: Any) -> bool | None:
        day = day_of(case, row)
        return None if day is None else day.year == case.day.year and day <= case.day

    return compute
