"""How rules read: any node of the grammar as part of an English or Chinese sentence."""

from decimal import Decimal
from typing import Final, assert_never, cast

from attrs import evolve, frozen

from crmcore.declare import Field, InSegment, Metric, Scheme, Setting
from crmcore.entities import type_of
from crmcore.expr import (
    Aggregate,
    And,
    Arithmetic,
    Band,
    Choose,
    Column,
    Compare,
    ComparisonSign,
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
    Term,
    TextTest,
    Within,
)
