"""Population values, finished exactly from a column of values: integers of some decimal digits, or floats."""

from fractions import Fraction
from math import floor
from typing import Any, Final

from crmcore.engines import finish

_SAFE: Final = 2**62


def finished(op: str, values: Any, digits: int, parameter: Fraction | None) -> Fraction | None:
    """Return what `crmcore.engines.finish` returns for the known values in an Arrow column, without a loop over them.

    ``digits`` counts the decimal digits of integers.
    """
    import numpy as np  # noqa: PLC0415 - only where something is fitted
    import pyarrow as pa  # noqa: PLC0415 - the same

    numbers = values.to_numpy()
    if op == "count":
        return Fraction(len(numbers))
    if pa.types.is_floating(values.type):
        return _of_floats(op, numbers, parameter)
    unit = Fraction(1, 10**digits)
    match op:
        case "total":
            return _sum(numbers) * unit
        case "mean":
            return _sum(numbers) * unit / len(numbers) if len(numbers) else None
        case "quantile":
            found = _quantile(numbers, parameter, np)
        case "nth_largest":
            found = _nth_largest(numbers, parameter, np)
        case _:
            found = _pareto_cut(numbers, parameter, np)
    return None if found is None else found * unit


def _of_floats(op: str, numbers: Any, parameter: Fraction | None) -> Fraction | None:
    """Only order statistics are exact on floats; sums go through fractions, as in the row evaluator."""
    import numpy as np  # noqa: PLC0415 - only where something is fitted

    match op:
        case "quantile":
            return _quantile(numbers, parameter, np)
        case "nth_largest":
            return _nth_largest(numbers, parameter, np)
        case _:
            return finish(op, [Fraction(number) for number in numbers.tolist()], parameter)  # type: ignore[arg-type]  # one of the names of population values


def _sum(numbers: Any) -> Fraction:
    """Add integers up without overflow, in two halves."""
    high, low = numbers >> 32, numbers & 0xFFFFFFFF
    return Fraction((int(high.sum()) << 32) + int(low.sum()))


def _quantile(numbers: Any, q: Fraction | None, np: Any) -> Fraction | None:
    if q is None or not len(numbers) or not 0 <= q <= 1:
        return None
    position = q * (len(numbers) - 1)
    below = floor(position)
    above = min(below + 1, len(numbers) - 1)
    ordered = np.partition(numbers, (below, above))
    low, high = Fraction(ordered[below].item()), Fraction(ordered[above].item())
    return low + (position - below) * (high - low)


def _nth_largest(numbers: Any, n: Fraction | None, np: Any) -> Fraction | None:
    if n is None or n.denominator != 1 or not 1 <= n <= len(numbers):
        return None
    place = len(numbers) - int(n)
    return Fraction(np.partition(numbers, place)[place].item())


def _pareto_cut(numbers: Any, share: Fraction | None, np: Any) -> Fraction | None:
    whole = _sum(numbers)
    if share is None or whole <= 0:
        return None
    ordered = np.sort(numbers)[::-1]
    if int(np.abs(ordered).max()) * len(ordered) >= _SAFE:
        return finish("pareto_cut", [Fraction(number) for number in numbers.tolist()], share)
    wanted = share * whole
    reached = ordered.cumsum() >= -(-wanted.numerator // wanted.denominator)
    place = int(reached.argmax())
    return Fraction(ordered[place].item()) if reached[place] else None
