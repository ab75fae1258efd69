"""What a unit of work is about to commit, for constraints to look at; and what they refuse of it."""

from collections.abc import Collection, Iterator
from datetime import date, tzinfo
from typing import TYPE_CHECKING, Any, TypeVar

from attrs import frozen

from crmcore.entities import Record, type_of
from crmcore.errors import CrmError, Problem
from crmcore.grammar.constraints import Breach, Constraint
from crmcore.grammar.declare import Setting
from crmcore.plugging.isolation import Failure, apart
from crmcore.work.state import State

if TYPE_CHECKING:
    from crmcore.work.unit import Unit

Kept = TypeVar("Kept", bound=Record)
Place = tuple[str, str]
"""A table and a key."""


@frozen(eq=False)
class Pending:
    """All records as they will be if nothing is refused, for reading only."""

    _unit: "Unit"
    _state: State

    @property
    def day(self) -> date:
        """The day as of which the company's books stand: the book date, else today."""
        return self._state.day

    @property
    def zone(self) -> tzinfo:
        """The company's time zone: local dates of moments are those there."""
        return self._state.company.zone

    def setting(self, setting: Setting) -> Any:
        """Return the value of a setting that is in force."""
        return self._state.setting(setting)

    def changed(self, record_class: type[Kept]) -> Iterator[tuple[Kept | None, Kept | None]]:
        """Yield each added, changed or removed record as it was and as it will be; None is "not there"."""
        table = type_of(record_class).name
        for change in self._unit.changes():
            if change.table == table:
                before, after = (
                    None if document is None else self._unit.codec.decode(record_class, document)
                    for document in (change.before, change.after)
                )
                yield before, after

    def get(self, record_class: type[Kept], key: str | None) -> Kept | None:
        """Return a record, or None."""
        document = None if key is None else self._unit.transaction.get(type_of(record_class).name, key)
        return None if document is None else self._unit.codec.decode(record_class, document)

    def all(self, record_class: type[Kept], **columns: str | Collection[str]) -> Iterator[Kept]:
        """Yield the records of a type whose text columns hold these values: ``pending.all(Stay, bed="b1")``.

        Of several values, such as a set of ids, a column holds one.
        """
        return self._unit.all(record_class, **columns)


@frozen(eq=False)
class Constraints:
    """The plugins' constraints, ready to be asked; ``language`` is that of their messages."""

    constraints: tuple[Constraint, ...]
    state: State
    language: str

    def broken_by(self, unit: "Unit") -> Iterator[tuple[Place, Problem]]:
        """Yield what they refuse of a unit, each with its place; one whose record types did not change is not asked."""
        tables, pending = {table for table, _ in unit.before}, Pending(unit, self.state)
        for constraint in self.constraints:
            if any(type_of(each).name in tables for each in constraint.on):
                yield from (_placed(constraint, one, self.language) for one in _found(constraint, pending))


def _found(constraint: Constraint, pending: Pending) -> tuple[Breach, ...]:
    """Return what a constraint refuses; raises `CrmError` naming the plugin if its function fails."""
    found = apart(lambda: tuple(map(_checked, constraint.find(pending))))
    if not isinstance(found, Failure):
        return found
    plugin = constraint.name.partition(".")[0]
    error = CrmError(
        f"the constraint {constraint.name!r} of the plugin {plugin!r} failed, so nothing was written: {found.reason}",
        todo=f"It is declared at {constraint.place}; --debug shows the details.",
    )
    error.add_note(found.traceback)
    raise error


def _checked(breach: Any) -> Breach:
    if not isinstance(breach, Breach):
        raise TypeError(f"a constraint yields breaches, not {breach!r:.60}")
    return breach


def _placed(constraint: Constraint, breach: Breach, language: str) -> tuple[Place, Problem]:
    value = getattr(breach.record, breach.column, None) if breach.column else None
    problem = Problem(
        breach.message(language), column=breach.column or constraint.name, value="" if value is None else str(value)
    )
    return (type_of(type(breach.record)).name, breach.record.id), problem
