"""The words that rules are written with: rows, aggregates, population values, bands and choices."""

from decimal import Decimal
from typing import Final

from crmcore.entities import Record, type_of
from crmcore.errors import RuleError, UnknownName
from crmcore.grammar.declare import Field, InSegment, Metric
from crmcore.grammar.expr import (
    Aggregate,
    AggregateName,
    Band,
    Choose,
    Column,
    DayCount,
    Extreme,
    Literal,
    Node,
    PopulationName,
    PopulationValue,
    Predicate,
    Rows,
    Term,
    Value,
    as_term,
)
from crmcore.grammar.levels import check_customer_level, unlinked
from crmcore.grammar.walk import is_constant, reached
from crmcore.records import Customer


def rows(record_class: type[Record], *, by: str = "") -> Rows:
    """Return the rows of ``record_class`` that belong to a customer; ``by`` names the link if there are several.

    ``rows(Customer)`` is the customer itself, ``rows(Customer, by="referred_by")`` those whom it referred. Rows of a
    record type without links belong to nobody; only a `Rule` on that type can use their columns.
    """
    facts = type_of(record_class)
    roles = [role for role, _ in facts.links]
    if by and by not in roles:
        raise UnknownName(f"link of {facts.name}", by, roles)
    if by or record_class is Customer or not roles:
        return Rows(record_class, by)
    if len(roles) != 1:
        raise RuleError(
            f"{facts.name} has {len(roles)} links to a customer", todo=f"Say which with by=: {', '.join(roles)}."
        )
    return Rows(record_class, roles[0])


def _aggregate(op: AggregateName, term: Term | Rows, where: Predicate | None) -> Aggregate:
    source = term if isinstance(term, Rows) else _source_of(term, op)
    _check_rule(where, "where")
    if source.is_customer:
        raise RuleError(f"{op}() needs rows that belong to the customer; rows(Customer) is the customer itself")
    if not source.role:
        raise unlinked(source.record_class)
    value = None if isinstance(term, Rows) else term
    for part in (value, where):
        if part is not None:
            _check_row_level(part, source)
    return Aggregate(op, source, value, where)


def _check_rule(given: Predicate | None, name: str) -> None:
    if given is not None and not isinstance(given, Predicate):
        raise RuleError(f"{name}= takes a rule such as `amount >= 10`, not {given!r}")


def _source_of(term: Term, op: str) -> Rows:
    _check_term(term, op)
    found = {part.source_rows for part in reached(term) if isinstance(part, Column)}
    if len(found) == 1:
        return found.pop()
    fields = {part.on for part in reached(term) if isinstance(part, Field)}
    if not found and len(fields) == 1:
        return rows(fields.pop())
    raise RuleError(f"{op}() takes a term on the rows of one record type, such as rows(Purchase).amount")


_OF_CUSTOMERS: Final[dict[type[Node], str]] = {
    Aggregate: "an aggregate",
    Metric: "a metric",
    PopulationValue: "a population value",
    InSegment: "the answer of a scheme",
}


def _check_row_level(part: Node, source: Rows) -> None:
    for inner in reached(part):
        if type(inner) in _OF_CUSTOMERS:
            raise RuleError(
                f"{_OF_CUSTOMERS[type(inner)]} belongs to the customer and cannot stand inside an aggregate"
            )
        if isinstance(inner, Column) and inner.source_rows != source:
            raise RuleError(
                f"inside an aggregate over {type_of(source.record_class).name} only its own columns can stand, "
                f"not {type_of(inner.source_rows.record_class).name}.{inner.steps[0].name}"
            )
        if isinstance(inner, Field) and inner.on is not source.record_class:
            raise RuleError(f"the field {inner.name!r} is not on {type_of(source.record_class).name}")


def _check_term(term: Term, op: str) -> None:
    if not isinstance(term, Term):
        raise RuleError(f"{op}() takes a term on the rows of one record type, such as rows(Purchase).amount")


def _numeric(op: AggregateName, term: Term, where: Predicate | None) -> Aggregate:
    _check_term(term, op)
    if not term.result_kind().is_number:
        raise RuleError(f"{op}() needs numbers, not {term.result_kind().name}")
    return _aggregate(op, term, where)


def _timed(op: AggregateName, term: Term, where: Predicate | None) -> Aggregate:
    _check_term(term, op)
    if not term.result_kind().is_time:
        raise RuleError(f"{op}() needs dates, not {term.result_kind().name}")
    return _aggregate(op, term, where)


def count(term: Term | Rows, *, where: Predicate | None = None) -> Aggregate:
    """Count rows, or the rows on which a term is known; 0 where there are none."""
    return _aggregate("count", term, where)


def total(term: Term, *, where: Predicate | None = None) -> Aggregate:
    """Add up a number over rows; 0 of no rows, unknown if there are rows and none is known."""
    return _numeric("total", term, where)


def mean(term: Term, *, where: Predicate | None = None) -> Aggregate:
    """Average the known values; unknown where there are none."""
    return _numeric("mean", term, where)


def smallest(term: Term, *, where: Predicate | None = None) -> Aggregate:
    """Return the smallest known value; unknown where there are none."""
    return _numeric("smallest", term, where)


def largest(term: Term, *, where: Predicate | None = None) -> Aggregate:
    """Return the largest known value; unknown where there are none."""
    return _numeric("largest", term, where)


def earliest(term: Term, *, where: Predicate | None = None) -> Aggregate:
    """Return the first known date; unknown where there are none."""
    return _timed("earliest", term, where)


def latest(term: Term, *, where: Predicate | None = None) -> Aggregate:
    """Return the last known date; unknown where there are none."""
    return _timed("latest", term, where)


def distinct(term: Term, *, where: Predicate | None = None) -> Aggregate:
    """Count the different known values; texts that differ in case only are one."""
    return _aggregate("distinct", term, where)


def last(term: Term, *, where: Predicate | None = None) -> Aggregate:
    """Return the value on the latest row (ties: the greatest id); unknown if it is unknown there."""
    made = _aggregate("last", term, where)
    if not type_of(made.source.record_class).dated_by:
        raise RuleError(f"last() needs dated rows; {type_of(made.source.record_class).name} is undated")
    return made


def _population(
    op: PopulationName, term: Term | None, among: Predicate | None, parameter: Term | None = None
) -> PopulationValue:
    if term is not None:
        if not term.result_kind().is_number:
            raise RuleError(f"a population value needs numbers, not {term.result_kind().name}")
        check_customer_level(term)
    _check_rule(among, "among")
    if among is not None:
        check_customer_level(among)
    if parameter is not None and not is_constant(parameter):
        raise RuleError("the share, quantile or rank of a population value must be the same for every customer")
    _check_parameter(op, parameter)
    return PopulationValue(op, term, among, parameter)


def _check_parameter(op: PopulationName, parameter: Term | None) -> None:
    value = parameter.value if isinstance(parameter, Literal) else getattr(parameter, "default", None)
    if not isinstance(value, Decimal | int):
        return
    if op == "nth_largest":
        if value < 1 or value != int(value):
            raise RuleError(f"nth_largest() takes a whole number from 1, not {value}")
    elif not 0 <= value <= 1:
        raise RuleError(f"{op}() takes a share from 0 to 1, not {value}; 80 % is 0.8")


def population_total(term: Term, *, among: Predicate | None = None) -> PopulationValue:
    """Add up a term over all unarchived customers whose value is known and for whom ``among`` holds."""
    return _population("total", term, among)


def population_mean(term: Term, *, among: Predicate | None = None) -> PopulationValue:
    """Average a term over all unarchived customers whose value is known and for whom ``among`` holds."""
    return _population("mean", term, among)


def population_count(*, among: Predicate | None = None) -> PopulationValue:
    """Count all unarchived customers for whom ``among`` holds."""
    return _population("count", None, among)


def quantile(term: Term, q: Term | Value, *, among: Predicate | None = None) -> PopulationValue:
    """Return the quantile ``q`` (0 to 1) of a term over the customers: type 7, as in R and Excel."""
    return _population("quantile", term, among, as_term(q))


def pareto_cut(term: Term, share: Term | Value, *, among: Predicate | None = None) -> PopulationValue:
    """Return the value of the customer at which the running total, largest first, reaches ``share`` of the total."""
    return _population("pareto_cut", term, among, as_term(share))


def nth_largest(term: Term, n: Term | Value, *, among: Predicate | None = None) -> PopulationValue:
    """Return the value of the n-th customer, largest first; unknown with fewer than n customers."""
    return _population("nth_largest", term, among, as_term(n))


def band(term: Term, cuts: tuple[Term | Value, ...] | list[Term | Value]) -> Band:
    """Return 1 + the number of ``cuts`` that do not exceed the value, as scores in RFM."""
    return Band(term, tuple(as_term(cut) for cut in cuts))


def days_since(term: Term) -> DayCount:
    """Return the whole days from a date to the as-of date."""
    return DayCount("since", term)


def days_until(term: Term) -> DayCount:
    """Return the whole days from the as-of date to a date."""
    return DayCount("until", term)


def least(*terms: Term | Value) -> Extreme:
    """Return the least of several values; unknown if one of them is."""
    return Extreme("least", tuple(as_term(term) for term in terms))


def greatest(*terms: Term | Value) -> Extreme:
    """Return the greatest of several values; unknown if one of them is."""
    return Extreme("greatest", tuple(as_term(term) for term in terms))


def choose(*cases: tuple[Predicate, Term | Value], otherwise: Term | Value | None = None) -> Choose:
    """Return the value beside the first predicate that holds, else ``otherwise``, else unknown."""
    if not cases:
        raise RuleError("choose() needs at least one (rule, value) pair")
    return Choose(
        tuple((rule, as_term(value)) for rule, value in cases),
        None if otherwise is None else as_term(otherwise),
    )
