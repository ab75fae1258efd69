"""What an engine is given and what it answers; and, for those who write one, the names of the grammar's parts.

An engine computes what the row evaluator computes, for all customers at once. `crmcore.hookspecs.crm_engines` says how
a plugin offers one.
"""

from crmcore.entities import ColumnType, type_of
from crmcore.evaluation.evaluate import Evaluator, World
from crmcore.evaluation.missing import name_of
from crmcore.evaluation.population import finish
from crmcore.grammar.declare import InSegment
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
    Node,
    Not,
    OneOf,
    Or,
    OrElse,
    PopulationValue,
    Predicate,
    Rows,
    TextTest,
    Within,
)
from crmcore.grammar.walk import canonical, canonical_scheme, children, needs, reached, rules_of
from crmcore.kinds import Kind, fold, to_units

__all__ = [
    "Aggregate",
    "And",
    "Arithmetic",
    "Band",
    "Choose",
    "Column",
    "ColumnType",
    "Compare",
    "DayCount",
    "Equals",
    "Evaluator",
    "Extreme",
    "InSegment",
    "InYear",
    "Kind",
    "Known",
    "Literal",
    "Node",
    "Not",
    "OneOf",
    "Or",
    "OrElse",
    "PopulationValue",
    "Predicate",
    "Rows",
    "TextTest",
    "Within",
    "World",
    "canonical",
    "canonical_scheme",
    "children",
    "finish",
    "fold",
    "name_of",
    "needs",
    "reached",
    "rules_of",
    "to_units",
    "type_of",
]
