"""What is known of a customer in an example: facts that are written in one line and checked at once."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any, Final

import attrs
from attrs import frozen

from crmcore.entities import Record, type_of
from crmcore.errors import Invalid, Problem, UnknownName
from crmcore.grammar.declare import Field
from crmcore.kinds import MONEY_EXTRA_DIGITS
from crmcore.records import Customer, Interaction, Purchase
from crmcore.work.field_values import Said, stored
from crmcore.work.record_values import misfits

AS_OF: Final = date(2026, 1, 1)
"""The day on which examples are looked at, unless they say another one."""

When = int | date
"""Days before the day of the example (0 is that day, -1 the one after), or a date, or a moment with its time zone."""

_DIGITS: Final = 2 + MONEY_EXTRA_DIGITS
_DIRECTIONS: Final = ("in", "out")
_SOURCE: Final = "example"
_KEYWORDS: Final = "core columns are keywords, such as given(kind='person')"


@frozen(eq=False)
class GivenCustomer:
    """What is known of one customer; made by `given`, which says what its parts are."""

    fields: Mapping["Field | str", Any]
    purchases: tuple[tuple[When, Decimal | None, Decimal | None], ...]
    interactions: tuple[tuple[When, str | None], ...]
    records: tuple[Record, ...]
    columns: Mapping[str, Any]
    text: str

    def __str__(self) -> str:
        return self.text

    def all_records(
        self, key: str, as_of: date, field_called: Callable[[str], Field], **columns: Any
    ) -> Iterator[Record]:
        """Yield the customer ``key`` and everything that hangs on it, as the store would get it."""
        fields: dict[str, Any] = {}
        for name, value in self.fields.items():
            field = name if isinstance(name, Field) else field_called(name)
            fields |= _field(field, value, as_of)
        yield _made(Customer, **{"name": key, **self.columns, **columns, "id": key, "fields": fields})
        for number, (when, amount, cost) in enumerate(self.purchases):
            yield _made(Purchase, id=_id(key, number), customer=key, at=_day(when, as_of), amount=amount, cost=cost)
        for number, (when, direction) in enumerate(self.interactions):
            yield _made(Interaction, id=_id(key, number), customer=key, at=_day(when, as_of), direction=direction)
        for number, record in enumerate(self.records):
            yield _linked(record, key, f"{key}-record-{number:04}")


def given(
    fields: "Mapping[Field | str, Any] | None" = None,
    *,
    purchases: Iterable[Any] = (),
    interactions: Iterable[Any] = (),
    records: Iterable[Record] = (),
    **columns: Any,
) -> GivenCustomer:
    """Say what is known of a customer: ``given({"acme.chairs": 40}, purchases=[(10, 300_000)], kind="person")``.

    - ``fields``: values of plugins' fields, by full name or by the `Field` itself. A soft field holds since always;
      ``(30, value)`` is what somebody stated 30 days ago.
    - ``purchases``: ``(when, amount)``, or ``(when, amount, cost)``. ``when`` is days before the day of the example, or
      a date. An amount is a whole number, a `Decimal`, a text such as ``"9.95"``, or None where none was recorded.
    - ``interactions``: ``(when, "in")``, ``(when, "out")``, or ``when`` alone.
    - ``records``: anything else, as instances of record types; a link that is ``""`` leads to this customer.
    - Keywords are core columns of the customer. Without an ``id`` that of a table's row is ``c1``, the others ``c2`` ...

    Raises `UnknownName` for a column that does not exist, and `Invalid` with all values that cannot be used. Names of
    fields are checked where the facts are used: there it is known which plugins count.
    """
    written = {"purchases": [*purchases], "interactions": [*interactions], "records": [*records]}
    _check_columns(columns)
    problems: list[Problem] = []
    bought = _each(written["purchases"], "purchases", _purchase, problems)
    spoken = _each(written["interactions"], "interactions", _interaction, problems)
    problems += _misgiven(fields or {}, written["records"], columns)
    if problems:
        raise Invalid(problems, heading="given(...) cannot be used:")
    for name, value in (fields or {}).items():
        if isinstance(name, Field):
            _field(name, value, AS_OF)
    parts = {name: items for name, items in written.items() if items}
    text = _text(fields, {**parts, **columns})
    return GivenCustomer(dict(fields or {}), bought, spoken, tuple(written["records"]), columns, text)


def _misgiven(fields: Iterable[Any], records: Iterable[Any], columns: Mapping[str, Any]) -> list[Problem]:
    """Return what is wrong with records, core columns and the names of fields."""
    problems = [
        Problem("is no record", column="records", value=f"{each!s:.60}")
        for each in records
        if not isinstance(each, Record)
    ]
    problems += misfits(_made(Customer, **{"name": "x", "id": "x", **columns}), (), _DIGITS)
    short = [name for name in fields if isinstance(name, str) and "." not in name]
    return problems + [
        Problem(f"is no full name of a field, {_KEYWORDS}", column="fields", value=name) for name in short
    ]


def _text(fields: Any, parts: Mapping[str, Any]) -> str:
    listed = [repr({getattr(name, "name", name): value for name, value in fields.items()})] if fields else []
    listed += [f"{name}={value!r}" for name, value in parts.items()]
    text = f"given({', '.join(listed)})"
    return text if len(text) <= 100 else f"{text[:96]}...)"  # noqa: PLR2004 - one line of a test's name


def _check_columns(columns: Mapping[str, Any]) -> None:
    known = [column.name for column in type_of(Customer).columns]
    for name in columns:
        if name not in known:
            raise UnknownName("column of customer", name, [*known, "fields", "purchases", "interactions", "records"])


def _each(items: Iterable[Any], name: str, read: Callable[[Any], Any], problems: list[Problem]) -> tuple[Any, ...]:
    found = []
    for number, item in enumerate(items):
        try:
            found.append(read(item))
        except ValueError as error:
            problems.append(Problem(str(error), column=f"{name}[{number}]", value=f"{item!s:.60}"))
    return tuple(found)


def _purchase(item: Any) -> tuple[When, Decimal | None, Decimal | None]:
    match item:
        case (when, amount):
            return _when(when), _money(amount), None
        case (when, amount, cost):
            return _when(when), _money(amount), _money(cost)
    raise ValueError("is no purchase; write (when, amount) or (when, amount, cost)")


def _interaction(item: Any) -> tuple[When, str | None]:
    when, direction = item if isinstance(item, tuple) and len(item) == 2 else (item, None)  # noqa: PLR2004 - a pair
    if direction is not None and direction not in _DIRECTIONS:
        raise ValueError("has another direction than 'in' and 'out'")
    return _when(when), direction


def _when(when: Any) -> When:
    if isinstance(when, bool) or not isinstance(when, int | date):
        raise ValueError("must say when: days before the day of the example, or a date")  # noqa: TRY004 - one of several reasons
    if isinstance(when, datetime) and when.utcoffset() is None:
        raise ValueError("has a moment without a time zone")
    return when


def _money(amount: Any) -> Decimal | None:
    if amount is None:
        return None
    if isinstance(amount, bool) or not isinstance(amount, int | Decimal | str):
        raise ValueError("has no exact amount; write a whole number, a Decimal, or a text such as '9.95'")  # noqa: TRY004 - the same
    try:
        found = Decimal(amount)
    except InvalidOperation:
        raise ValueError("has an amount that is no number") from None
    reasons = [one.reason for one in misfits(_made(Purchase, customer="x", at=AS_OF, amount=found), (), _DIGITS)]
    if reasons:
        raise ValueError(f"has an amount that {reasons[0]}")
    return found


def _field(field: Field, value: Any, as_of: date) -> dict[str, Any]:
    """Return a field's value as it stands in the store; raises `Invalid` for one that cannot stand there."""
    if field.on is not Customer:
        where = type_of(field.on).name
        raise _unusable([Problem(f"is a field of {where}, not of customer; give it on a record, in records=")], field)
    try:
        raw = _stored(field, value, as_of)
    except Invalid as error:
        raise _unusable(error.problems, field) from None
    except ValueError as error:
        raise _unusable([Problem(str(error))], field) from None
    if raw is None:
        return {}
    if wrong := tuple(misfits(_made(Customer, id="x", name="x", fields={field.name: raw}), (field,), _DIGITS)):
        raise _unusable(wrong, field)
    return {field.name: raw}


def _stored(field: Field, value: Any, as_of: date) -> Any:
    stated: When | None = None
    if field.soft and isinstance(value, tuple) and len(value) == 2:  # noqa: PLR2004 - a pair
        stated, value = _when(value[0]), value[1]
    value = getattr(value, "value", value)  # a member of an enum
    if stated is None or value is None:
        return stored(field, value, Said(_SOURCE, as_of, is_dated=False))
    return stored(field, value, Said(_SOURCE, _day(stated, as_of)))


def _unusable(problems: Iterable[Problem], field: Field) -> Invalid:
    placed = (attrs.evolve(problem, column=field.name) for problem in problems)
    return Invalid(placed, heading="given(...) cannot be used:")


def _day(when: When, as_of: date) -> date:
    return as_of - timedelta(days=when) if isinstance(when, int) else when


def _id(key: str, number: int) -> str:
    return f"{key}-{number:04}"


def _linked(record: Record, key: str, own_id: str) -> Record:
    """Let a record's empty links lead to a customer, and give it an id if it has none."""
    paths = (path for _, path in type_of(type(record)).links)
    filled: dict[str, Any] = {path[0]: key for path in paths if len(path) == 1 and getattr(record, path[0]) == ""}
    return attrs.evolve(record, **filled, id=record.id or own_id)


def _made(record_class: type[Any], **columns: Any) -> Any:
    return record_class(**columns)
