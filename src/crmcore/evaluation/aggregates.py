"""What aggregates over a customer's rows are worth."""

import math
from collections.abc import Callable
from typing import Any
from zoneinfo import ZoneInfo

from crmcore.evaluation.facts import Case, Row, instant
from crmcore.evaluation.meaning import Compute, Meaning, alike
from crmcore.grammar.expr import Aggregate


def aggregate(  # noqa: C901, PLR0911 - one case per aggregate
    node: Aggregate, term: Meaning | None, where: Compute | None, zone: ZoneInfo
) -> Meaning:
    """Return the meaning of an aggregate; rows for which ``where`` is false or unknown are left out."""
    if term is not None:
        term = alike((term,))[0]
    rows = _kept_rows(node, where)
    if term is None:
        return Meaning("fixed", lambda case, _row: len(rows(case)))
    values = _known_values(rows, term)
    match node.op:
        case "count":
            return Meaning("fixed", lambda case, _row: len(values(case)))
        case "distinct":
            mark = _mark(node, zone)
            return Meaning("fixed", lambda case, _row: len({mark(value) for value in values(case)}))
        case "total":
            return _total(rows, values, term)
        case "mean":
            return _mean(values, term)
        case "smallest":
            return _picked(values, term, min)
        case "largest":
            return _picked(values, term, max)
        case "earliest":
            return _picked(values, term, lambda found: min(found, key=lambda moment: instant(moment, zone)))
        case "latest":
            return _picked(values, term, lambda found: max(found, key=lambda moment: instant(moment, zone)))
        case "last":
            return _last(rows, term)


def _mark(node: Aggregate, zone: ZoneInfo) -> Callable[[Any], Any]:
    """Return what tells values apart: moments by their instant, where a plain date is its local midnight."""
    is_time = node.term is not None and node.term.result_kind().is_time
    return (lambda moment: instant(moment, zone)) if is_time else lambda value: value


def _kept_rows(node: Aggregate, where: Compute | None) -> Callable[[Case], tuple[Row, ...]]:
    source = node.source
    if where is None:
        return lambda case: case.visible(source)
    return lambda case: tuple(row for row in case.visible(source) if where(case, row.record))


def _known_values(rows: Callable[[Case], tuple[Row, ...]], term: Meaning) -> Callable[[Case], list[Any]]:
    compute = term.compute

    def values(case: Case) -> list[Any]:
        found = (compute(case, row.record) for row in rows(case))
        return [value for value in found if value is not None]

    return values


def _total(rows: Callable[[Case], tuple[Row, ...]], values: Callable[[Case], list[Any]], term: Meaning) -> Meaning:
    add: Callable[[list[Any]], Any] = math.fsum if term.shape == "ratio" else sum

    def compute(case: Case, _row: Any) -> Any:
        known = values(case)
        return None if not known and rows(case) else add(known)

    return Meaning(term.shape, compute, term.digits)


def _mean(values: Callable[[Case], list[Any]], term: Meaning) -> Meaning:
    unit = 10**term.digits

    def compute(case: Case, _row: Any) -> float | None:
        known = values(case)
        if not known:
            return None
        return (math.fsum(known) if term.shape == "ratio" else float(sum(known))) / float(len(known) * unit)

    return Meaning("ratio", compute)


def _picked(values: Callable[[Case], list[Any]], term: Meaning, pick: Callable[[list[Any]], Any]) -> Meaning:
    def compute(case: Case, _row: Any) -> Any:
        known = values(case)
        return pick(known) if known else None

    return Meaning(term.shape, compute, term.digits)


def _last(rows: Callable[[Case], tuple[Row, ...]], term: Meaning) -> Meaning:
    def compute(case: Case, _row: Any) -> Any:
        found = rows(case)
        return term.compute(case, max(found, key=lambda row: row.order).record) if found else None

    return Meaning(term.shape, compute, term.digits)
