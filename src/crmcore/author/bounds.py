"""The values that matter to a scheme's rules: the bounds of its comparisons, one unit either side, and what it names."""

from collections.abc import Iterable, Iterator
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any, Final

from attrs import frozen

from crmcore.evaluation.evaluate import World
from crmcore.grammar.declare import Field, Setting
from crmcore.grammar.expr import Aggregate, Arithmetic, Column, Literal, Node, Within
from crmcore.grammar.walk import reached
from crmcore.kinds import NUMBER_LIMIT, Kind

_ALWAYS: Final = (0, 1, 2, 3, 7, 30, 400, 2000)
_OTHERS: Final = ("other", "another", "a third")
_MOST_DAYS: Final = 40_000
_DIGITS: Final = {"money": 2, "integer": 0, "decimal": 6}
MOST_ROWS: Final = 40
"""Rows of one kind that a generated customer has at most."""


@frozen
class Bounds:
    """``numbers`` and ``texts`` that rules compare with, in the order in which they are reached, and ``others`` texts."""

    numbers: tuple[Fraction, ...]
    texts: tuple[str, ...]
    days: tuple[int, ...]
    counts: tuple[int, ...]
    others: tuple[str, ...] = _OTHERS

    def options(self, kind: Kind, choices: tuple[str, ...], day: date) -> tuple[Any, ...]:
        """Return values of a kind that are worth to be tried, as they are stored."""
        match kind.name:
            case "integer" | "money" | "decimal":
                return self._numbers(kind)
            case "boolean":
                return (True, False)
            case "date" | "instant":
                return tuple(_shifted(day, days) for days in self.days)
            case "texts":
                return ((), *((text,) for text in self.texts), self.texts, _OTHERS[:1], _OTHERS)
            case _:
                often = self.texts * max(len(self.others) // (1 + len(self.texts)), 1)
                return (*choices,) or (*often, *(f"{text} and more" for text in self.texts[:3]), *self.others)

    def _numbers(self, kind: Kind) -> tuple[Any, ...]:
        digits = min(_DIGITS[kind.name], kind.scale) if kind.name == "decimal" else _DIGITS[kind.name]
        unit = Fraction(1, 10**digits)
        near = (number + step * unit for number in self.numbers for step in (0, 1, -1))
        found = dict.fromkeys(_rounded(number, digits) for number in near)
        return tuple(number for number in found if abs(number) < NUMBER_LIMIT)


def bounds_of(roots: Iterable[Node], world: World) -> Bounds:
    """Return the values that the rules in ``roots`` look at; fitted population values are among them."""
    parts = tuple(reached(*roots))
    numbers: dict[Fraction, None] = dict.fromkeys(map(Fraction, (0, 1, -1, 100)))
    texts: dict[str, None] = {}
    for value in _constants(parts, world):
        match value:
            case bool() | None:
                pass
            case str():
                texts[value] = None
            case int() | Decimal() | Fraction():
                numbers.update(dict.fromkeys((Fraction(value), Fraction(value) / 2, Fraction(value) * 10)))
    factors = _factors(parts)
    scaled = (round(number * factor) for number in numbers for factor in factors)
    whole = (*(int(number) for number in numbers if number.denominator == 1), *scaled)
    lengths = (number for number in (*_windows(parts, world), *whole, *_ALWAYS) if abs(number) < _MOST_DAYS)
    near = dict.fromkeys(length + step for length in lengths for step in (0, 1, -1))
    counts = dict.fromkeys(count for count in (0, 1, *near) if 0 <= count <= MOST_ROWS)
    return Bounds(tuple(numbers), tuple(texts), tuple(near), tuple(counts), _others(parts))


def _others(parts: Iterable[Node]) -> tuple[str, ...]:
    """Return texts that no rule names; where different ones are counted, as many as a customer has rows."""
    counted = (part.term for part in parts if isinstance(part, Aggregate) and part.op == "distinct")
    if not any(term is not None and term.result_kind().name == "text" for term in counted):
        return _OTHERS
    return (*_OTHERS, *(f"number {number}" for number in range(len(_OTHERS) + 1, MOST_ROWS + 1)))


def _constants(parts: Iterable[Node], world: World) -> Iterator[Any]:
    for part in parts:
        match part:
            case Literal(value=value):
                yield value
            case Setting():
                yield world.setting(part)
            case Field(choices=choices):
                yield from choices
            case Column(steps=steps):
                yield from steps[-1].choices
            case _:
                continue
    yield from world.population.values()


def _factors(parts: Iterable[Node]) -> tuple[Fraction, ...]:
    """Return the constants with which something is multiplied or divided: 365.25 where years are days."""
    scaling = [part for part in parts if isinstance(part, Arithmetic) and part.op in "*/"]
    values = [side.value for part in scaling for side in (part.left, part.right) if isinstance(side, Literal)]
    numbers = (Fraction(value) for value in values if isinstance(value, int | Decimal))
    return tuple(number for number in numbers if abs(number) > 1)


def _windows(parts: Iterable[Node], world: World) -> Iterator[int]:
    for part in parts:
        if isinstance(part, Within):
            days, ending = (int(_length(length, world)) for length in (part.days, part.ending))
            yield from (ending, ending + days)


def _length(part: Node, world: World) -> Any:
    return world.setting(part) if isinstance(part, Setting) else getattr(part, "value", 0)


def _shifted(day: date, days: int) -> date:
    try:
        return date.fromordinal(day.toordinal() - days)
    except (ValueError, OverflowError):
        return day


def _rounded(number: Fraction, digits: int) -> Any:
    units = round(number * 10**digits)
    return units if digits == 0 else Decimal(units).scaleb(-digits)
