"""All terms and predicates that there are, as unions: a ``match`` over one is checked to be complete."""

from crmcore.grammar.declare import Field, InSegment, Metric, Setting
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
    TextTest,
    Within,
)

AnyTerm = (
    Literal
    | Column
    | Field
    | Metric
    | Setting
    | Arithmetic
    | Extreme
    | Choose
    | Aggregate
    | PopulationValue
    | Band
    | DayCount
)
AnyPredicate = Compare | Equals | OneOf | Known | TextTest | Within | InYear | Not | And | Or | OrElse | InSegment
