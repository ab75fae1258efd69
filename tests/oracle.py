"""What expressions are worth, worked out the slow and obvious way, to compare the real evaluator with.

Written from the decisions about meaning (docs and docstrings), not from the evaluator: it walks the tree every time,
holds every exact number as a `Fraction` and every ratio as a float, finds rows by looking at all records, and does
three-valued logic as the least and the greatest of 0, 1/2 and 1.
"""

import unicodedata
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from fractions import Fraction
from math import inf
from typing import Any

from attrs import define, evolve
from random_customers import Given

from crmcore.entities import Record, type_of
from crmcore.grammar.declare import Field, InSegment, Metric, Scheme, Setting
from crmcore.grammar.expr import (
    Aggregate,
    And,
    Arithmetic,
    Band,
    Choose,
    Column,
    Compare,
    DayCount,
    Equals,
    Extreme,
    InYear,
    Known,
    Literal,
    Not,
    OneOf,
    Or,
    OrElse,
    PopulationValue,
    Predicate,
    Term,
    TextTest,
    Within,
)
from crmcore.records import Customer

FALSE, UNKNOWN, TRUE = Fraction(0), Fraction(1, 2), Fraction(1)

CLOSE = 1e-12
"""Relative distance of two different floats below which a comparison says nothing: a last digit may differ."""


class TooClose(Exception):
    """Two floats are so close that an honest rounding decides which is greater."""


@define(eq=False)
class Oracle:
    """Knows all records of ``given``, and is asked about one customer as of ``day``.

    ``population`` gives the fitted number of each population value.
    """

    given: Given
    customer: Customer
    day: date
    settings: Mapping[str, Any]
    population: Callable[[PopulationValue], Fraction | None]

    def about(self, customer: Customer) -> "Oracle":
        return evolve(self, customer=customer)

    # -- predicates --------------------------------------------------------------------------------------------------

    def holds(self, rule: Predicate, row: Record | None = None) -> bool | None:
        return {FALSE: False, UNKNOWN: None, TRUE: True}[self.truth(rule, row)]

    def truth(self, rule: Predicate, row: Record | None = None) -> Fraction:  # noqa: C901, PLR0911, PLR0912 - one case per node
        match rule:
            case Not(part=part):
                return 1 - self.truth(part, row)
            case And(parts=parts):
                return min(self.truth(part, row) for part in parts)
            case Or(parts=parts):
                return max(self.truth(part, row) for part in parts)
            case OrElse(part=part, default=default):
                held = self.truth(part, row)
                return Fraction(default) if held == UNKNOWN else held
            case Compare(op=op, left=left, right=right):
                order = self.order(left, right, row)
                tests = {"<": (-1,), "<=": (-1, 0), ">": (1,), ">=": (1, 0)}
                return UNKNOWN if order is None else Fraction(order in tests[op])
            case Equals(left=left, right=right):
                return self.same(left, right, row)
            case OneOf(term=term, choices=choices):
                return max(self.same(term, choice, row) for choice in choices)
            case Known(term=Field(name=name, soft=False)):
                return Fraction((row or self.customer).fields.get(name) is not None)
            case Known(term=Field() as field):
                return Fraction(self.value(evolve(field, default=None), row) is not None)
            case Known(term=term):
                return Fraction(self.value(term, row) is not None)
            case TextTest(op=op, term=term, part=part):
                text, wanted = self.value(term, row), self.value(part, row)
                if text is None or wanted is None:
                    return UNKNOWN
                return Fraction(text[: len(wanted)] == wanted if op == "starts_with" else wanted in text)
            case Within(term=term, days=days, ending=ending):
                last = self.day - timedelta(days=int(self.value(ending)))
                first = last - timedelta(days=int(self.value(days)) - 1)
                day = self.local(self.value(term, row))
                return UNKNOWN if day is None else Fraction(first <= day <= last)
            case InYear(term=term):
                day = self.local(self.value(term, row))
                return UNKNOWN if day is None else Fraction(date(self.day.year, 1, 1) <= day <= self.day)
            case InSegment(scheme=scheme, segment=segment):
                found, place = self.answer(scheme)
                return UNKNOWN if found is None and place < len(scheme.segments) else Fraction(found == segment)
        raise AssertionError(rule)

    def answer(self, scheme: Scheme) -> tuple[str | None, int]:
        """Return the segment, if any, and how many segments came before the decision."""
        for place, segment in enumerate(scheme.segments):
            held = TRUE if segment.when is None else self.truth(segment.when)
            if held != FALSE:
                return (segment.name if held == TRUE else None), place
        return None, len(scheme.segments)

    def order(self, left: Term, right: Term, row: Record | None) -> int | None:
        """Return -1, 0 or 1; None where a side is unknown."""
        one, two = self.beside(left, right, row)
        if one is None or two is None:
            return None
        if isinstance(one, float) or isinstance(two, float):
            distance = abs(float(one) - float(two))
            if one != two and distance <= CLOSE * max(abs(one), abs(two)):
                raise TooClose
        return (one > two) - (one < two)

    def same(self, left: Term, right: Term, row: Record | None) -> Fraction:
        if left.result_kind().is_number or left.result_kind().is_time:
            order = self.order(left, right, row)
            return UNKNOWN if order is None else Fraction(order == 0)
        one, two = self.value(left, row), self.value(right, row)
        return UNKNOWN if one is None or two is None else Fraction(one == two)

    def beside(self, left: Term, right: Term, row: Record | None) -> tuple[Any, Any]:
        """Return two values as they are compared: times by local day, ratios with the nearest float of the other."""
        one, two = self.value(left, row), self.value(right, row)
        if left.result_kind().is_time:
            return self.local(one), self.local(two)
        shapes = self.shape(left), self.shape(right)
        if "ratio" in shapes and "fitted" not in shapes:
            return to_float(one), to_float(two)
        return one, two

    # -- terms -------------------------------------------------------------------------------------------------------

    def value(self, term: Term, row: Record | None = None) -> Any:  # noqa: C901, PLR0911, PLR0912 - one case per node
        match term:
            case Literal(value=value):
                return held(value)
            case Setting(name=name, default=default):
                return held(self.settings.get(name, default))
            case PopulationValue():
                return self.population(term)
            case Column(steps=steps):
                return held(self.follow(row or self.customer, [step.name for step in steps]))
            case Field():
                return self.field(term, row or self.customer)
            case Metric(term=inner):
                return self.value(inner, row)
            case Aggregate():
                return self.aggregate(term)
            case Arithmetic(op=op, left=left, right=right):
                one, two = self.value(left, row), self.value(right, row)
                if self.shape(term) == "ratio":
                    one, two = to_float(one), to_float(two)
                return calculated(op, one, two)
            case Extreme(op=op, terms=terms):
                values = [self.value(part, row) for part in terms]
                if self.shape(term) == "ratio":
                    values = [to_float(value) for value in values]
                pick = min if op == "least" else max
                return None if None in values else pick(values, key=self.moment)
            case Choose():
                found = self.chosen(term, row)
                return to_float(found) if self.shape(term) == "ratio" else found
            case Band(term=inner, cuts=cuts):
                orders = [self.order(inner, cut, row) for cut in cuts]
                is_unknown = None in orders or self.value(inner, row) is None
                return None if is_unknown else 1 + sum(Fraction(order >= 0) for order in orders)
            case DayCount(op=op, term=inner):
                day = self.local(self.value(inner, row))
                if day is None:
                    return None
                return Fraction((self.day - day).days if op == "since" else (day - self.day).days)
        raise AssertionError(term)

    def chosen(self, term: Choose, row: Record | None) -> Any:
        for rule, value in term.cases:
            held = self.truth(rule, row)
            if held != FALSE:
                return self.value(value, row) if held == TRUE else None
        return None if term.otherwise is None else self.value(term.otherwise, row)

    def field(self, field: Field, record: Record) -> Any:
        raw = record.fields.get(field.name)
        if field.soft and raw is not None:
            raw = raw["value"] if raw["on"] <= self.day.isoformat() else None
        return held(field.default if raw is None else raw)

    def aggregate(self, term: Aggregate) -> Any:  # noqa: PLR0911 - one case per aggregate
        rows = [row for row in self.rows(term) if term.where is None or self.truth(term.where, row) == TRUE]
        if term.term is None:
            return Fraction(len(rows))
        inner = term.term
        computed = [self.value(inner, row) for row in rows]
        if self.shape(term) == "ratio" or (term.op in {"mean", "distinct"} and self.row_shape(inner) == "ratio"):
            computed = [to_float(value) for value in computed]
        known = [value for value in computed if value is not None]
        match term.op:
            case "count":
                return Fraction(len(known))
            case "distinct":
                return Fraction(len({self.moment(value) for value in known}))
            case "total":
                return None if rows and not known else self.total(known, self.shape(term))
            case "last":
                return computed[rows.index(max(rows, key=self.place))] if rows else None
        if not known:
            return None
        match term.op:
            case "mean":
                return to_float(self.total(known, self.row_shape(inner)) / len(known))
            case "smallest" | "earliest":
                return min(known, key=self.moment)
            case _:
                return max(known, key=self.moment)

    def total(self, known: list[Any], shape: str) -> Any:
        exact = sum(map(Fraction, known), Fraction(0))
        return float(exact) if shape == "ratio" else exact

    # -- what sort of number a term is ---------------------------------------------------------------------------------

    def shape(self, term: Term) -> str:  # noqa: PLR0911 - one case per sort of node
        """Return constant, fitted (a constant with a population value in it), exact, ratio, or other."""
        match term:
            case PopulationValue():
                return "fitted"
            case Literal() | Setting():
                return "constant" if term.result_kind().is_number else "other"
            case Metric(term=inner):
                return self.shape(inner)
            case Aggregate(op=op, term=inner):
                if op in {"count", "distinct"} or inner is None:
                    return "exact"
                return "ratio" if op == "mean" else self.row_shape(inner)
            case Arithmetic(left=left, right=right):
                constant = self.of_constants((left, right), term)
                return constant or ("ratio" if term.op == "/" else self.joint((left, right)))
            case Extreme(terms=terms):
                return self.of_constants(terms, term) or self.joint(terms)
            case Choose(cases=cases, otherwise=otherwise):
                return self.joint((*(value for _, value in cases), *(() if otherwise is None else (otherwise,))))
            case Band() | DayCount():
                return "exact"
        kind = term.result_kind()
        return "ratio" if kind.name == "ratio" else "exact" if kind.is_number else "other"

    def of_constants(self, terms: tuple[Term, ...], whole: Term) -> str:
        shapes = {self.shape(term) for term in terms}
        if not shapes <= {"constant", "fitted"}:
            return ""
        is_undefined = any(self.value(term) is None for term in terms)
        if isinstance(whole, Arithmetic) and whole.op == "/" and self.value(whole.right) == 0:
            is_undefined = True
        return "fitted" if "fitted" in shapes or is_undefined else "constant"

    def joint(self, terms: tuple[Term, ...]) -> str:
        """Return the shape that several values have together: exact where all can be, else ratio."""
        shapes = {self.row_shape(term) for term in terms}
        return "other" if "other" in shapes else "ratio" if "ratio" in shapes else "exact"

    def row_shape(self, term: Term) -> str:
        shape = self.shape(term)
        if shape == "constant":
            return "exact" if is_decimal(self.value(term)) else "ratio"
        return "ratio" if shape == "fitted" else shape

    # -- records -----------------------------------------------------------------------------------------------------

    def rows(self, term: Aggregate) -> list[Record]:
        """Return the records that lead to the customer and exist on the day."""
        facts = type_of(term.source.record_class)
        (path,) = (path for role, path in facts.links if role == term.source.role)
        found = []
        for record in self.given.records:
            if type(record) is term.source.record_class and self.follow(record, path) == self.customer.id:
                moment = self.follow(record, facts.dated_by) if facts.dated_by else None
                if moment is None or self.local(moment) <= self.day:
                    found.append(record)
        return found

    def place(self, row: Record) -> tuple[Any, str]:
        return self.moment(self.follow(row, type_of(type(row)).dated_by)), row.id

    def follow(self, record: Record, names: Any) -> Any:
        """Return what stands at the end of a path of columns."""
        *references, last = names
        for name in references:
            target = type_of(type(record)).column(name).target
            key = getattr(record, name)
            found = [other for other in self.given.records if type(other) is target and other.id == key]
            if not found:
                return None
            (record,) = found
        return getattr(record, last)

    def local(self, moment: Any) -> date | None:
        """Return the calendar day on the company's wall."""
        return moment.astimezone(self.given.zone).date() if isinstance(moment, datetime) else moment

    def moment(self, value: Any) -> Any:
        """Return what orders moments: the instant, where a plain date is its local midnight; other values as they are."""
        if isinstance(value, datetime) or not isinstance(value, date):
            return value
        return datetime.combine(value, time(), self.given.zone).astimezone(UTC)


def held(value: Any) -> Any:
    """Return a stored value as the oracle holds it: exact numbers as fractions, texts composed and without case."""
    match value:
        case bool() | None:
            return value
        case int() | Decimal():
            return Fraction(value)
        case str():
            return unicodedata.normalize("NFC", value).casefold()
        case tuple():
            return tuple(held(part) for part in value)
        case _:
            return value


def to_float(value: Any) -> float | None:
    return None if value is None else float(value)


def is_decimal(value: Fraction | None) -> bool:
    """Whether a number can be written with finitely many digits: its denominator divides a power of ten."""
    return value is not None and 10**200 % value.denominator == 0


def calculated(op: str, one: Any, two: Any) -> Any:
    if one is None or two is None or (op == "/" and two == 0):
        return None
    found = {"+": lambda: one + two, "-": lambda: one - two, "*": lambda: one * two, "/": lambda: one / two}[op]()
    return None if isinstance(found, float) and (found != found or abs(found) == inf) else found  # noqa: PLR0124


# -- population values -------------------------------------------------------------------------------------------------


def fitted(node: PopulationValue, customers: list[Oracle]) -> Fraction | None:  # noqa: PLR0911 - one case per name
    """Return a population value over customers, each as an oracle about itself."""
    among = [each for each in customers if node.among is None or each.truth(node.among) == TRUE]
    if node.op == "count":
        return Fraction(len(among))
    values = [Fraction(value) for each in among if (value := each.value(node.term)) is not None]
    parameter = None if node.parameter is None or not customers else customers[0].value(node.parameter)
    if node.parameter is not None and parameter is None:
        return None
    match node.op:
        case "total":
            return sum(values, Fraction(0))
        case "mean":
            return sum(values, Fraction(0)) / len(values) if values else None
        case "quantile":
            return type_7(values, parameter)
        case "pareto_cut":
            return pareto(values, parameter)
        case _:
            return nth(values, parameter)


def type_7(values: list[Fraction], q: Fraction) -> Fraction | None:
    """Return Hyndman and Fan's type 7: ``(1 - g) * x[j] + g * x[j + 1]`` with ``j + g = 1 + (n - 1) * q``, from 1."""
    if not values or q < 0 or q > 1:
        return None
    ordered = sorted(values)
    place = 1 + (len(values) - 1) * q
    j = place.numerator // place.denominator
    g = place - j
    upper = ordered[j] if j < len(ordered) else ordered[-1]
    return (1 - g) * ordered[j - 1] + g * upper


def pareto(values: list[Fraction], share: Fraction) -> Fraction | None:
    """Return the value at the end of the shortest run of largest values that is ``share`` of the total."""
    if sum(values, Fraction(0)) <= 0:
        return None
    ordered = sorted(values)[::-1]
    runs = [ordered[: length + 1] for length in range(len(ordered))]
    return next((run[-1] for run in runs if sum(run) >= share * sum(values)), None)


def nth(values: list[Fraction], n: Fraction) -> Fraction | None:
    """Return the greatest value that at least ``n`` of them reach."""
    if n.denominator != 1 or n < 1:
        return None
    reached = [value for value in values if sum(other >= value for other in values) >= n]
    return max(reached, default=None)
