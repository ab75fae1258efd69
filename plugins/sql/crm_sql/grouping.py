"""Records that the database counts and adds up by what they are alike in; the oldest of each group stands for it."""

from collections.abc import Iterator, Sequence
from fractions import Fraction
from typing import Any, Final

from sqlalchemy import Select, and_, func, select

from crm_sql.columns import Typed
from crm_sql.comparing import Unsupported
from crm_sql.compiling import Compiler, Place
from crm_sql.finding import answered
from crm_sql.reading import ASKED, SqlReader, loaded, sound_body
from crm_sql.tables import documents
from crmcore import Document
from crmcore.engines import Group, Sought, Term, type_of

_ALIKE: Final = frozenset({"fixed", "text", "days", "boolean"})


def groups(reader: SqlReader, sought: Sought, by: Term, sums: Sequence[Term]) -> Iterator[Group] | None:
    """Return the groups of what is sought, the one with the oldest record first; None where that cannot be exact."""
    digits: list[int] = []
    rows = answered(reader, sought, lambda compiler, found: _asked(compiler, found, sought, by, sums, digits))
    if rows is None:
        return None
    name = type_of(sought.record).name
    oldest = _at(reader, name, [row.place for row in rows])
    return (Group(*oldest[row.place], row.number, _exact(row, digits)) for row in rows)


def _asked(  # noqa: PLR0913, PLR0917 - all of one question
    compiler: Compiler, found: Typed, sought: Sought, by: Term, sums: Sequence[Term], digits: list[int]
) -> Select[Any]:
    place = Place(sought.record, found.table)
    rules = (compiler.exists(place), *(compiler.truth(rule, place) for rule in sought.where))
    alike, added = compiler.value(by, place), [compiler.value(term, place) for term in sums]
    if by.result_kind().name == "instant" or alike.shape not in _ALIKE or any(one.shape != "fixed" for one in added):
        raise Unsupported(by)
    digits[:] = [one.digits for one in added]
    same = and_(documents.c.record == type_of(sought.record).name, documents.c.key == found.table.c.key)
    columns = (one.sql.label(f"sum{number}") for number, one in enumerate(added))
    row = select(documents.c.place, alike.sql.label("alike"), *columns).select_from(found.table)
    each = row.join(documents, same).where(and_(*rules)).subquery()
    made = (func.sum(each.c[f"sum{number}"]).label(f"sum{number}") for number in range(len(added)))
    first = func.min(each.c.place).label("place")
    columns_of_group: tuple[Any, ...] = (first, func.count().label("number"), *made)
    return select(*columns_of_group).group_by(each.c.alike).order_by(first)


def _exact(row: Any, digits: Sequence[int]) -> tuple[Fraction | None, ...]:
    units = (getattr(row, f"sum{number}") for number in range(len(digits)))
    return tuple(None if one is None else Fraction(int(one), 10**each) for one, each in zip(units, digits, strict=True))


def _at(reader: SqlReader, table: str, places: Sequence[Any]) -> dict[Any, tuple[str, Document]]:
    """Return the documents at some places, with their ids."""
    found: dict[Any, tuple[str, Document]] = {}
    for begin in range(0, len(places), ASKED):
        question = select(documents.c.place, documents.c.key, documents.c.body, documents.c.sum).where(
            documents.c.record == table, documents.c.place.in_(places[begin : begin + ASKED])
        )
        for row in reader.asked(question):
            found[row.place] = row.key, loaded(sound_body(row, table, reader.url), table, row.key)
    return found
