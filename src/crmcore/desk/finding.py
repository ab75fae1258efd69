"""Records that the store's database finds itself, where it can; what it finds is looked at again, row by row."""

from collections.abc import Iterator, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final

from attrs import frozen

from crmcore.desk.entries import Entries, Entry
from crmcore.engines import Sought
from crmcore.entities import Record
from crmcore.grammar.declare import Field
from crmcore.grammar.expr import Compare, Equals, Known, Literal, Not, Predicate, Term
from crmcore.work.state import State

_SIGNS: Final = frozenset({"<", "<=", ">", ">="})


def rule_of(term: Term | None, sign: str, wanted: Any) -> Predicate | None:
    """Return a filter as a rule of the grammar; None where none says exactly the same."""
    if term is None or isinstance(wanted, datetime | tuple) or not isinstance(wanted, Decimal | int | str | date):
        return None
    bound = Literal(Decimal(wanted) if isinstance(wanted, int) and not isinstance(wanted, bool) else wanted)
    if sign in _SIGNS:
        orders = term.result_kind().is_number or term.result_kind().is_time
        return Compare(sign, term, bound) if orders else None  # type: ignore[arg-type]  # one of the four
    return Equals(term, bound) if sign == "=" else Not(Equals(term, bound))


def rule_of_knowledge(term: Term | None, *, known: bool) -> Predicate | None:
    """Return whether there is a value, as a rule; None where a default or an empty list has a say."""
    if term is None or term.result_kind().name == "texts" or (isinstance(term, Field) and term.default is not None):
        return None
    return Known(term) if known else Not(Known(term))


@frozen(eq=False)
class Wish:
    """What a list wants: rules that must all hold, terms to sort by (True for largest first), and a part of the result.

    A rule or term is None where the grammar says nothing that is exactly the same.
    """

    rules: tuple[Predicate | None, ...]
    order: tuple[tuple[Term | None, bool], ...]
    offset: int = 0
    limit: int | None = None

    @property
    def is_whole(self) -> bool:
        """Whether the database can be asked for everything that is wanted, and so for one part of it."""
        return None not in self.rules


def found_in(state: State, record_class: type[Record], wish: Wish) -> Iterator[Entry] | None:
    """Return the entries that the database finds, in order; None if it is not asked, or cannot say.

    Only a whole wish is cut to its part.
    """
    find = getattr(state.reader, "find", None)
    order = tuple((term, largest) for term, largest in wish.order if term is not None)
    rules = tuple(rule for rule in wish.rules if rule is not None)
    if find is None or len(order) < len(wish.order):
        return None
    part = (wish.offset, wish.limit) if wish.is_whole else (0, None)
    found = find(Sought(record_class, rules, order, state.world, state.day, *part))
    entries = Entries(state)
    return None if found is None else (Entry(entries, record_class, key, document) for key, document in found)


def grouped_in(
    state: State, record_class: type[Record], rules: Sequence[Predicate], by: Term | None, sums: Sequence[Term | None]
) -> Iterator[tuple[Entry, int, Sequence[Any]]] | None:
    """Return the oldest entry of each group that the database makes, how many there are, and exact sums.

    None if it is not asked, or cannot say.
    """
    terms = tuple(term for term in sums if term is not None)
    ask = getattr(state.reader, "groups", None)
    if ask is None or by is None or len(terms) < len(sums):
        return None
    found = ask(Sought(record_class, tuple(rules), (), state.world, state.day), by, terms)
    entries = Entries(state)
    return (
        None
        if found is None
        else ((Entry(entries, record_class, one.key, one.document), one.size, one.sums) for one in found)
    )
