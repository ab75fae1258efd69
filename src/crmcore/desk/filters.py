"""Filters such as ``value_tier.abc=A``, ``at>=1998-01-01`` or ``country=``, read strictly by what the column holds."""

import operator
import re
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, Final

from attrs import frozen

from crmcore.desk.entries import Entry
from crmcore.desk.finding import rule_of, rule_of_knowledge
from crmcore.desk.listed_columns import ListedColumn
from crmcore.entities import ColumnType
from crmcore.errors import UsageError
from crmcore.evaluation.facts import instant, local_day
from crmcore.files.parsing import parse
from crmcore.files.parsing_base import BadValue, Reading
from crmcore.grammar.expr import Predicate
from crmcore.kinds import fold

UNTOLD: Final = "?"
"""The value of a scheme that means "cannot tell"."""

_FORM: Final = re.compile(r"\s*([^\s=!<>]+)\s*(!=|<=|>=|=(?!=)|<(?!>)|>)\s*(.*?)\s*", re.DOTALL)
_COMPARISONS: Final[Mapping[str, Callable[[Any, Any], bool]]] = {
    "=": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
_WITHOUT_ORDER: Final = frozenset({"boolean", "texts"})


@frozen(eq=False)
class Filter:
    """A condition on one column of a record; ``rule`` says exactly the same in the grammar, where it can."""

    column: ListedColumn
    holds: Callable[[Entry], bool]
    rule: Predicate | None = None


def split_filter(text: str) -> tuple[str, str, str]:
    """Return the name, the sign and the value of a filter; raises `UsageError`."""
    found = _FORM.fullmatch(text)
    if found is None:
        raise UsageError(
            f"{text!r} is no filter",
            todo="Write NAME=VALUE, or != < <= > >= between them; NAME= finds what is unknown.",
        )
    name, sign, value = found.groups()
    return name, sign, value


def made_filter(column: ListedColumn, sign: str, value: str, reading: Reading) -> Filter:
    """Return the filter ``column sign value``; raises `UsageError` where that cannot mean anything.

    An unknown value meets ``name=`` and no other condition.
    """
    if not value:
        return Filter(column, _of_knowledge(column, sign), rule_of_knowledge(column.term, known=sign == "!="))
    if value == UNTOLD and column.scheme is not None:
        return Filter(column, _of_answers(column, sign))
    if sign not in {"=", "!="} and (column.scheme is not None or column.kind.name in _WITHOUT_ORDER):
        raise UsageError(f"{column.name}{sign}{value}: its values have no order; use = or !=")
    wanted = _read(column, value, reading)
    return Filter(column, _of_value(column, sign, wanted, reading), rule_of(column.term, sign, wanted))


def _read(column: ListedColumn, value: str, reading: Reading) -> Any:
    try:
        return parse(ColumnType(column.name, column.kind, choices=column.choices), value, reading)
    except BadValue as error:
        raise UsageError(f"{column.name}: {value!r} {getattr(error, 'plain', error)}") from error


def _of_knowledge(column: ListedColumn, sign: str) -> Callable[[Entry], bool]:
    if sign not in {"=", "!="}:
        raise UsageError(f"{column.name}{sign} lacks a value", todo=f"{column.name}= finds where it is unknown.")
    unknown, value = sign == "=", column.value
    return lambda entry: (value(entry) in (None, ())) is unknown


def _of_answers(column: ListedColumn, sign: str) -> Callable[[Entry], bool]:
    """``scheme=?`` finds those who were placed without an answer, ``scheme!=?`` those with one."""
    scheme = column.scheme
    if scheme is None or sign not in {"=", "!="}:
        raise UsageError(f"{column.name}{sign}{UNTOLD}: use = or !=")

    def holds(entry: Entry) -> bool:
        found = entry.placement(scheme)
        return found is not None and (found.segment is None) is (sign == "=")

    return holds


def _of_value(column: ListedColumn, sign: str, wanted: Any, reading: Reading) -> Callable[[Entry], bool]:
    value, compare = column.value, _COMPARISONS[sign]
    if isinstance(wanted, tuple):
        parts = {fold(part) for part in wanted}
        return lambda entry: bool(found := value(entry)) and (parts <= set(map(fold, found))) is (sign == "=")
    turn = comparable(reading, moments=isinstance(wanted, datetime))
    bound = turn(wanted)

    def holds(entry: Entry) -> bool:
        found = value(entry)
        return found is not None and compare(turn(found), bound)

    return holds


def comparable(reading: Reading, *, moments: bool) -> Callable[[Any], Any]:
    """Return how values are compared: texts without case, times as moments or as local days."""

    def turn(value: Any) -> Any:
        match value:
            case str():
                return fold(value)
            case datetime():
                return instant(value, reading.zone) if moments else local_day(value, reading.zone)
            case _:
                return instant(value, reading.zone) if moments else value

    return turn
