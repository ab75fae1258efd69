"""What single terms are worth: columns, fields, day counts, bands and choices."""

import operator
from collections.abc import Callable
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from attrs import frozen

from crmcore.entities import Record
from crmcore.evaluation.facts import Case, instant, local_day
from crmcore.evaluation.meaning import Compute, Meaning, Shape, alike, constant
from crmcore.grammar.declare import Field
from crmcore.grammar.expr import Column
from crmcore.kinds import Folded, Kind, to_units


@frozen
class Reader:
    """How a value of some kind is held during evaluation."""

    shape: Shape
    digits: int
    read: Callable[[Any], Any]


def reader(kind: Kind, money_digits: int) -> Reader:
    """Return how values of ``kind`` are held: numbers as integers, texts folded, the rest as it is."""
    match kind.name:
        case "money":
            return Reader("fixed", money_digits, lambda value: to_units(value, money_digits))
        case "decimal" | "integer":
            return Reader("fixed", kind.scale, lambda value: to_units(value, kind.scale))
        case "ratio":
            return Reader("ratio", 0, float)
        case "text":
            return Reader("plain", 0, Folded.of)
        case "texts":
            return Reader("plain", 0, lambda values: tuple(map(Folded.of, values)))
        case _:
            return Reader("plain", 0, lambda value: value)


def column(term: Column, reader: Reader) -> Meaning:
    """Return the meaning of a column of the row, or of the customer where there is no row."""
    read = reader.read
    first, *others = (step.name for step in term.steps)
    onward = tuple(zip((step.target for step in term.steps[:-1]), others, strict=True))

    def get(case: Case, row: Record | None) -> Any:
        value = getattr(case.facts.customer if row is None else row, first)
        for target, name in onward:
            record = None if value is None or target is None else case.facts.follow(target, value)
            value = None if record is None else getattr(record, name)
        return None if value is None else read(value)

    return Meaning(reader.shape, get, reader.digits)


def stored_field(term: Field, reader: Reader, decode: Callable[[Kind, Any], Any]) -> Meaning:
    """Return the meaning of a plugin's field: its stored value, else its default.

    A soft value counts from its stated date on.
    """
    kind, name, read = term.result_kind(), term.name, reader.read
    default = None if term.default is None else read(term.default)

    def get(case: Case, row: Record | None) -> Any:
        raw = (case.facts.customer if row is None else row).fields.get(name)
        if term.soft and raw is not None:
            raw = raw["value"] if date.fromisoformat(raw["on"]) <= case.day else None
        return default if raw is None else read(decode(kind, raw))

    return Meaning(reader.shape, get, reader.digits)


def on_local_day(compute: Compute, zone: ZoneInfo) -> Compute:
    """Return the local date of a moment, which is what comparisons and windows look at."""

    def day(case: Case, row: Any) -> date | None:
        moment = compute(case, row)
        return None if moment is None else local_day(moment, zone)

    return day


def day_count(op: str, meaning: Meaning, zone: ZoneInfo) -> Meaning:
    """Return whole days from a date to the as-of date, or the other way round."""
    compute, sign = on_local_day(meaning.compute, zone), 1 if op == "since" else -1

    def days(case: Case, row: Any) -> int | None:
        day = compute(case, row)
        return None if day is None else sign * (case.day - day).days

    return Meaning("fixed", days)


def extreme(op: str, meanings: tuple[Meaning, ...], zone: ZoneInfo) -> Meaning:
    """Return the least or greatest of several numbers or moments; unknown if one of them is.

    Constants stay exact; a plain date counts as its local midnight.
    """
    choose_one = min if op == "least" else max
    if all(meaning.shape == "exact" for meaning in meanings):
        constants = [meaning.constant for meaning in meanings]
        fitted = any(meaning.fitted for meaning in meanings)
        return constant(None if None in constants else choose_one(constants), fitted=fitted)
    values = alike(meanings)
    key = (lambda moment: instant(moment, zone)) if values[0].shape == "plain" else None

    def pick(found: list[Any]) -> Any:
        return choose_one(found, key=key)

    def compute(case: Case, row: Any) -> Any:
        found = [value.compute(case, row) for value in values]
        return None if None in found else pick(found)

    return Meaning(values[0].shape, compute, values[0].digits)


def choose(rules: tuple[Compute, ...], meanings: tuple[Meaning, ...]) -> Meaning:
    """Return the value of the first rule that holds; ``meanings`` may have one more, for none of them."""
    values = alike(meanings)
    computes = tuple(value.compute for value in values)
    otherwise = computes[len(rules)] if len(computes) > len(rules) else lambda _case, _row: None

    def compute(case: Case, row: Any) -> Any:
        for rule, value in zip(rules, computes, strict=False):
            held = rule(case, row)
            if held is None:
                return None
            if held:
                return value(case, row)
        return otherwise(case, row)

    return Meaning(values[0].shape, compute, values[0].digits)


def band(value: Compute, sides: tuple[tuple[Compute, Compute], ...]) -> Meaning:
    """Return 1 + the number of cuts that do not exceed the value; unknown if any part is.

    ``sides`` holds each cut with the value, ready to be compared with it.
    """

    def compute(case: Case, row: Any) -> int | None:
        if value(case, row) is None:
            return None
        position = 1
        for cut, beside in sides:
            bound = cut(case, row)
            if bound is None:
                return None
            position += operator.le(bound, beside(case, row))
        return position

    return Meaning("fixed", compute)
