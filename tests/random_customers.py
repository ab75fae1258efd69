"""Random facts for random rules: a few customers with everything that makes evaluation hard.

Nulls, ties, negative amounts, rows on one day, rows after the date, plain dates and instants around midnight in UTC
and in the company's zone, fields with and without a value, customers that refer to each other in a ring.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from functools import cache, cached_property
from typing import Any
from zoneinfo import ZoneInfo

import attrs
from hypothesis import strategies as st
from vocabulary import (
    AMOUNTS,
    AS_OF_DAYS,
    FIELDS,
    SOURCES,
    WHOLE,
    WORDS,
    Policy,
    factor,
    key_spend,
    lag,
    launch,
    min_count,
    share,
    strict,
    top,
    vip_tag,
    window,
)

from crmcore.entities import Record, type_of
from crmcore.evaluation.facts import Case, Facts, Row, instant, local_day
from crmcore.grammar.declare import Field
from crmcore.grammar.expr import Rows
from crmcore.records import Customer, Interaction, Purchase, PurchaseLine

ZONES = ("Asia/Shanghai", "Europe/Berlin", "America/New_York", "UTC")
SHIFTS = (0, -1, 1, -2, -7, -29, -30, -31, -60, -365, -366, -400, 40)
"""Days from the as-of date: edges of windows and years, and the future."""
CLOCK = (time(0), time(23, 59, 59), time(12), time(15, 59, 59), time(16), time(22), time(23), time(4, 30))
"""Times of day in UTC: its midnight, and those of Shanghai, Berlin and New York."""


@attrs.frozen
class Given:
    """Facts about some customers, as of a day in the company's zone, and settings that differ from their defaults.

    Values of fields are as their kind holds them (`Decimal`, date, ...), not yet in stored form; a soft value is
    ``{"value": ..., "on": ISO date}``.
    """

    as_of: date
    zone: ZoneInfo
    settings: Mapping[str, Any]
    records: tuple[Record, ...]
    sources: tuple[Rows, ...] = SOURCES
    """What rules may ask for the rows of."""

    def all(self, record_class: type[Record]) -> tuple[Record, ...]:
        """Return the records of a type, in the order in which they came."""
        return tuple(record for record in self.records if type(record) is record_class)

    @property
    def customers(self) -> tuple[Customer, ...]:
        """All customers, archived ones too."""
        return tuple(record for record in self.records if isinstance(record, Customer))

    def find(self, record_class: type[Record], key: str) -> Record | None:
        """Return a record by its type and id."""
        return self._known.get((record_class, key))

    @cached_property
    def _known(self) -> Mapping[tuple[type[Record], str], Record]:
        return {(type(record), record.id): record for record in reversed(self.records)}

    def facts(self, customer: Customer) -> Facts:
        """Return what is known of a customer, as evaluation takes it."""
        return Facts(customer, {source: owned.get(customer.id, ()) for source, owned in self._rows.items()}, self.find)

    def cases(self) -> Iterator[Case]:
        """Yield every customer that is not archived, as of the day."""
        return (Case(self.facts(each), self.as_of) for each in self.customers if each.archived_at is None)

    @cached_property
    def _rows(self) -> Mapping[Rows, Mapping[str, tuple[Row, ...]]]:
        return {source: self._owned(source) for source in self.sources}

    def _owned(self, source: Rows) -> Mapping[str, tuple[Row, ...]]:
        """Return the rows of a source by their owner."""
        link = dict(type_of(source.record_class).links)[source.role]
        found: dict[str, list[Row]] = {}
        for record in self.all(source.record_class):
            found.setdefault(self._follow(record, link), []).append(self._row(record))
        return {owner: tuple(sorted(rows, key=lambda row: row.order)) for owner, rows in found.items()}

    def _row(self, record: Record) -> Row:
        moment = self._follow(record, type_of(type(record)).dated_by)
        if moment is None:
            return Row(record, None, (record.id,))
        return Row(record, local_day(moment, self.zone), (instant(moment, self.zone), record.id))

    def _follow(self, record: Record, path: tuple[str, ...]) -> Any:
        """Return the value at the end of a path of columns, or None where it breaks off or is empty."""
        value: Any = None
        for position, name in enumerate(path):
            if position:
                step = type_of(type(record)).column(path[position - 1])
                found = self.find(step.target, value) if step and step.target and value else None
                if found is None:
                    return None
                record = found
            value = getattr(record, name)
        return value


@st.composite
def customers(draw: st.DrawFn, *, min_size: int = 1, max_size: int = 3) -> Given:
    """Draw facts about ``min_size`` to ``max_size`` customers."""
    as_of = draw(st.sampled_from(AS_OF_DAYS))
    ids = [f"c{number}" for number in range(draw(st.integers(min_size, max_size)))]
    purchases = _some(draw, _purchase(as_of, ids), "p", 5)
    lines = _some(draw, _line([record.id for record in purchases]), "l", 4) if purchases else ()
    others = (*_some(draw, _interaction(as_of, ids), "i", 2), *_some(draw, _policy(as_of, ids), "y", 2))
    people = [attrs.evolve(draw(_customer(as_of, ids)), id=key) for key in ids]
    zone = ZoneInfo(draw(st.sampled_from(ZONES)))
    return Given(as_of, zone, draw(settings()), (*people, *purchases, *lines, *others))


def _some(draw: st.DrawFn, made: st.SearchStrategy[Record], letter: str, most: int) -> tuple[Record, ...]:
    found = draw(st.lists(made, max_size=most))
    return tuple(attrs.evolve(record, id=f"{letter}{number}") for number, record in enumerate(found))


def settings() -> st.SearchStrategy[dict[str, Any]]:
    """Make values for some settings; the others keep their defaults."""
    return _some_of(
        {
            min_count.name: (0, 1, 2, 5),
            window.name: (1, 7, 365),
            lag.name: (1, 30),
            top.name: (1, 3, 50),
            key_spend.name: (Decimal(0), Decimal(100), Decimal("99.99")),
            factor.name: (Decimal("0.1"), Decimal(2), Decimal("-1.5")),
            share.name: (Decimal(0), Decimal("0.2"), Decimal(1)),
            vip_tag.name: WORDS,
            launch.name: AS_OF_DAYS,
            strict.name: (False,),
        }
    )


def _some_of(options: Mapping[str, Sequence[Any]]) -> st.SearchStrategy[dict[str, Any]]:
    """Draw one of the options for some of the names, and leave the others out."""
    drawn = st.fixed_dictionaries({name: st.sampled_from((None, *values)) for name, values in options.items()})
    return drawn.map(lambda found: {name: value for name, value in found.items() if value is not None})


# -- records ---------------------------------------------------------------------------------------------------------


def perhaps(options: Sequence[Any]) -> st.SearchStrategy[Any]:
    """Draw one of the options, or now and then None."""
    return st.sampled_from((*options, None, None))


@cache
def days(as_of: date) -> tuple[date, ...]:
    """Return the plain dates that matter to windows and years."""
    return tuple(as_of + timedelta(days=shift) for shift in SHIFTS)


@cache
def moments(as_of: date) -> tuple[date, ...]:
    """Return instants in UTC around midnights, and plain dates among them."""
    found: list[date] = []
    for day in days(as_of):
        found += [day, *(datetime.combine(day, clock, UTC) for clock in CLOCK)]
    return tuple(found)


TEXT_LISTS = ((), ("vip",), ("Web", "江苏"), ("we", "shop"), ("VIP", "low"))
FINE_AMOUNTS = (*AMOUNTS, Decimal("0.0001"), Decimal("100.000001"))


def _customer(as_of: date, ids: list[str]) -> st.SearchStrategy[Customer]:
    return st.builds(
        Customer,
        name=st.sampled_from(WORDS),
        province=perhaps(WORDS),
        source=perhaps(WORDS),
        parent=perhaps(ids),
        referred_by=perhaps(ids),
        tags=st.sampled_from(TEXT_LISTS),
        archived_at=st.sampled_from((*[None] * 30, *days(as_of))),
        fields=_fields(Customer, as_of),
    )


def _purchase(as_of: date, ids: list[str]) -> st.SearchStrategy[Purchase]:
    return st.builds(
        Purchase,
        customer=st.sampled_from(ids),
        at=st.sampled_from(moments(as_of)),
        amount=perhaps(FINE_AMOUNTS),
        cost=perhaps(FINE_AMOUNTS),
        channel=perhaps(WORDS),
        original_amount=perhaps(AMOUNTS),
        rate=perhaps((Decimal(1), Decimal("7.1234567891"))),
        fields=_fields(Purchase, as_of),
    )


def _line(ids: list[str]) -> st.SearchStrategy[PurchaseLine]:
    return st.builds(
        PurchaseLine,
        purchase=st.sampled_from(ids),
        product=perhaps(WORDS),
        category=perhaps(WORDS),
        quantity=perhaps(AMOUNTS),
        price=perhaps(FINE_AMOUNTS),
        discount=perhaps((Decimal(0), Decimal("0.15"), Decimal(1))),
        amount=perhaps(FINE_AMOUNTS),
        fields=_fields(PurchaseLine, AS_OF_DAYS[0]),
    )


def _interaction(as_of: date, ids: list[str]) -> st.SearchStrategy[Interaction]:
    return st.builds(
        Interaction,
        customer=st.sampled_from(ids),
        at=st.sampled_from(moments(as_of)),
        channel=perhaps(WORDS),
        direction=perhaps(("in", "out")),
        responded_at=perhaps(moments(as_of)),
        fields=_fields(Interaction, as_of),
    )


def _policy(as_of: date, ids: list[str]) -> st.SearchStrategy[Policy]:
    return st.builds(
        Policy,
        holder=perhaps(ids),
        insured=perhaps(ids),
        started=st.sampled_from(days(as_of)),
        ended=perhaps(days(as_of)),
        years=perhaps(WHOLE),
        premium=perhaps(FINE_AMOUNTS),
        rate=perhaps(AMOUNTS),
        plan=perhaps(WORDS),
        riders=st.sampled_from(TEXT_LISTS),
        fields=_fields(Policy, as_of),
    )


def _fields(record_class: type[Record], as_of: date) -> st.SearchStrategy[dict[str, Any]]:
    """Make values for some of the fields of a record type."""
    return _some_of({field.name: _options(field, as_of) for field in FIELDS if field.on is record_class})


def _options(field: Field, as_of: date) -> Sequence[Any]:
    if field.soft:
        return tuple({"value": text, "on": day.isoformat()} for text in WORDS for day in days(as_of))
    known = {
        "integer": WHOLE,
        "money": AMOUNTS,
        "decimal": AMOUNTS,
        "boolean": (True, False),
        "texts": TEXT_LISTS,
        "date": days(as_of),
        "instant": moments(as_of),
    }
    return known.get(field.result_kind().name, field.choices or WORDS)
