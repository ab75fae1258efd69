"""Three-valued logic and choices on expressions; null is unknown."""

from collections.abc import Iterable
from typing import Any

from crm_bulk.expressions import coalesced, when
from crm_bulk.scopes import time_vector
from crm_bulk.vectors import Vector, null


def all_of(parts: Iterable[Any]) -> Any:
    """Return Kleene's conjunction."""
    first, *others = parts
    for part in others:
        first = first & part
    return first


def any_of(parts: Iterable[Any]) -> Any:
    """Return Kleene's disjunction."""
    first, *others = parts
    for part in others:
        first = first | part
    return first


def chosen(rules: list[Any], values: list[Any], kind: Any) -> Any:
    """Return the value beside the first rule that holds, null as soon as one is unknown."""
    result = values[len(rules)] if len(values) > len(rules) else null(kind)
    for rule, value in reversed(list(zip(rules, values, strict=False))):
        result = when(rule.is_null(), null(kind), when(rule, value, result))
    return result


def else_time(found: Vector, default: Vector) -> Vector:
    """Return a date or moment, or ``default`` where it is unknown."""
    moment, day, other_moment, other_day = found.moment, found.day, default.moment, default.day
    return time_vector(found.shape, lambda: coalesced(moment(), other_moment()), lambda: coalesced(day(), other_day()))


def extreme_time(op: str, vectors: tuple[Vector, ...]) -> Vector:
    """Return the earliest or latest of dates and moments; unknown if one of them is."""
    kind = "instant" if any(vector.shape == "instant" for vector in vectors) else "date"

    def picked(one: Vector, two: Vector) -> Vector:
        def first() -> Any:
            if kind == "date":
                return one.day() <= two.day() if op == "least" else one.day() >= two.day()
            return one.moment() <= two.moment() if op == "least" else one.moment() >= two.moment()

        def form(of_one: Any, of_two: Any) -> Any:
            here, there = of_one(), of_two()
            known = ~here.is_null() & ~there.is_null()
            return when(known, when(first(), here, there))

        return time_vector(kind, lambda: form(one.moment, two.moment), lambda: form(one.day, two.day))

    result = vectors[0] if len(vectors) > 1 else time_vector(kind, vectors[0].moment, vectors[0].day)
    for vector in vectors[1:]:
        result = picked(result, vector)
    return result
