"""Columns of lists as terms of rules, and numbers of rules as lists show them."""

from fractions import Fraction
from typing import Any, Final

from attrs import NOTHING, fields_dict

from crmcore.entities import ColumnType, Record
from crmcore.grammar.expr import Rows, Term
from crmcore.kinds import from_units
from crmcore.work.masking import SENSITIVE

_LONGEST: Final = 30
"""Digits after the point of a fraction that is shown exactly."""


def term_of(record_class: type[Record], column: ColumnType) -> Term | None:
    """Return a column as a term; none where a list shows something else: a mask, or nothing in place of a default."""
    default = fields_dict(record_class)[column.name].default
    if column.privacy == SENSITIVE or column.name == "id" or default not in (None, (), NOTHING):
        return None
    found: Term = getattr(Rows(record_class), column.name)
    return found


def plain(value: Any) -> Any:
    """Return a number as tables hold it: an exact fraction as a `Decimal` where it has an end, else as a float."""
    if not isinstance(value, Fraction):
        return value
    scale, rest = divmod(10**_LONGEST, value.denominator)
    return float(value) if rest else from_units(value.numerator * scale, _LONGEST)
