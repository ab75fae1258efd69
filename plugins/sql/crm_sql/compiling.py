"""Rules and terms as SQL on typed columns, worth exactly what the row evaluator makes of them.

SQL's NULL is "unknown", and its AND, OR and NOT are Kleene's. What has no exact counterpart is `Unsupported`; whoever asks
then goes without the database.
"""

from collections.abc import Mapping
from datetime import date
from typing import Any

from attrs import define, field, frozen
from sqlalchemy import Boolean, and_, case, func, not_, null, or_, select, true
from sqlalchemy import literal as bound
from sqlalchemy.sql.expression import ColumnElement, FromClause

from crm_sql.columns import Typed
from crm_sql.comparing import EPOCH, Unsupported, Value, compared, constant, text_test
from crmcore import Record
from crmcore.engines import (
    Aggregate,
    And,
    Column,
    Compare,
    DayCount,
    Equals,
    Field,
    InYear,
    Kind,
    Known,
    Literal,
    Metric,
    Not,
    OneOf,
    Or,
    OrElse,
    PopulationValue,
    Predicate,
    Rows,
    Setting,
    Term,
    TextTest,
    Within,
    World,
    type_of,
)


@frozen(eq=False)
class Place:
    """Where columns are read: the table of a record type under the name that it has in the statement."""

    record: type[Record]
    table: FromClause


@define(eq=False)
class Compiler:
    """Compiles for one state: the tables that have typed columns, settings and population values, and the day."""

    tables: Mapping[str, Typed]
    world: World
    day: date
    used: set[str] = field(factory=set)

    # -- terms -------------------------------------------------------------------------------------------------------

    def value(self, term: Term, at: Place) -> Value:  # noqa: PLR0911 - one case per node class
        """Return a term as SQL; moments are their local days."""
        match term:
            case Literal(value=given):
                return constant(given)
            case Setting():
                return constant(self.world.setting(term))
            case PopulationValue():
                found = self.world.population.get(self.world.key(term))
                return Value("exact", constant=found)
            case Column():
                return self._column(term, at)
            case Field():
                return self._field(term, at)
            case Metric(term=inner):
                return self.value(inner, at)
            case Aggregate():
                return self._aggregate(term, at)
            case DayCount(op=op, term=inner):
                return self._day_count(op, self.value(inner, at))
        raise Unsupported(type(term).__name__)

    def _column(self, term: Column, at: Place) -> Value:
        if len(term.steps) > 1 or term.source_rows.record_class is not at.record:
            raise Unsupported(term)
        step = term.steps[0]
        name = f"{step.name}|text" if step.refers_to else step.name
        return self._typed(at, name, step.kind)

    def _field(self, term: Field, at: Place) -> Value:
        if term.on is not at.record:
            raise Unsupported(term)
        found = self._typed(at, term.name, term.result_kind())
        if term.soft:
            stated = self._physical(at, f"{term.name}|on")
            found = Value(found.shape, case((stated <= self._today, found.sql)), found.digits)
        return found if term.default is None else self._with_default(found, term)

    def _with_default(self, found: Value, term: Field) -> Value:
        given = constant(term.default)
        if found.shape == "fixed":
            units = given.constant * 10**found.digits
            return Value("fixed", func.coalesce(found.sql, bound(int(units))), found.digits)
        if found.shape in {"text", "days", "boolean"}:
            return Value(found.shape, func.coalesce(found.sql, given.sql))
        raise Unsupported(term)

    def _typed(self, at: Place, name: str, kind: Kind) -> Value:
        match kind.name:
            case "integer":
                return Value("fixed", self._physical(at, name))
            case "money":
                return Value("fixed", self._physical(at, name), self.world.money_digits)
            case "decimal":
                return Value("fixed", self._physical(at, name), kind.scale)
            case "instant":
                return Value("days", self._physical(at, f"{name}|day"))
            case "date":
                return Value("days", self._physical(at, name))
            case "text" | "boolean" | "ratio" | "texts":
                return Value(kind.name, self._physical(at, name))
        raise Unsupported(kind.name)

    def _physical(self, at: Place, name: str) -> ColumnElement[Any]:
        if name not in at.table.c:
            raise Unsupported(name)
        return at.table.c[name]

    @property
    def _today(self) -> int:
        return (self.day - EPOCH).days

    def _day_count(self, op: str, found: Value) -> Value:
        if found.shape != "days":
            raise Unsupported(op)
        days = self._today - found.sql if op == "since" else found.sql - self._today
        return Value("fixed", days)

    # -- aggregates --------------------------------------------------------------------------------------------------

    def _aggregate(self, term: Aggregate, at: Place) -> Value:
        place, seen = self._rows(term.source, at)
        if term.where is not None:
            seen = and_(seen, self.truth(term.where, place))
        made = self._made(term, place)
        return Value(made.shape, select(made.sql).where(seen).scalar_subquery().correlate(at.table), made.digits)

    def _rows(self, source: Rows, at: Place) -> tuple[Place, Any]:
        """Return where a customer's rows stand, and which of them are its own and exist on the day."""
        facts = type_of(source.record_class)
        path = dict(facts.links).get(source.role, ())
        typed = self.tables.get(facts.name)
        if typed is None or len(path) != 1:
            raise Unsupported(facts.name)
        self.used.add(facts.name)
        place = Place(source.record_class, typed.table.alias())
        return place, and_(self._physical(place, path[0]) == at.table.c.key, self.exists(place))

    def exists(self, at: Place) -> Any:
        """Return whether a record exists on the day: it has no date, or none after it."""
        facts = type_of(at.record)
        if not facts.dated_by:
            return true()
        if len(facts.dated_by) > 1:
            raise Unsupported(facts.name)
        column = facts.column(facts.dated_by[0])
        day = self._typed(at, facts.dated_by[0], column.kind).sql if column else null()
        return or_(day.is_(None), day <= self._today)

    def _made(self, term: Aggregate, place: Place) -> Value:
        if term.term is None:
            return Value("fixed", func.count())
        found = self.value(term.term, place)
        match term.op:
            case "count":
                return Value("fixed", func.count(found.sql))
            case "distinct" if found.shape in {"fixed", "text", "days", "boolean"}:
                return Value("fixed", func.count(found.sql.distinct()))
            case "total" if found.shape == "fixed":
                return Value("fixed", case((func.count() == 0, 0), else_=func.sum(found.sql)), found.digits)
            case "smallest" | "earliest" if found.shape in {"fixed", "days"}:
                return Value(found.shape, func.min(found.sql), found.digits)
            case "largest" | "latest" if found.shape in {"fixed", "days"}:
                return Value(found.shape, func.max(found.sql), found.digits)
        raise Unsupported(term.op)

    # -- predicates --------------------------------------------------------------------------------------------------

    def truth(self, part: Predicate, at: Place) -> Any:  # noqa: C901, PLR0911 - one case per node class
        """Return a rule as SQL."""
        match part:
            case Compare(op=op, left=left, right=right):
                return compared(op, self.value(left, at), self.value(right, at))
            case Equals(left=left, right=right):
                return compared("=", self.value(left, at), self.value(right, at))
            case OneOf(term=term, choices=choices):
                one = self.value(term, at)
                return or_(*(compared("=", one, self.value(choice, at)) for choice in choices))
            case Known(term=term):
                return self._known(term, at)
            case TextTest(op=op, term=term, part=text):
                return text_test(op, self.value(term, at), self.value(text, at))
            case Within(term=term, days=days, ending=ending):
                return self._within(self.value(term, at), self.value(days, at), self.value(ending, at))
            case InYear(term=term):
                day = self.value(term, at).sql
                return and_(day >= (date(self.day.year, 1, 1) - EPOCH).days, day <= self._today)
            case Not(part=inner):
                return not_(self.truth(inner, at))
            case And(parts=parts):
                return and_(true(), *(self.truth(inner, at) for inner in parts))
            case Or(parts=parts):
                return or_(*(self.truth(inner, at) for inner in parts))
            case OrElse(part=inner, default=default):
                return func.coalesce(self.truth(inner, at), bound(default, Boolean), type_=Boolean)
        raise Unsupported(type(part).__name__)

    def _known(self, term: Term, at: Place) -> Any:
        if isinstance(term, Field) and term.default is not None:
            raise Unsupported(term)
        found = self.value(term, at)
        if found.shape in {"exact", "texts"} or found.constant is not None:
            raise Unsupported(term)
        return found.sql.is_not(None)

    def _within(self, found: Value, days: Value, ending: Value) -> Any:
        if days.constant is None or ending.constant is None:
            raise Unsupported("within")
        ago = self._today - found.sql
        first = int(ending.constant)
        return and_(ago >= first, ago < first + int(days.constant))
