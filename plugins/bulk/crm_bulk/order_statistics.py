"""Population values, finished exactly from a column of values: integers of some decimal digits, or floats."""

from fractions import Fraction
from functools import cached_property
from math import floor
from typing import Any, Final

from attrs import frozen

from crmcore.engines import finish

_SAFE: Final = 2**62


@frozen(eq=False, slots=False)
class Values:
    """The known values of an Arrow column, which are sorted once for whatever is asked of them."""

    column: Any

    @property
    def number(self) -> int:
        """How many there are."""
        return len(self.column)

    @cached_property
    def given(self) -> Any:
        """The values as they come."""
        return self.column.to_numpy()

    @cached_property
    def rising(self) -> Any:
        """The values from the least to the greatest."""
        import numpy as np  # noqa: PLC0415 - only where something is fitted

        return np.sort(self.given)


def finished(op: str, values: Values, digits: int, parameter: Fraction | None) -> Fraction | None:
    """Return what `crmcore.engines.finish` returns for known values, without a loop over them.

    ``digits`` counts the decimal digits of integers.
    """
    import pyarrow as pa  # noqa: PLC0415 - only where something is fitted

    if op == "count":
        return Fraction(values.number)
    if pa.types.is_floating(values.column.type):
        return _of_floats(op, values, parameter)
    unit = Fraction(1, 10**digits)
    match op:
        case "total":
            return _sum(values.given) * unit
        case "mean":
            return _sum(values.given) * unit / values.number if values.number else None
        case "quantile":
            found = _quantile(values.rising, parameter)
        case "nth_largest":
            found = _nth_largest(values.rising, parameter)
        case _:
            found = _pareto_cut(values.rising, parameter)
    return None if found is None else found * unit


def _of_floats(op: str, values: Values, parameter: Fraction | None) -> Fraction | None:
    """Only order statistics are exact on floats; sums go through fractions, as in the row evaluator."""
    match op:
        case "quantile":
            return _quantile(values.rising, parameter)
        case "nth_largest":
            return _nth_largest(values.rising, parameter)
        case _:
            return finish(op, [Fraction(number) for number in values.given.tolist()], parameter)  # type: ignore[arg-type]  # one of the names of population values


def _sum(numbers: Any) -> Fraction:
    """Add integers up without overflow, in two halves."""
    high, low = numbers >> 32, numbers & 0xFFFFFFFF
    return Fraction((int(high.sum()) << 32) + int(low.sum()))


def _quantile(rising: Any, q: Fraction | None) -> Fraction | None:
    if q is None or not len(rising) or not 0 <= q <= 1:
        return None
    position = q * (len(rising) - 1)
    below = floor(position)
    above = min(below + 1, len(rising) - 1)
    low, high = Fraction(rising[below].item()), Fraction(rising[above].item())
    return low + (position - below) * (high - low)


def _nth_largest(rising: Any, n: Fraction | None) -> Fraction | None:
    if n is None or n.denominator != 1 or not 1 <= n <= len(rising):
        return None
    return Fraction(rising[len(rising) - int(n)].item())


def _pareto_cut(rising: Any, share: Fraction | None) -> Fraction | None:
    whole = _sum(rising)
    if share is None or whole <= 0:
        return None
    falling = rising[::-1]
    if max(abs(int(rising[0])), abs(int(rising[-1]))) * len(rising) >= _SAFE:
        return finish("pareto_cut", [Fraction(number) for number in rising.tolist()], share)
    wanted = share * whole
    reached = falling.cumsum() >= -(-wanted.numerator // wanted.denominator)
    place = int(reached.argmax())
    return Fraction(falling[place].item()) if reached[place] else None
