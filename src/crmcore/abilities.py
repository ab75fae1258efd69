"""What a `Reader` may be able to do besides reading, where its database can: find, group, link, and give columns."""

from collections.abc import Iterator, Sequence
from datetime import date
from fractions import Fraction
from typing import Any, NamedTuple, Protocol

from attrs import frozen

from crmcore.entities import Record
from crmcore.evaluation.evaluate import World
from crmcore.grammar.expr import Predicate, Term
from crmcore.store import Document


@frozen(eq=False)
class Sought:
    """Records that are asked for: those of a type for which ``where`` is true on ``day``, in an order, from ``offset`` on.

    ``order`` is terms, each with whether the largest come first; unknown values stand last, ties by id. Without it
    the oldest come first. Where ``limit`` is None, all are meant.
    """

    record: type[Record]
    where: tuple[Predicate, ...]
    order: tuple[tuple[Term, bool], ...]
    world: World
    day: date
    offset: int = 0
    limit: int | None = None


class Finder(Protocol):
    """What a `Reader` is as well whose database can look for records itself."""

    def find(self, sought: Sought) -> Iterator[tuple[str, Document]] | None:
        """Yield ids and documents, exactly as the row evaluator would choose and order them; None if it cannot."""


class Group(NamedTuple):
    """Records that are alike in something: the oldest of them, how many there are, and exact sums of what is known.

    A sum is None where nothing is known.
    """

    key: str
    document: Document
    size: int
    sums: tuple[Fraction | None, ...]


class Grouper(Protocol):
    """What a `Reader` is as well whose database can count and add up records itself."""

    def groups(self, sought: Sought, by: Term, sums: Sequence[Term]) -> Iterator[Group] | None:
        """Yield the records that are sought in groups of equal ``by``, texts folded; None if it cannot do it exactly.

        Records that are dated after the day are left out. The group with the oldest record comes first; the order and
        the part that are asked for do not matter.
        """


class Linker(Protocol):
    """What a `Reader` or `Transaction` is as well whose database finds records by what they refer to."""

    def linked(self, table: str, column: str, values: Sequence[str]) -> Iterator[tuple[str, str]] | None:
        """Yield the id of each record whose reference is one of ``values``, and that value; None if it cannot tell."""

    def prefetch(self, table: str, keys: Sequence[str]) -> None:
        """Remember these documents, which will be asked for one by one."""


class Columns(Protocol):
    """What a `Reader` is as well whose database keeps typed columns beside the documents."""

    def batches(self, table: str, names: Sequence[str]) -> Iterator[Any] | None:
        """Yield Arrow record batches of ``key`` and these columns of all documents of a table, in any order.

        Texts are folded (`fold`), several texts stand between `SEPARATOR`; money and decimals are whole units,
        dates days and moments microseconds since 1970 (UTC). A moment's local day is called ``<name>|day``, the text
        of a reference ``<name>|text``, the day from which a soft field's value holds ``<name>|on``. None where not
        all of them are kept, or where some value has no place in its column.
        """
