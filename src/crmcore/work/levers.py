"""What can be changed of a customer to see where it would be: one stored value, or one more purchase on the day."""

from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

from attrs import evolve, field, frozen

from crmcore.entities import Record
from crmcore.evaluation.facts import Case, Facts, Row, instant
from crmcore.grammar.declare import Field, Scheme
from crmcore.grammar.expr import Column, Rows
from crmcore.grammar.walk import needs, rules_of
from crmcore.kinds import Kind
from crmcore.records import Customer, Purchase
from crmcore.work.field_values import Said, stored
from crmcore.work.identifiers import Identifiers

if TYPE_CHECKING:
    from crmcore.work.state import State

PURCHASES: Final = Rows(Purchase, "customer")
_OURS: Final = frozenset({"id", "archived_at"})
"""Columns that nobody enters to say something of a customer."""


@frozen(eq=False)
class ValueLever:
    """A field or a column of the customer; soft values count as said on the day."""

    part: Field | Column
    facts: Facts
    day: date

    @property
    def kind(self) -> Kind:
        """What sort of value it is."""
        return self.part.result_kind()

    @property
    def choices(self) -> tuple[str, ...]:
        """The texts that it may be, empty where it may be any."""
        return self.part.choices if isinstance(self.part, Field) else self.part.steps[-1].choices

    @property
    def may_be_cleared(self) -> bool:
        """Whether it may have no value."""
        return isinstance(self.part, Field) or not self.part.steps[-1].required

    def record(self, value: Any) -> Record:
        """Return the customer with the value."""
        customer = self.facts.customer
        if isinstance(self.part, Column):
            empty: Any = () if self.kind.name == "texts" else None
            return evolve(customer, **{self.part.steps[-1].name: empty if value is None else value})
        name = self.part.name
        kept = {key: raw for key, raw in customer.fields.items() if key != name}
        raw = stored(self.part, value, Said("", self.day), customer.fields.get(name))
        return evolve(customer, fields=kept if raw is None else {**kept, name: raw})

    def case(self, value: Any) -> Case:
        """Return the facts with the value."""
        return Case(evolve(self.facts, customer=self.record(value)), self.day)


@frozen(eq=False)
class PurchaseLever:
    """One more purchase on the day, of which nothing but the amount is known."""

    facts: Facts
    state: "State"
    _id: str = field(init=False)

    def __attrs_post_init__(self) -> None:
        morning = datetime.combine(self.state.day, time(), UTC)
        object.__setattr__(self, "_id", Identifiers().make(morning))

    def record(self, value: Decimal) -> Record:
        """Return the purchase of an amount."""
        made: Record = Purchase(customer=self.facts.customer.id, at=self.state.day, amount=value)
        return evolve(made, id=self._id)

    def case(self, value: Decimal) -> Case:
        """Return the facts with the purchase."""
        day, purchase = self.state.day, self.record(value)
        row = Row(purchase, day, (instant(day, self.state.company.zone), purchase.id))
        return Case(evolve(self.facts, rows=_With(self.facts.rows, row)), day)


@frozen(eq=False)
class _With(Mapping[Rows, tuple[Row, ...]]):
    """A customer's rows and one purchase more."""

    rows: Mapping[Rows, tuple[Row, ...]]
    new: Row

    def __getitem__(self, source: Rows) -> tuple[Row, ...]:
        if source != PURCHASES:
            return self.rows[source]
        return tuple(sorted((*self.rows.get(source, ()), self.new), key=lambda row: row.order))

    def __iter__(self) -> Iterator[Rows]:
        return iter({**dict.fromkeys(self.rows), PURCHASES: None})

    def __len__(self) -> int:
        return len(tuple(iter(self)))


def levers_of(scheme: Scheme, facts: Facts, state: "State") -> tuple[ValueLever | PurchaseLever, ...]:
    """Return what can be changed of what a scheme looks at; references to other records are left as they are."""
    reads = needs(*rules_of(scheme))
    parts: tuple[Field | Column, ...] = (
        *(one for one in reads.fields if one.on is Customer),
        *(one for one in reads.columns if one.source_rows.is_customer and _is_plain(one)),
    )
    values = tuple(ValueLever(part, facts, state.day) for part in parts)
    return (*values, PurchaseLever(facts, state)) if PURCHASES in reads.rows else values


def _is_plain(column: Column) -> bool:
    return len(column.steps) == 1 and not column.steps[0].refers_to and column.steps[0].name not in _OURS
